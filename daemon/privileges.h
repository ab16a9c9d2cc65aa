// Becoming the configured user, for good, keeping at most the right to bind low ports.
//
// Users are looked up in /etc/passwd and /etc/group themselves: a name service module may bring an OpenSSL into the
// process, whose symbols clash with BoringSSL's.
// Threads: only while there is one; later ones inherit.
#pragma once

#include <sys/types.h>

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::daemon {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

// The error is one line for people.
std::expected<User, std::string> find_user(std::string_view name, const std::string& passwd_file = "/etc/passwd",
                                           const std::string& group_file = "/etc/group");

// Are we that user already?
bool is_current(const User& user);

enum class Keep { nothing, binding_low_ports };
std::expected<void, std::string> become(const User& user, Keep keep);

// Makes the folder if it is missing, for that user alone.
std::expected<void, std::string> make_directory(const std::string& path, const User* owner);

// What `look` returns when called as that user, in a child process; as ourselves where we are not root.
std::expected<std::string, std::string> as_user(const User* user, const std::function<std::string()>& look);

}  // namespace portreeve::daemon
