#include "daemon/privileges.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace portreeve::daemon {
namespace {

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, decltype([](cap_t caps) { cap_free(caps); })>;

std::unexpected<std::string> system_error(std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

std::expected<void, std::string> keep_only(cap_value_t capability) {
  const Capabilities caps(cap_init());
  for (const cap_flag_t flag : {CAP_PERMITTED, CAP_EFFECTIVE}) {
    cap_set_flag(caps.get(), flag, 1, &capability, CAP_SET);
  }
  if (cap_set_proc(caps.get()) != 0) return system_error("can't keep the right to bind low ports");
  return {};
}

}  // namespace

std::expected<User, std::string> find_user(std::string_view name, const std::string& passwd_file,
                                           const std::string& group_file) {
  const File passwd(std::fopen(passwd_file.c_str(), "re"));
  if (!passwd) return system_error("can't read " + passwd_file);
  User user;
  while (const ::passwd* entry = fgetpwent(passwd.get())) {
    if (name != entry->pw_name) continue;
    user = {entry->pw_name, entry->pw_uid, entry->pw_gid, {entry->pw_gid}};
    break;
  }
  if (user.name.empty()) {
    return std::unexpected(fmt::format("there is no user {0} in {1}; `useradd --system --no-create-home {0}` makes one",
                                       name, passwd_file));
  }
  const File groups(std::fopen(group_file.c_str(), "re"));
  if (!groups) return system_error("can't read " + group_file);
  while (const ::group* entry = fgetgrent(groups.get())) {
    for (char** member = entry->gr_mem; *member != nullptr; ++member) {
      if (name == *member && entry->gr_gid != user.gid) user.groups.push_back(entry->gr_gid);
    }
  }
  return user;
}

bool is_current(const User& user) { return geteuid() == user.uid; }

std::expected<void, std::string> become(const User& user, Keep keep) {
  if (is_current(user)) return {};
  const std::string who = fmt::format("can't become the user {}", user.name);
  if (geteuid() != 0) {
    return std::unexpected(
        fmt::format("{}: only root can; start this as root or as {}, or take `user` out of the "
                    "configuration",
                    who, user.name));
  }
  const bool keeps = keep == Keep::binding_low_ports;
  if (keeps && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return system_error(who);
  if (setgroups(user.groups.size(), user.groups.data()) != 0 || setresgid(user.gid, user.gid, user.gid) != 0 ||
      setresuid(user.uid, user.uid, user.uid) != 0) {
    return system_error(who);
  }
  if (keeps) {
    if (const auto kept = keep_only(CAP_NET_BIND_SERVICE); !kept) return kept;
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return system_error("can't give up new privileges");
  return {};
}

std::expected<void, std::string> make_directory(const std::string& path, const User* owner) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  // Another command may make it meanwhile.
  if (mkdir(path.c_str(), 0700) != 0 && !(errno == EEXIST && std::filesystem::is_directory(path, error)))
    return system_error("can't make the folder " + path);
  if (owner != nullptr && geteuid() == 0 && lchown(path.c_str(), owner->uid, owner->gid) != 0) {
    return system_error("can't give the folder " + path + " to " + owner->name);
  }
  return {};
}

std::expected<std::string, std::string> as_user(const User* user, const std::function<std::string()>& look) {
  if (user == nullptr || is_current(*user)) return look();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("can't make a pipe");
  const pid_t child = fork();
  if (child < 0) return system_error("can't start a process");
  if (child == 0) {
    close(ends[0]);
    const auto became = become(*user, Keep::nothing);
    const std::string told = became ? look() : became.error() + "\n";
    const bool is_told = write(ends[1], told.data(), told.size()) == static_cast<ssize_t>(told.size());
    _exit(became && is_told ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = read(ends[0], buffer.data(), buffer.size())) > 0) text.append(buffer.data(), static_cast<size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::unexpected(text);
  return text;
}

}  // namespace portreeve::daemon
