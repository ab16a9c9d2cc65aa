#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {

std::string keep_access_key(Transaction& transaction, AccountId account, MailboxId mailbox, std::string_view key,
                            bool replaces) {
  if (key.empty() || key.size() > kMaxAccessKeyBytes) fail(Errc::invalid, "a key has 1 to 64 bytes");
  Connection& db = transaction.db();
  check_account(db, account);
  if (db.number("SELECT count(*) FROM mailbox WHERE id = ?", 0, mailbox) == 0) {
    fail(Errc::not_found, "there is no such mailbox");
  }
  if (!replaces) {
    if (std::string kept = read_access_key(db, account, mailbox); !kept.empty()) return kept;
  }
  db.run("REPLACE INTO access_key(mailbox, account, key) VALUES (?, ?, ?)", mailbox, account, Blob{key});
  return std::string(key);
}

void drop_access_keys(Transaction& transaction, AccountId account) {
  transaction.db().run("DELETE FROM access_key WHERE account = ?", account);
}

std::string read_access_key(Connection& connection, AccountId account, MailboxId mailbox) {
  Query query(connection, "SELECT key FROM access_key WHERE mailbox = ? AND account = ?");
  return query.bind(mailbox, account).step() ? std::string(query.blob(0)) : std::string();
}

}  // namespace portreeve::store::sqlite
