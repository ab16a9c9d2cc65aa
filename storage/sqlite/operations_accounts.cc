#include <array>
#include <ctime>

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

void check_account(Connection& db, AccountId account) {
  if (db.number("SELECT 1 FROM account WHERE id = ?", 0, account) == 0) {
    fail(Errc::not_found, "there is no account " + std::to_string(account));
  }
}

}  // namespace

void add_domain(Transaction& transaction, std::string_view domain) {
  const std::string name = domain_name(domain);
  Connection& db = transaction.db();
  if (db.number("SELECT 1 FROM domain WHERE name = ?", 0, name) != 0) fail(Errc::exists, "the domain is there already");
  db.run("INSERT INTO domain(name) VALUES (?)", name);
  transaction.directory_changed();
}

void remove_domain(Transaction& transaction, std::string_view domain) {
  const std::string name = domain_name(domain);
  Connection& db = transaction.db();
  if (db.number("SELECT 1 FROM domain WHERE name = ?", 0, name) == 0) fail(Errc::not_found, "there is no such domain");
  // An address's domain is what follows its last '@'; a domain has none.
  const std::int64_t users =
      db.number("SELECT count(*) FROM address WHERE substr(address, -length(?1) - 1) = '@' || ?1", 0, name);
  if (users > 0) fail(Errc::invalid, std::to_string(users) + " addresses use the domain");
  db.run("DELETE FROM domain WHERE name = ?", name);
  transaction.directory_changed();
}

void add_accounts(Transaction& transaction, const std::vector<Store::NewAccount>& accounts) {
  Connection& db = transaction.db();
  for (const Store::NewAccount& account : accounts) {
    const AccountAddress address = account_address(account.address);
    if (db.number("SELECT 1 FROM address WHERE address = ?", 0, address.key) != 0) {
      fail(Errc::exists, address.shown + " is there already");
    }
    db.run("INSERT OR IGNORE INTO domain(name) VALUES (?)", address.domain);
    db.run("INSERT INTO account(address, verifier, created) VALUES (?, ?, ?)", address.shown, account.verifier,
           static_cast<std::int64_t>(std::time(nullptr)));
    const AccountId id = db.last_row();
    db.run("INSERT INTO address(address, account) VALUES (?, ?)", address.key, id);
    for (const FirstMailbox& mailbox : kFirstMailboxes) {
      transaction.add_mailbox(id, mailbox.name, mailbox.use);
      db.run("INSERT INTO subscription(account, name) VALUES (?, ?)", id, mailbox.name);
    }
  }
  transaction.directory_changed();
}

void set_verifier(Transaction& transaction, AccountId account, std::string_view verifier) {
  check_account(transaction.db(), account);
  transaction.db().run("UPDATE account SET verifier = ? WHERE id = ?", verifier, account);
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
  db.run("DELETE FROM subscription WHERE account = ?", account);
  db.run("DELETE FROM address WHERE account = ?", account);
  db.run("DELETE FROM account WHERE id = ?", account);
  transaction.list_changed(account);
  transaction.directory_changed();
}

}  // namespace portreeve::store::sqlite
