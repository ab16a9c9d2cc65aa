// What left a mailbox, by mod-sequence: a row for each of the last expunges.
// Threads: the writer's, save read_expunged().
#pragma once

#include <optional>

#include "storage/sqlite/connection.h"
#include "storage/types.h"

namespace portreeve::store::sqlite {

// A mailbox keeps this many rows, and between two trims a few more.
constexpr std::int64_t kMaxExpungedRows = 1000;

void write_expunged(Connection& connection, MailboxId mailbox, ModSeq mod_seq, const UidSet& uids);
// Drops the oldest rows beyond kMaxExpungedRows.
void trim_expunged(Connection& connection, MailboxId mailbox);
void forget_expunged(Connection& connection, MailboxId mailbox);

// All that left by a mod-sequence above `since`; nullopt if rows that would tell were dropped. The connection must be
// in a transaction.
std::optional<UidSet> read_expunged(Connection& connection, MailboxId mailbox, ModSeq since);

}  // namespace portreeve::store::sqlite
