// What the program is asked to do.
// Threads: pure.
#pragma once

#include <expected>
#include <string>

namespace portreeve::daemon {

constexpr const char* kDefaultConfig = "/etc/portreeve/portreeve.toml";

enum class Command {
  serve,
  check,
  account_add,
  account_list,
  account_passwd,
  account_remove,
  account_import,
  domain_add,
  domain_list,
  domain_remove,
  backup,
  restore,
  fsck,
  version,
};

struct CommandLine {
  Command command = Command::version;
  std::string config_file = kDefaultConfig;
  std::string subject;  // the address, domain or file that the command is about
  bool takes_password_from_stdin = false;
  bool mends = false;
  bool is_sure = false;  // don't ask before removing
};

// What there is to print instead: help, or what is wrong with the command line and how to mend it.
struct Ending {
  int exit_code = 0;
  std::string text;
};

std::expected<CommandLine, Ending> parse_command_line(int argc, const char* const* argv);

std::string version_text();

}  // namespace portreeve::daemon
