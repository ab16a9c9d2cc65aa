// What is as the file says is not written, so that a start with the same file leaves the disk alone.
#include <algorithm>

#include "storage/address.h"
#include "storage/sqlite/alias_rules.h"
#include "storage/sqlite/names.h"
#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

using FileAccounts = std::vector<Store::FileAccount>;

void set_account(Transaction& transaction, const Directory& before, const Store::FileAccount& said) {
  const Account* account = before.find_address(said.address);
  const bool is_same = account != nullptr && account->is_from_file && account->verifier == said.verifier &&
                       account->quota_bytes == said.quota_bytes && account->quota_messages == said.quota_messages &&
                       account->quota_mailboxes == said.quota_mailboxes && account->is_enabled == said.is_enabled;
  if (is_same) return;
  const AccountId id = account != nullptr ? account->id
                                          : add_account(transaction, {said.address, said.verifier, said.quota_bytes,
                                                                      said.quota_messages, said.quota_mailboxes});
  if (account != nullptr) set_quota(transaction, id, {said.quota_bytes, said.quota_messages, said.quota_mailboxes});
  transaction.db().run("UPDATE account SET verifier = ?, is_enabled = ?, is_from_file = 1 WHERE id = ?", said.verifier,
                       said.is_enabled ? 1 : 0, id);
}

void set_accounts(Transaction& transaction, const Directory& before, const FileAccounts& accounts) {
  std::set<std::string> named;
  for (const Store::FileAccount& said : accounts) {
    if (!named.insert(account_address(said.address).key).second) {
      fail(Errc::invalid, said.address + " is there twice");
    }
    set_account(transaction, before, said);
  }
  for (const Account& account : before.accounts()) {
    if (!account.is_from_file || named.contains(address_key(account.address))) continue;
    transaction.db().run("UPDATE account SET is_enabled = 0, is_from_file = 0 WHERE id = ?", account.id);
    transaction.directory_changed();
  }
}

void set_delegates(Transaction& transaction, const FileAccounts& accounts) {
  const auto directory = transaction.directory();
  for (const Store::FileAccount& said : accounts) {
    const AccountId owner = directory->find_address(said.address)->id;
    std::set<AccountId> wanted;
    for (const std::string& address : said.delegates) {
      // One whose account was removed since means nobody, as a member of an alias would.
      if (const Account* delegate = directory->find_address(address)) wanted.insert(delegate->id);
    }
    for (const AccountId delegate : directory->delegates(owner)) {
      if (wanted.erase(delegate) == 0) set_delegate(transaction, owner, delegate, false);
    }
    for (const AccountId delegate : wanted) set_delegate(transaction, owner, delegate, true);
  }
}

std::vector<AliasEntry> checked_entries(const std::vector<Alias>& aliases) {
  std::vector<AliasEntry> entries;
  std::set<std::string> keys;
  for (const Alias& alias : aliases) {
    AliasEntry& entry = entries.emplace_back(checked_alias(alias));
    entry.alias.is_from_file = true;
    if (!keys.insert(entry.key).second) fail(Errc::invalid, alias.address + " is there twice");
  }
  return entries;
}

bool is_same(const Alias& said, const Alias& kept) {
  return kept.is_from_file && said.address == kept.address && said.kind == kept.kind && said.members == kept.members &&
         said.owner == kept.owner && (said.since == 0 || said.since == kept.since);
}

void remove_aliases_but(Transaction& transaction, const Directory& before, const std::vector<AliasEntry>& entries) {
  std::set<std::string> named;
  for (const AliasEntry& entry : entries) named.insert(entry.key);
  for (const Alias& alias : before.aliases()) {
    const std::string key = address_key(alias.address);
    if (!alias.is_from_file || named.contains(key)) continue;
    erase_alias(transaction, key);
    transaction.directory_changed();
  }
}

void set_aliases(Transaction& transaction, std::vector<AliasEntry> entries) {
  const auto before = transaction.directory();
  std::erase_if(entries, [&](const AliasEntry& entry) {
    const Alias* kept = before->find_alias(entry.alias.address);
    return kept != nullptr && is_same(entry.alias, *kept);
  });
  if (entries.empty()) return;
  check_aliases(*before, entries);
  for (const AliasEntry& entry : entries) write_alias(transaction, entry, before->find_alias(entry.alias.address));
  transaction.directory_changed();
}

}  // namespace

void set_file_entries(Transaction& transaction, const Store::FileEntries& entries) {
  std::vector<AliasEntry> aliases = checked_entries(entries.aliases);
  const auto before = transaction.directory();
  // First, since an address that was an alias may be an account now.
  remove_aliases_but(transaction, *before, aliases);
  set_accounts(transaction, *before, entries.accounts);
  set_delegates(transaction, entries.accounts);
  set_aliases(transaction, std::move(aliases));
}

}  // namespace portreeve::store::sqlite
