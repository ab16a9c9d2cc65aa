#include "storage/sqlite/directory.h"

#include <algorithm>

#include "storage/address.h"

namespace portreeve::store::sqlite {

DirectoryImage::DirectoryImage(Connection& connection) {
  Query domains(connection, "SELECT name FROM domain");
  while (domains.step()) domains_.emplace(domains.text(0));
  load_accounts(connection);
  load_aliases(connection);
  Query delegates(connection, "SELECT owner, delegate FROM delegate");
  while (delegates.step()) delegates_.emplace(delegates.integer(0), delegates.integer(1));
}

void DirectoryImage::load_accounts(Connection& connection) {
  Query accounts(connection,
                 "SELECT a.id, a.address, a.verifier, a.created, a.is_enabled, a.quota_bytes, a.is_from_file, "
                 "a.quota_messages, a.quota_mailboxes, "
                 "coalesce((SELECT m.id FROM mailbox m WHERE m.account = a.id AND m.name = 'INBOX'), 0) FROM account a "
                 "ORDER BY a.id");
  while (accounts.step()) {
    Entry entry;
    entry.account.id = accounts.integer(0);
    entry.account.address = accounts.text(1);
    entry.account.verifier = accounts.text(2);
    entry.account.created = accounts.integer(3);
    entry.account.is_enabled = accounts.integer(4) != 0;
    entry.account.quota_bytes = static_cast<std::uint64_t>(accounts.integer(5));
    entry.account.is_from_file = accounts.integer(6) != 0;
    entry.account.quota_messages = static_cast<std::uint64_t>(accounts.integer(7));
    entry.account.quota_mailboxes = static_cast<std::uint64_t>(accounts.integer(8));
    entry.inbox = accounts.integer(9);
    if (entry.account.is_enabled) {
      oldest_.try_emplace("", entry.account.id);
      oldest_.try_emplace(
          domain_key(std::string_view(entry.account.address).substr(entry.account.address.rfind('@') + 1)),
          entry.account.id);
    }
    accounts_.emplace(entry.account.id, std::move(entry));
  }
  Query addresses(connection, "SELECT address, account FROM address");
  while (addresses.step()) addresses_.emplace(addresses.text(0), addresses.integer(1));
}

void DirectoryImage::load_aliases(Connection& connection) {
  Query aliases(connection, "SELECT address, shown, kind, owner, since, is_from_file FROM alias");
  while (aliases.step()) {
    Alias& alias = aliases_[std::string(aliases.text(0))];
    alias.address = aliases.text(1);
    alias.kind = static_cast<Alias::Kind>(aliases.integer(2));
    alias.owner = aliases.text(3);
    alias.since = aliases.integer(4);
    alias.is_from_file = aliases.integer(5) != 0;
  }
  Query members(connection, "SELECT alias, address FROM alias_member ORDER BY alias, position");
  while (members.step()) {
    const auto alias = aliases_.find(std::string(members.text(0)));
    if (alias != aliases_.end()) alias->second.members.emplace_back(members.text(1));
  }
}

bool DirectoryImage::has_domain(std::string_view domain) const { return domains_.contains(domain_key(domain)); }

const Account* DirectoryImage::find(AccountId id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : &found->second.account;
}

const Account* DirectoryImage::find_address(std::string_view address) const {
  const auto found = addresses_.find(address_key(address));
  return found == addresses_.end() ? nullptr : find(found->second);
}

const Account* DirectoryImage::oldest_account(std::string_view domain) const {
  const auto found = oldest_.find(domain.empty() ? std::string() : domain_key(domain));
  return found == oldest_.end() ? nullptr : find(found->second);
}

std::vector<Account> DirectoryImage::accounts() const {
  std::vector<Account> all;
  all.reserve(accounts_.size());
  for (const auto& [id, entry] : accounts_) all.push_back(entry.account);
  std::ranges::sort(all, {}, &Account::address);
  return all;
}

const Alias* DirectoryImage::find_alias(std::string_view address) const {
  if (aliases_.empty()) return nullptr;
  const auto found = aliases_.find(address_key(address));
  return found == aliases_.end() ? nullptr : &found->second;
}

bool DirectoryImage::is_delegate(AccountId owner, AccountId delegate) const {
  return delegates_.contains({owner, delegate});
}

std::vector<AccountId> DirectoryImage::delegates(AccountId owner) const {
  std::vector<AccountId> all;
  for (auto entry = delegates_.lower_bound({owner, 0}); entry != delegates_.end() && entry->first == owner; ++entry) {
    all.push_back(entry->second);
  }
  return all;
}

std::vector<Alias> DirectoryImage::aliases() const {
  std::vector<Alias> all;
  all.reserve(aliases_.size());
  for (const auto& [key, alias] : aliases_) all.push_back(alias);
  std::ranges::sort(all, {}, &Alias::address);
  return all;
}

std::vector<std::string> DirectoryImage::domains() const { return {domains_.begin(), domains_.end()}; }

MailboxId DirectoryImage::inbox(AccountId id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? 0 : found->second.inbox;
}

}  // namespace portreeve::store::sqlite
