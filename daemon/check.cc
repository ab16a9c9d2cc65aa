// `portreeve check`: would the server start? Everything is looked at, as far as one can without starting.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "daemon/commands.h"
#include "daemon/control_client.h"
#include "daemon/exit_codes.h"
#include "daemon/file_entries.h"
#include "daemon/privileges.h"
#include "daemon/settings.h"

namespace portreeve::daemon {
namespace {

class Report {
 public:
  void good(const std::string& line) { std::printf("ok       %s\n", line.c_str()); }
  void note(const std::string& line) { std::printf("note     %s\n", line.c_str()); }
  void bad(const std::string& line) {
    ++problems_;
    std::printf("problem  %s\n", line.c_str());
  }
  std::size_t problems() const { return problems_; }

 private:
  std::size_t problems_ = 0;
};

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

net::Endpoint endpoint_of(const net::ListenAddress& address) {
  if (!address.unix_path.empty()) return {net::Endpoint::Family::unix_socket, address.unix_path, 0};
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return {is_ipv6 ? net::Endpoint::Family::ipv6 : net::Endpoint::Family::ipv4, address.host, address.port};
}

std::optional<User> check_user(const config::Config& config, Report& report) {
  if (config.user.empty()) {
    if (geteuid() == 0) report.note("started as root the server stays root: set `user`");
    return std::nullopt;
  }
  auto user = find_user(config.user);
  if (!user) {
    report.bad(user.error());
    return std::nullopt;
  }
  if (geteuid() != 0 && !is_current(*user)) {
    report.bad(fmt::format("`user` is {}: only root can start the server, and only root can check it all", user->name));
  } else {
    report.good(fmt::format("the server runs as {}", user->name));
  }
  return std::move(*user);
}

void check_ports(const config::Config& config, const std::set<std::string>& served, Report& report) {
  for (const config::Listener& listener : config.listeners) {
    for (const net::ListenAddress& address : listen_addresses(listener)) {
      const std::string text = endpoint_of(address).text();
      const std::string name = fmt::format("{} {} ({})", to_text(listener.protocol), text, to_text(listener.tls));
      if (served.contains(text)) {
        report.good(name + ": the running server listens there");
      } else if (const auto bound = net::Listener::bind(address); !bound) {
        report.bad(fmt::format("{}: {}", name, bound.error()));
      } else {
        report.good(name + ": free");
      }
    }
  }
}

void check_accounts(const config::Config& config, const std::string& config_file, Report& report) {
  if (const auto right = check_file_entries(config, config_file); !right) report.bad(right.error());
  const bool has_passwords = std::ranges::any_of(config.accounts, [](const auto& a) { return !a.password.empty(); });
  std::error_code error;
  const auto mode = std::filesystem::status(config_file, error).permissions();
  if (!has_passwords || error || (mode & std::filesystem::perms::others_read) == std::filesystem::perms::none) return;
  report.note(config_file + " holds passwords, and anybody can read it: write verifiers instead, or chmod o-r");
}

// Called as the configured user. Lines that begin with ! are problems.
std::string look_as_user(const config::Config& config, const std::string& config_file) {
  std::string lines;
  const std::string& data = config.data_directory;
  if (access(data.c_str(), F_OK) != 0) {
    lines += fmt::format("{}: will be made at the first start\n", data);
  } else if (access(data.c_str(), R_OK | W_OK | X_OK) != 0) {
    lines +=
        fmt::format("!data_directory {}: the server can't write there; `chown -R` it to the server's user\n", data);
  } else {
    lines += fmt::format("{}: can be written\n", data);
  }
  if (access(config_file.c_str(), R_OK) != 0) {
    lines += fmt::format(
        "!{}: the server's user can't read it, so that a reload would fail; chmod a+r, and a+x for its "
        "folders\n",
        config_file);
  }
  const auto files = certificate_files(config);
  const bool is_to_be_made = config.tls.self_signed && access(files.front().certificate.c_str(), F_OK) != 0;
  if (!uses_tls(config)) return lines;
  if (is_to_be_made) return lines + fmt::format("{}: will be made at the first start\n", files.front().certificate);
  const auto loaded = tls::CertificateStore::load(files);
  if (!loaded) return lines + fmt::format("!{}\n", loaded.error());
  for (const std::string& warning : (*loaded)->warnings()) lines += fmt::format("!{}\n", warning);
  return lines + "certificates and keys: can be read and go together\n";
}

}  // namespace

int check(const config::Config& config, const std::string& config_file) {
  Report report;
  report.good(config_file + ": every key is right");
  check_accounts(config, config_file, report);
  const std::optional<User> user = check_user(config, report);
  const auto answer = ask_server(config.data_directory, {"server.listeners", {}});
  if (answer && *answer) report.note("the server runs");
  check_ports(config, answer && *answer ? lines_of((*answer)->text) : std::set<std::string>(), report);

  const bool can_become = user && (geteuid() == 0 || is_current(*user));
  const auto looked = as_user(can_become ? &*user : nullptr, [&] { return look_as_user(config, config_file); });
  if (!looked) report.bad(looked.error());
  for (const std::string& line : lines_of(looked.value_or(""))) {
    if (line.starts_with('!')) {
      report.bad(line.substr(1));
    } else {
      report.good(line);
    }
  }
  if (report.problems() == 0) return kOk;
  std::printf("%zu problem%s: the server would not start, or not serve all\n", report.problems(),
              report.problems() == 1 ? "" : "s");
  return kConfig;
}

}  // namespace portreeve::daemon
