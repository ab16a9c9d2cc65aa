#include <algorithm>
#include <array>
#include <ctime>

#include "storage/address.h"
#include "storage/sqlite/names.h"
#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

struct FirstMailbox {
  std::string_view name;
  SpecialUse use;
};

// Clients translate these English names and look for them; some can't make folders themselves.
constexpr std::array<FirstMailbox, 6> kFirstMailboxes = {{
    {kInbox, SpecialUse::none},
    {"Drafts", SpecialUse::drafts},
    {"Sent", SpecialUse::sent},
    {"Junk", SpecialUse::junk},
    {"Trash", SpecialUse::trash},
    {"Archive", SpecialUse::archive},
}};

// SQLite's integers have a sign.
void check_quota(std::uint64_t limit) {
  if (limit > INT64_MAX) fail(Errc::invalid, "no disk has room for such a quota");
}

}  // namespace

void check_account(Connection& db, AccountId account) {
  if (db.number("SELECT 1 FROM account WHERE id = ?", 0, account) == 0) {
    fail(Errc::not_found, "there is no account " + std::to_string(account));
  }
}

void add_domain(Transaction& transaction, std::string_view domain) {
  const std::string name = domain_name(domain);
  Connection& db = transaction.db();
  if (db.number("SELECT 1 FROM domain WHERE name = ?", 0, name) != 0) fail(Errc::exists, "the domain is there already");
  db.run("INSERT INTO domain(name) VALUES (?)", name);
  transaction.directory_changed();
}

void remove_domain(Transaction& transaction, std::string_view domain) {
  const std::string name = domain_key(domain);
  Connection& db = transaction.db();
  if (db.number("SELECT 1 FROM domain WHERE name = ?", 0, name) == 0) fail(Errc::not_found, "there is no such domain");
  // An address's domain is what follows its last '@'; a domain has none.
  const std::int64_t users =
      db.number("SELECT count(*) FROM address WHERE substr(address, -length(?1) - 1) = '@' || ?1", 0, name);
  if (users > 0) fail(Errc::invalid, std::to_string(users) + " addresses use the domain");
  for (const Alias& alias : transaction.directory()->aliases()) {
    const auto uses = [&](std::string_view address) { return address_key(address).ends_with("@" + name); };
    if (uses(alias.address) || std::ranges::any_of(alias.members, uses)) {
      fail(Errc::invalid, "the alias " + alias.address + " uses the domain");
    }
  }
  db.run("DELETE FROM domain WHERE name = ?", name);
  transaction.directory_changed();
}

AccountId add_account(Transaction& transaction, const Store::NewAccount& account) {
  Connection& db = transaction.db();
  const AccountAddress address = account_address(account.address);
  if (db.number("SELECT 1 FROM address WHERE address = ?", 0, address.key) != 0) {
    fail(Errc::exists, address.shown + " is there already");
  }
  if (db.number("SELECT 1 FROM alias WHERE address = ?", 0, address.key) != 0) {
    fail(Errc::exists, address.shown + " is an alias; `portreeve alias remove` ends it");
  }
  for (const std::uint64_t limit : {account.quota_bytes, account.quota_messages, account.quota_mailboxes}) {
    check_quota(limit);
  }
  db.run("INSERT OR IGNORE INTO domain(name) VALUES (?)", address.domain);
  db.run(
      "INSERT INTO account(address, verifier, created, quota_bytes, quota_messages, quota_mailboxes) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      address.shown, account.verifier, static_cast<std::int64_t>(std::time(nullptr)), account.quota_bytes,
      account.quota_messages, account.quota_mailboxes);
  const AccountId id = db.last_row();
  db.run("INSERT INTO address(address, account) VALUES (?, ?)", address.key, id);
  for (const FirstMailbox& mailbox : kFirstMailboxes) {
    transaction.add_mailbox(id, mailbox.name, mailbox.use);
    db.run("INSERT INTO subscription(account, name) VALUES (?, ?)", id, mailbox.name);
  }
  transaction.directory_changed();
  return id;
}

void add_accounts(Transaction& transaction, const std::vector<Store::NewAccount>& accounts) {
  for (const Store::NewAccount& account : accounts) add_account(transaction, account);
}

void set_verifier(Transaction& transaction, AccountId account, std::string_view verifier) {
  check_account(transaction.db(), account);
  transaction.db().run("UPDATE account SET verifier = ? WHERE id = ?", verifier, account);
  transaction.directory_changed();
}

void set_quota(Transaction& transaction, AccountId account, const QuotaChange& change) {
  Connection& db = transaction.db();
  check_account(db, account);
  for (const auto& limit : {change.bytes, change.messages, change.mailboxes}) check_quota(limit.value_or(0));
  if (change.bytes) db.run("UPDATE account SET quota_bytes = ? WHERE id = ?", *change.bytes, account);
  if (change.messages) db.run("UPDATE account SET quota_messages = ? WHERE id = ?", *change.messages, account);
  if (change.mailboxes) db.run("UPDATE account SET quota_mailboxes = ? WHERE id = ?", *change.mailboxes, account);
  transaction.directory_changed();
}

void set_enabled(Transaction& transaction, AccountId account, bool is_enabled) {
  check_account(transaction.db(), account);
  transaction.db().run("UPDATE account SET is_enabled = ? WHERE id = ?", is_enabled ? 1 : 0, account);
  transaction.directory_changed();
}

void set_delegate(Transaction& transaction, AccountId owner, AccountId delegate, bool may) {
  Connection& db = transaction.db();
  check_account(db, owner);
  check_account(db, delegate);
  if (owner == delegate) fail(Errc::invalid, "nobody is their own delegate");
  if (may) {
    db.run("INSERT OR IGNORE INTO delegate(owner, delegate) VALUES (?, ?)", owner, delegate);
  } else {
    db.run("DELETE FROM delegate WHERE owner = ? AND delegate = ?", owner, delegate);
  }
  transaction.directory_changed();
}

void remove_account(Transaction& transaction, AccountId account) {
  Connection& db = transaction.db();
  check_account(db, account);
  std::vector<MailboxId> mailboxes;
  {
    Query query(db, "SELECT id FROM mailbox WHERE account = ?");
    query.bind(account);
    while (query.step()) mailboxes.push_back(query.integer(0));
  }
  for (const MailboxId mailbox : mailboxes) transaction.remove_mailbox(mailbox);
  drop_held(transaction, account);
  drop_annotations(transaction, account);
  drop_access_keys(transaction, account);
  drop_from_acls(transaction, account);
  db.run("DELETE FROM delegate WHERE owner = ?1 OR delegate = ?1", account);
  db.run("DELETE FROM subscription WHERE account = ?", account);
  db.run("DELETE FROM address WHERE account = ?", account);
  db.run("DELETE FROM account WHERE id = ?", account);
  transaction.list_changed(account);
  transaction.directory_changed();
}

}  // namespace portreeve::store::sqlite
