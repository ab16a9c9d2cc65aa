// The administrator's commands: what they ask, read and print on this side.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/auth/verifier.h"
#include "core/config/address.h"
#include "core/config/units.h"
#include "daemon/accounts_file.h"
#include "daemon/commands.h"
#include "daemon/exit_codes.h"
#include "daemon/local.h"
#include "daemon/password.h"

namespace portreeve::daemon {
namespace {

using Arguments = std::vector<std::string>;

int finish(const AdminReply& reply) {
  std::FILE* to = reply.exit_code == kOk ? stdout : stderr;
  std::fwrite(reply.text.data(), 1, reply.text.size(), to);
  return reply.exit_code;
}

int fail(int exit_code, const std::string& text) { return finish({exit_code, text + "\n"}); }

// An account's address is looked at before its password is asked for.
int set_password(const config::Config& config, const CommandLine& line, const char* verb) {
  if (const auto address = config::normalize_address(line.subject); !address) {
    return fail(kUsage, fmt::format("{} {}", line.subject, address.error()));
  }
  const auto password = line.takes_password_from_stdin ? read_password() : ask_password(line.subject);
  if (!password) return fail(kUsage, password.error());
  return finish(perform(config, line.config_file, {verb, {line.subject, auth::make_verifier(*password)}}));
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

int set_quota(const config::Config& config, const CommandLine& line) {
  if (line.value.empty() && line.messages.empty() && line.mailboxes.empty()) {
    return fail(kUsage, "say what the limit is: a size such as 500MiB, --messages, --mailboxes");
  }
  Arguments arguments{line.subject, "", "", ""};
  if (!line.value.empty()) {
    const auto bytes = line.value == "none" ? 0 : config::parse_size(line.value);
    if (!bytes) return fail(kUsage, fmt::format("{} is not a size; write one such as 500MiB, or none", line.value));
    arguments[1] = std::to_string(*bytes);
  }
  const std::array counts{&line.messages, &line.mailboxes};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i]->empty()) continue;
    const auto number = *counts[i] == "none" ? 0 : parse_number(*counts[i]);
    if (!number) return fail(kUsage, fmt::format("{} is not a number; write one such as 1000, or none", *counts[i]));
    arguments[2 + i] = std::to_string(*number);
  }
  return finish(perform(config, line.config_file, {"account.quota", std::move(arguments)}));
}

bool is_confirmed(const CommandLine& line) {
  if (line.is_sure || isatty(STDIN_FILENO) == 0) return true;
  std::printf("Remove %s with all its mail? Type yes: ", line.subject.c_str());
  std::fflush(stdout);
  std::string answer(16, '\0');
  if (std::fgets(answer.data(), static_cast<int>(answer.size()), stdin) == nullptr) return false;
  return answer.starts_with("yes\n");
}

int remove_account(const config::Config& config, const CommandLine& line) {
  if (!is_confirmed(line)) return fail(kFailure, "nothing was removed");
  return finish(perform(config, line.config_file, {"account.remove", {line.subject}}));
}

std::expected<std::string, std::string> read_accounts_file(const std::string& name) {
  const std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })> file(
      name == "-" ? fdopen(dup(STDIN_FILENO), "r") : std::fopen(name.c_str(), "re"));
  if (!file) return std::unexpected(fmt::format("can't read {}: {}", name, std::strerror(errno)));
  std::string text;
  std::string piece(std::size_t{64} * 1024, '\0');
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), file.get())) {
    text.append(piece, 0, got);
    if (text.size() > kMaxAccountsFileBytes) {
      return std::unexpected(fmt::format("{} is larger than {} MiB; divide it", name, kMaxAccountsFileBytes >> 20));
    }
  }
  if (std::ferror(file.get()) != 0)
    return std::unexpected(fmt::format("can't read {}: {}", name, std::strerror(errno)));
  return text;
}

int import_accounts(const config::Config& config, const CommandLine& line) {
  const auto text = read_accounts_file(line.subject);
  if (!text) return fail(kFailure, text.error());
  auto accounts = parse_accounts(*text, line.subject == "-" ? "standard input" : line.subject);
  if (!accounts) return fail(kFailure, accounts.error() + "nothing was imported");
  if (accounts->empty()) return fail(kFailure, fmt::format("there is no account in {}", line.subject));
  make_verifiers(*accounts);
  AdminRequest request{"account.import", {}};
  for (AccountLine& account : *accounts) {
    request.arguments.push_back(std::move(account.address));
    request.arguments.push_back(std::move(account.verifier));
  }
  AdminReply reply = perform(config, line.config_file, request);
  if (reply.exit_code == kFailure) reply.text += "nothing was imported\n";
  return finish(reply);
}

// The server has another working directory.
std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

// As RFC 4314 §2 writes it.
std::string acl_identifier(const CommandLine& line) { return (line.denies ? "-" : "") + line.identifier; }

}  // namespace

int administer(const config::Config& config, const CommandLine& line) {
  const auto ask = [&](const char* verb, Arguments arguments = {}) {
    return finish(perform(config, line.config_file, {verb, std::move(arguments)}));
  };
  const auto with_members = [&](Arguments arguments) {
    arguments.insert(arguments.end(), line.members.begin(), line.members.end());
    return arguments;
  };
  const std::string& subject = line.subject;
  switch (line.command) {
    case Command::account_add: return set_password(config, line, "account.add");
    case Command::account_passwd: return set_password(config, line, "account.passwd");
    case Command::account_quota: return set_quota(config, line);
    case Command::account_disable: return ask("account.disable", {subject});
    case Command::account_enable: return ask("account.enable", {subject});
    case Command::account_delegate: {
      Arguments arguments{subject, line.value};
      if (line.removes) arguments.emplace_back("remove");
      return ask("account.delegate", std::move(arguments));
    }
    case Command::account_remove: return remove_account(config, line);
    case Command::account_import: return import_accounts(config, line);
    case Command::account_list: return ask("account.list");
    case Command::alias_add: return ask("alias.add", with_members({subject}));
    case Command::alias_list: return ask("alias.list");
    case Command::alias_remove: return ask("alias.remove", {subject});
    case Command::list_add: return ask("list.add", with_members({subject, line.owner}));
    case Command::list_join: return ask("list.join", with_members({subject}));
    case Command::list_leave: return ask("list.leave", with_members({subject}));
    case Command::resolve: return ask("resolve", {subject});
    case Command::domain_add: return ask("domain.add", {subject});
    case Command::domain_remove: return ask("domain.remove", {subject});
    case Command::domain_list: return ask("domain.list");
    case Command::acl_list: return ask("acl.list", {subject, line.value});
    case Command::acl_set: return ask("acl.set", {subject, line.value, acl_identifier(line), line.rights});
    case Command::acl_remove: return ask("acl.remove", {subject, line.value, acl_identifier(line), line.rights});
    case Command::held_list: return ask("held.list");
    case Command::held_remove: return ask("held.remove", {subject});
    case Command::backup: return ask("backup", {absolute(subject)});
    case Command::restore: return finish(restore(config, absolute(subject)));
    case Command::fsck: return ask("fsck", line.mends ? Arguments{"mend"} : Arguments{});
    case Command::account_verifier:
    case Command::serve:
    case Command::check:
    case Command::version: break;
  }
  return fail(kUsage, "this is no administrator's command");
}

int print_verifier(const CommandLine& line) {
  const auto password = line.takes_password_from_stdin ? read_password() : ask_password("the verifier");
  if (!password) return fail(kUsage, password.error());
  return finish({kOk, auth::make_verifier(*password) + "\n"});
}

}  // namespace portreeve::daemon
