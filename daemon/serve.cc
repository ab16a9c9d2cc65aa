// From the command to a running server: what needs root first, then the rest as the configured user.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "core/base/log.h"
#include "daemon/commands.h"
#include "daemon/control_client.h"
#include "daemon/exit_codes.h"
#include "daemon/privileges.h"
#include "daemon/server_run.h"
#include "daemon/settings.h"

namespace portreeve::daemon {
namespace {

namespace log = base::log;

int fail(int exit_code, const std::string& reason) {
  std::fprintf(stderr, "portreeve: %s\n", reason.c_str());
  return exit_code;
}

void tune_process() {
  // Each arena keeps what was freed in it: one for every thread would multiply the memory at rest.
  mallopt(M_ARENA_MAX, 2);
  std::signal(SIGPIPE, SIG_IGN);
  // Until the server can reload there is nothing to do about it, and no reason to die.
  std::signal(SIGHUP, SIG_IGN);
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
  }
}

// A kernel without IPv6 can't take "::", and has nothing to miss where 0.0.0.0 stands beside it.
bool is_left_out(const std::string& host, const config::Listener& listener) {
  std::error_code error;
  return host == "::" && listener.addresses.size() > 1 && !std::filesystem::exists("/proc/net/if_inet6", error);
}

std::expected<std::vector<Bound>, std::string> bind_all(const config::Config& config) {
  std::vector<Bound> bound;
  std::string problems;
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    for (const net::ListenAddress& address : listen_addresses(config.listeners[i])) {
      if (is_left_out(address.host, config.listeners[i])) continue;
      auto listener = net::Listener::bind(address);
      if (listener) {
        bound.push_back({std::move(*listener), i});
      } else {
        problems += (problems.empty() ? "" : "\nportreeve: ") + listener.error();
      }
    }
  }
  if (!problems.empty()) return std::unexpected(problems);
  return bound;
}

bool is_served(const config::Config& config) {
  const auto answer = ask_server(config.data_directory, {"server.listeners", {}});
  return answer && *answer;
}

int serve_unprivileged(config::Config config, const std::string& config_file, std::vector<Bound> bound) {
  if (geteuid() == 0 && config.user.empty()) {
    log::warning("running_as_root", {{"advice", "set `user` in the configuration to an unprivileged one"}});
  }
  ServerRun run(std::move(config), config_file);
  if (const auto ready = run.prepare(std::move(bound)); !ready) {
    log::error("start_failed", {{"reason", ready.error().reason}});
    return ready.error().exit_code;
  }
  run.run();
  return kOk;
}

}  // namespace

int serve(config::Config config, const std::string& config_file) {
  tune_process();
  std::optional<User> user;
  if (!config.user.empty()) {
    auto found = find_user(config.user);
    if (!found) return fail(kConfig, found.error());
    user = std::move(*found);
  }
  if (const auto made = make_directory(config.data_directory, user ? &*user : nullptr); !made) {
    return fail(kConfig, made.error());
  }
  auto bound = bind_all(config);
  if (!bound)
    return is_served(config) ? fail(kTemporary, "the server runs already on " + config.data_directory)
                             : fail(kConfig, bound.error());
  if (user) {
    if (const auto became = become(*user, Keep::binding_low_ports); !became) return fail(kConfig, became.error());
  }
  // Mail is for its owners only, whatever the shell that started us says.
  umask(0077);
  // After a reload the folder may be another; the file is not.
  const std::string file = std::filesystem::absolute(config_file).string();
  log::start(log_level(config.log_level));
  const int code = serve_unprivileged(std::move(config), file, std::move(*bound));
  log::stop();
  return code;
}

}  // namespace portreeve::daemon
