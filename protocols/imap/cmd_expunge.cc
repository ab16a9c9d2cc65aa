// EXPUNGE (RFC 3501 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1).
#include <optional>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

// The limit is about those that go.
SequenceRanges deleted_of(const SequenceRanges& sequences, const store::Snapshot& messages) {
  SequenceRanges deleted;
  for (const NumberRange& range : sequences) {
    for (std::uint32_t sequence = range.first; sequence <= range.last; ++sequence) {
      if ((messages.at(sequence).flags & store::kDeleted) != 0) add_number(deleted, sequence);
    }
  }
  return deleted;
}

store::UidSet named_uids(const Context& context, const SequenceSet& set, std::optional<store::Uid>& lowest) {
  const store::Snapshot& messages = context.selected->view->messages();
  SequenceRanges sequences = *resolve(set, Numbers::uid, messages);
  if (has_too_many(context, sequences)) {
    sequences = deleted_of(sequences, messages);
    lowest = limit_messages(context, sequences);
  }
  return uids_of(sequences, messages);
}

}  // namespace

async::Task<Reply> handle(Context& context, const Expunge& command) {
  Selected& selected = *context.selected;
  if (selected.is_read_only) co_return read_only();
  if (!selected.may(store::kExpunge)) co_return no_right();
  const store::Snapshot& messages = selected.view->messages();
  // Never what the client hasn't been told of.
  std::optional<store::Uid> lowest;
  store::UidSet uids = command.uids ? named_uids(context, *command.uids, lowest) : all_uids(messages);
  if (uids.empty()) co_return Reply::ok("Nothing to expunge");
  const auto expunged =
      co_await session::store_call<store::Expunged>(context.loop(), [&](store::Done<store::Expunged> done) {
        context.services.store.expunge(selected.id(), std::move(uids), true, std::move(done));
      });
  if (!expunged) co_return failure(context, "Cannot expunge", expunged.error());
  if (expunged->uids.empty()) co_return Reply::ok("Nothing to expunge");
  co_return with_limit(context, co_await with_highest_mod_seq(context, Reply::ok("Expunged")), lowest);
}

}  // namespace portreeve::imap
