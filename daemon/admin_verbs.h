// What the administrator's requests have in common, and one function for each. Private to admin*.cc.
// Threads: as of admin.h.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/admin.h"

namespace portreeve::daemon {

struct Job {
  store::Store& store;
  const AdminContext& context;
  const std::vector<std::string>& arguments;
};

struct Verb {
  std::string_view name;
  std::size_t least;  // arguments
  std::size_t most;
  AdminReply (*run)(const Job&);
};

std::span<const Verb> account_verbs();
std::span<const Verb> acl_verbs();
std::span<const Verb> alias_verbs();
std::span<const Verb> domain_verbs();
std::span<const Verb> store_verbs();

AdminReply failure(std::string text);
AdminReply success(std::string text);
AdminReply failure(std::string_view what, const store::Error& error);
// For what the configuration file is the truth for.
AdminReply is_of_file(const Job& job, std::string_view address);

// The account that bears this name, or the words that say why there is none.
std::expected<store::Account, std::string> find_account(const store::Store& store, std::string_view text);

}  // namespace portreeve::daemon
