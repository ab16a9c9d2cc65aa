// What the program is asked to do.
// Threads: pure.
#pragma once

#include <expected>
#include <string>
#include <vector>

namespace portreeve::daemon {

constexpr const char* kDefaultConfig = "/etc/portreeve/portreeve.toml";

enum class Command {
  serve,
  check,
  account_add,
  account_list,
  account_passwd,
  account_quota,
  account_disable,
  account_enable,
  account_delegate,
  account_verifier,
  account_remove,
  account_import,
  alias_add,
  alias_list,
  alias_remove,
  list_add,
  list_join,
  list_leave,
  resolve,
  domain_add,
  domain_list,
  domain_remove,
  acl_list,
  acl_set,
  acl_remove,
  held_list,
  held_remove,
  backup,
  restore,
  fsck,
  version,
};

struct CommandLine {
  Command command = Command::version;
  std::string config_file = kDefaultConfig;
  std::string subject;  // the address, domain, file or message that the command is about
  std::string value;    // what the subject is to have: a size, a delegate
  std::vector<std::string> members;
  std::string owner;     // of a list
  std::string messages;  // limits beside `value`; empty: as they are
  std::string mailboxes;
  std::string identifier;  // whose rights on a mailbox, which is the value
  std::string rights;
  bool takes_password_from_stdin = false;
  bool mends = false;
  bool is_sure = false;  // don't ask before removing
  bool removes = false;
  bool denies = false;
};

// What there is to print instead: help, or what is wrong with the command line and how to mend it.
struct Ending {
  int exit_code = 0;
  std::string text;
};

std::expected<CommandLine, Ending> parse_command_line(int argc, const char* const* argv);

std::string version_text();

}  // namespace portreeve::daemon
