#include "daemon/file_entries.h"

#include <fmt/format.h>

#include "core/auth/verifier.h"
#include "storage/wait.h"

namespace portreeve::daemon {
namespace {

std::string verifier_of(const config::Account& account, const store::Directory& known) {
  if (!account.verifier.empty()) return account.verifier;
  const store::Account* before = known.find_address(account.address);
  if (before != nullptr && auth::verify(account.password, before->verifier)) return before->verifier;
  return auth::make_verifier(account.password);
}

// The line of the entry that the store's words are about. 0: of none.
unsigned line_of(const config::Config& config, const std::string& words) {
  std::size_t best = std::string::npos;
  std::size_t length = 0;
  unsigned line = 0;
  // The address that is named first counts, at length where one ends like another.
  const auto look = [&](const std::string& address, unsigned its_line) {
    const std::size_t at = words.find(address);
    if (address.empty() || at == std::string::npos || at > best || (at == best && address.size() <= length)) return;
    best = at;
    length = address.size();
    line = its_line;
  };
  for (const config::Account& account : config.accounts) look(account.address, account.line);
  for (const config::Alias& alias : config.aliases) look(alias.address, alias.line);
  for (const config::Account& account : config.accounts) {
    for (const std::string& delegate : account.delegates) look(delegate, account.line);
  }
  for (const config::Alias& alias : config.aliases) {
    for (const std::string& member : alias.to) look(member, alias.line);
    look(alias.owner, alias.line);
  }
  return line;
}

}  // namespace

std::expected<void, std::string> check_file_entries(const config::Config& config, const std::string& config_file) {
  for (const config::Account& account : config.accounts) {
    if (account.verifier.empty() ? account.password.size() <= auth::kMaxPasswordBytes
                                 : auth::is_verifier(account.verifier)) {
      continue;
    }
    const std::string what =
        account.verifier.empty()
            ? fmt::format("its password is longer than {} bytes", auth::kMaxPasswordBytes)
            : std::string("its verifier is none; `portreeve account verifier` makes one of a password");
    return std::unexpected(fmt::format("{}:{}: {}: {}", config_file, account.line, account.address, what));
  }
  return {};
}

store::Store::FileEntries file_entries(const config::Config& config, const store::Directory& known) {
  store::Store::FileEntries entries;
  for (const config::Account& account : config.accounts) {
    entries.accounts.push_back({.address = account.address,
                                .verifier = verifier_of(account, known),
                                .quota_bytes = account.quota,
                                .quota_messages = account.quota_messages,
                                .quota_mailboxes = account.quota_mailboxes,
                                .is_enabled = !account.is_disabled,
                                .delegates = account.delegates});
  }
  for (const config::Alias& alias : config.aliases) {
    store::Alias entry;
    entry.address = alias.address;
    entry.kind = alias.is_list ? store::Alias::Kind::list : store::Alias::Kind::alias;
    entry.members = alias.to;
    entry.owner = alias.owner;
    entry.is_from_file = true;
    entries.aliases.push_back(std::move(entry));
  }
  return entries;
}

std::expected<void, std::string> apply_file_entries(store::Store& store, const config::Config& config,
                                                    const std::string& config_file) {
  if (const auto right = check_file_entries(config, config_file); !right) return right;
  auto entries = file_entries(config, *store.directory());
  const auto done = store::wait_for([&](auto d) { store.set_file_entries(std::move(entries), std::move(d)); });
  if (done) return {};
  const unsigned line = line_of(config, done.error().detail);
  return std::unexpected(line == 0 ? fmt::format("{}: {}", config_file, done.error().detail)
                                   : fmt::format("{}:{}: {}", config_file, line, done.error().detail));
}

}  // namespace portreeve::daemon
