#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

void check_subject(Connection& db, AccountId owner, const AclSubject& subject) {
  if (subject.account == owner) fail(Errc::invalid, "an owner has all rights");
  if (subject.account != 0) check_account(db, subject.account);
}

// For so many entries more on the mailbox.
void check_room(Connection& db, AccountId owner, MailboxId mailbox, std::int64_t added) {
  const std::int64_t here = db.number("SELECT count(*) FROM acl WHERE mailbox = ?", 0, mailbox);
  const std::int64_t all =
      db.number("SELECT count(*) FROM mailbox m JOIN acl a ON a.mailbox = m.id WHERE m.account = ?", 0, owner);
  if (here + added > static_cast<std::int64_t>(kMaxAclEntries) ||
      all + added > static_cast<std::int64_t>(kMaxAccountAclEntries)) {
    fail(Errc::limit, "there are as many entries as there may be");
  }
}

}  // namespace

void set_acl(Transaction& transaction, MailboxId mailbox, const AclSubject& subject, AclChange change, Rights rights) {
  Connection& db = transaction.db();
  const AccountId owner = db.number("SELECT account FROM mailbox WHERE id = ?", 0, mailbox);
  if (owner == 0) fail(Errc::not_found, "there is no mailbox " + std::to_string(mailbox));
  check_subject(db, owner, subject);
  const std::int64_t before = db.number("SELECT rights FROM acl WHERE mailbox = ? AND account = ? AND is_negative = ?",
                                        0, mailbox, subject.account, subject.is_negative ? 1 : 0);
  std::int64_t after = rights & kAllRights;
  if (change == AclChange::add) after |= before;
  if (change == AclChange::remove) after = before & ~after;
  if (after == before) return;
  if (before == 0) check_room(db, owner, mailbox, 1);
  if (after == 0) {
    db.run("DELETE FROM acl WHERE mailbox = ? AND account = ? AND is_negative = ?", mailbox, subject.account,
           subject.is_negative ? 1 : 0);
  } else {
    db.run("REPLACE INTO acl(mailbox, account, is_negative, rights) VALUES (?, ?, ?, ?)", mailbox, subject.account,
           subject.is_negative ? 1 : 0, after);
  }
  transaction.acls_changed(owner);
}

void inherit_acl(Transaction& transaction, AccountId owner, MailboxId parent, MailboxId mailbox) {
  Connection& db = transaction.db();
  const std::int64_t count = db.number("SELECT count(*) FROM acl WHERE mailbox = ?", 0, parent);
  if (count == 0) return;
  check_room(db, owner, mailbox, count);
  db.run(
      "INSERT INTO acl(mailbox, account, is_negative, rights) SELECT ?1, account, is_negative, rights FROM acl WHERE "
      "mailbox = ?2",
      mailbox, parent);
  transaction.acls_changed(owner);
}

void drop_acl(Transaction& transaction, AccountId owner, MailboxId mailbox) {
  Connection& db = transaction.db();
  if (db.number("SELECT 1 FROM acl WHERE mailbox = ?", 0, mailbox) == 0) return;
  db.run("DELETE FROM acl WHERE mailbox = ?", mailbox);
  transaction.acls_changed(owner);
}

void drop_from_acls(Transaction& transaction, AccountId account) {
  Connection& db = transaction.db();
  std::vector<AccountId> owners;
  {
    Query query(db, "SELECT DISTINCT m.account FROM acl a JOIN mailbox m ON m.id = a.mailbox WHERE a.account = ?");
    query.bind(account);
    while (query.step()) owners.push_back(query.integer(0));
  }
  db.run("DELETE FROM acl WHERE account = ?", account);
  for (const AccountId owner : owners) transaction.acls_changed(owner);
}

}  // namespace portreeve::store::sqlite
