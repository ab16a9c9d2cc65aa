// What clients that resynchronize need of several commands: CONDSTORE and QRESYNC (RFC 7162).
// Threads: the connection's loop.
#pragma once

#include <span>

#include "protocols/imap/context.h"
#include "protocols/imap/numbers.h"

namespace portreeve::imap {

// After a "CONDSTORE enabling command" (RFC 7162 §3.1): from now on FETCH responses that tell flags tell MODSEQ too.
// The first one in a selected mailbox gets its HIGHESTMODSEQ.
void enable_condstore(Context& context);

// HIGHESTMODSEQ: up to where the client knows all that changed.
Code highest_mod_seq(const View& view);

// Those of `sequences` that have changed after `since`.
SequenceRanges changed_since(std::span<const NumberRange> sequences, const store::Snapshot& messages,
                             store::ModSeq since);

// What QRESYNC asks of SELECT or FETCH: which of `known`, ascending UIDs, left the mailbox after `since`, as `messages`
// shows it. Where the store no longer knows, all of them above `settled` that aren't there. On a worker.
store::Result<std::vector<NumberRange>> vanished_since(store::Store& store, const store::Snapshot& messages,
                                                       store::ModSeq since, std::span<const NumberRange> known,
                                                       store::Uid settled);

// The highest UID up to which a client that knows these numbers and UIDs of messages misses no expunge; 0 if that
// can't be told (RFC 7162 §3.2.5.2).
store::Uid settled_uid(const QuickResync& resync, const store::Snapshot& messages);

// RFC 7162 §3.2.7: what was removed is told before the reply, which then can bear HIGHESTMODSEQ. Only once QRESYNC is
// enabled; else `reply` as it is.
async::Task<Reply> with_highest_mod_seq(Context& context, Reply reply);

}  // namespace portreeve::imap
