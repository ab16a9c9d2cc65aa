// COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851), with COPYUID (RFC 4315 §3).
#include <expected>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

// What both share: who is meant, and to where.
struct Transfer {
  SequenceRanges sequences;
  store::MailboxId to = 0;
  store::Flags kept = store::kAllFlags;  // by the rights there
};

async::Task<std::expected<Transfer, Reply>> prepare(Context& context, const SequenceSet& set, Numbers numbers,
                                                    const std::string& mailbox, std::string_view what) {
  const store::SnapshotPtr messages = context.selected->view->current();
  auto sequences = resolve(set, numbers, *messages);
  if (!sequences) co_return std::unexpected(no_such_message());
  const auto to = co_await locate(context, mailbox, store::kInsert);
  if (!to) {
    co_return std::unexpected(to.error().code == store::Errc::not_found ? try_create()
                                                                        : failure(context, what, to.error()));
  }
  co_return Transfer{std::move(*sequences), to->id, store::changeable_flags(to->rights)};
}

Reply refusal(const Context& context, std::string_view what, const store::Error& error) {
  // The destination went away meanwhile.
  if (error.code == store::Errc::not_found) return try_create();
  return failure(context, what, error);
}

Code copy_uid(const store::Copied& copied) { return Code::copy_uid(copied.uid_validity, copied.from, copied.to); }

}  // namespace

async::Task<Reply> handle(Context& context, const Copy& command, Numbers numbers) {
  constexpr std::string_view kWhat = "Cannot copy";
  auto transfer = co_await prepare(context, command.set, numbers, command.mailbox, kWhat);
  if (!transfer) co_return transfer.error();
  if (transfer->sequences.empty()) co_return Reply::ok("Nothing to copy");
  if (has_too_many(context, transfer->sequences)) co_return too_many_messages(context);
  store::UidSet uids = uids_of(transfer->sequences, context.selected->view->messages());
  const auto copied = co_await session::store_call<store::Copied>(context.loop(), [&](store::Done<store::Copied> done) {
    context.services.store.copy(context.selected->id(), std::move(uids), transfer->to, transfer->kept, std::move(done));
  });
  if (!copied) co_return refusal(context, kWhat, copied.error());
  if (!copied->from.empty()) {
    note_own_messages(context, transfer->to, copied->to.size(), copied->to.back(), 1);
    co_return Reply::ok("Copied", copy_uid(*copied));
  }
  // RFC 2180 §4.4: numbers of messages that somebody else expunged meanwhile.
  if (numbers == Numbers::sequence) co_return Reply::no("Those messages are gone", "EXPUNGEISSUED");
  co_return Reply::ok("Nothing to copy");
}

async::Task<Reply> handle(Context& context, const Move& command, Numbers numbers) {
  constexpr std::string_view kWhat = "Cannot move";
  if (context.selected->is_read_only) co_return read_only();
  if (!context.selected->may(store::kDeleteMessages | store::kExpunge)) co_return no_right();
  auto transfer = co_await prepare(context, command.set, numbers, command.mailbox, kWhat);
  if (!transfer) co_return transfer.error();
  // A NO would leave ghosts on clients that move what another has moved; the EXPUNGEs that follow tell them.
  if (transfer->sequences.empty()) co_return Reply::ok("Nothing to move");
  const auto lowest = limit_messages(context, transfer->sequences);
  store::UidSet uids = uids_of(transfer->sequences, context.selected->view->messages());
  const auto moved = co_await session::store_call<store::Copied>(context.loop(), [&](store::Done<store::Copied> done) {
    context.services.store.move(context.selected->id(), std::move(uids), transfer->to, transfer->kept, std::move(done));
  });
  if (!moved) co_return refusal(context, kWhat, moved.error());
  // RFC 6851 §4.3: COPYUID in an untagged OK, before the EXPUNGEs, which the loop tells.
  if (moved->from.empty()) co_return with_limit(context, Reply::ok("Moved"), lowest);
  note_own_messages(context, transfer->to, moved->to.size(), moved->to.back(), 1);
  context.tell(Reply::ok("Moved", copy_uid(*moved)));
  co_return with_limit(context, co_await with_highest_mod_seq(context, Reply::ok("Moved")), lowest);
}

}  // namespace portreeve::imap
