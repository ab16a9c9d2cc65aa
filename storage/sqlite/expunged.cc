#include "storage/sqlite/expunged.h"

#include <algorithm>

#include "storage/sqlite/draft.h"
#include "storage/sqlite/packing.h"

namespace portreeve::store::sqlite {
namespace {

// The mod-sequence of the oldest row if some may have been dropped, else 0: a trim leaves exactly kMaxExpungedRows.
ModSeq oldest_kept(Connection& connection, MailboxId mailbox) {
  const std::int64_t is_full =
      connection.number("SELECT 1 FROM expunged WHERE mailbox = ? ORDER BY mod_seq DESC LIMIT 1 OFFSET ?", 0, mailbox,
                        kMaxExpungedRows - 1);
  if (is_full == 0) return 0;
  return static_cast<ModSeq>(
      connection.number("SELECT mod_seq FROM expunged WHERE mailbox = ? ORDER BY mod_seq LIMIT 1", 0, mailbox));
}

}  // namespace

void write_expunged(Connection& connection, MailboxId mailbox, ModSeq mod_seq, const UidSet& uids) {
  connection.run("INSERT INTO expunged(mailbox, mod_seq, uids) VALUES (?, ?, ?)", mailbox, mod_seq,
                 Blob{pack_uids(uids)});
}

void trim_expunged(Connection& connection, MailboxId mailbox) {
  connection.run(
      "DELETE FROM expunged WHERE mailbox = ?1 AND mod_seq <= "
      "(SELECT mod_seq FROM expunged WHERE mailbox = ?1 ORDER BY mod_seq DESC LIMIT 1 OFFSET ?2)",
      mailbox, kMaxExpungedRows);
}

void forget_expunged(Connection& connection, MailboxId mailbox) {
  connection.run("DELETE FROM expunged WHERE mailbox = ?", mailbox);
}

std::optional<UidSet> read_expunged(Connection& connection, MailboxId mailbox, ModSeq since) {
  // The database has them as signed numbers.
  if (since >= static_cast<ModSeq>(INT64_MAX)) return UidSet();
  if (since + 1 < oldest_kept(connection, mailbox)) return std::nullopt;
  UidSet all;
  Query rows(connection, "SELECT uids FROM expunged WHERE mailbox = ? AND mod_seq > ?");
  rows.bind(mailbox, since);
  while (rows.step()) {
    const auto uids = unpack_uids(rows.blob(0));
    if (!uids) return std::nullopt;  // damaged: what is missing can be told without it
    all.insert(all.end(), uids->begin(), uids->end());
  }
  return normalized(std::move(all));
}

}  // namespace portreeve::store::sqlite
