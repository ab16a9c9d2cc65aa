#include <algorithm>
#include <ctime>

#include "storage/address.h"
#include "storage/sqlite/alias_rules.h"
#include "storage/sqlite/names.h"
#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {

namespace {

// The address has meant the same since before as long as one stays whom it led to.
std::int64_t alias_since(const AliasEntry& entry, const Alias* before) {
  if (entry.alias.since != 0) return entry.alias.since;
  if (before != nullptr) {
    std::set<std::string> keys;
    for (const std::string& member : before->members) keys.insert(address_key(member));
    const auto stays = [&](const std::string& member) { return keys.contains(address_key(member)); };
    if (std::ranges::any_of(entry.alias.members, stays)) return before->since;
  }
  return std::time(nullptr);
}

}  // namespace

void write_alias(Transaction& transaction, const AliasEntry& entry, const Alias* before) {
  Connection& db = transaction.db();
  const Alias& alias = entry.alias;
  const std::int64_t since = alias_since(entry, before);
  db.run("INSERT OR IGNORE INTO domain(name) VALUES (?)", entry.domain);
  db.run("REPLACE INTO alias(address, shown, kind, owner, since, is_from_file) VALUES (?, ?, ?, ?, ?, ?)", entry.key,
         alias.address, static_cast<int>(alias.kind), alias.owner, since, alias.is_from_file ? 1 : 0);
  db.run("DELETE FROM alias_member WHERE alias = ?", entry.key);
  for (std::size_t i = 0; i < alias.members.size(); ++i) {
    db.run("INSERT INTO alias_member(alias, position, address) VALUES (?, ?, ?)", entry.key, i, alias.members[i]);
  }
}

void erase_alias(Transaction& transaction, std::string_view key) {
  transaction.db().run("DELETE FROM alias_member WHERE alias = ?", key);
  transaction.db().run("DELETE FROM alias WHERE address = ?", key);
}

void set_alias(Transaction& transaction, const Alias& alias) {
  const AliasEntry entry = checked_alias(alias);
  const auto directory = transaction.directory();
  const Alias* before = directory->find_alias(entry.alias.address);
  if (before != nullptr && before->is_from_file && !alias.is_from_file) {
    fail(Errc::exists, entry.alias.address + " is the configuration file's");
  }
  check_aliases(*directory, {entry});
  write_alias(transaction, entry, before);
  transaction.directory_changed();
}

void remove_alias(Transaction& transaction, std::string_view address) {
  if (transaction.directory()->find_alias(address) == nullptr) fail(Errc::not_found, "there is no such alias");
  erase_alias(transaction, address_key(address));
  transaction.directory_changed();
}

}  // namespace portreeve::store::sqlite
