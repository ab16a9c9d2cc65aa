// APPEND (RFC 3501 §6.3.11) of one message or several (RFC 3502), and REPLACE (RFC 8508), with APPENDUID (RFC 4315).
// Messages stream into the store; none is ever held whole.
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/incoming.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kWhat = "Cannot append";
constexpr std::string_view kCannotReplace = "Cannot replace the message";

Code append_uid(const std::vector<store::Appended>& appended) {
  std::vector<std::uint32_t> uids;
  uids.reserve(appended.size());
  for (const store::Appended& message : appended) uids.push_back(message.uid);
  return Code::append_uid(appended.front().uid_validity, uids);
}

// RFC 4314 §4: a message loses the flags that its sender may not set.
store::Flags kept_in(const Located& mailbox) { return store::changeable_flags(mailbox.rights); }

// Why nothing can go to `mailbox`, if so.
std::optional<Reply> refusal_of(Context& context, const store::Result<Located>& mailbox, std::string_view what) {
  if (!mailbox) {
    if (mailbox.error().code == store::Errc::not_found) return try_create();
    return failure(context, what, mailbox.error());
  }
  if (!context.services.store.has_room()) return failure(context, what, {store::Errc::disk_full, "below the reserve"});
  return std::nullopt;
}

async::Task<store::Result<std::vector<store::Appended>>> deliver(Context& context,
                                                                 std::vector<store::Delivery> deliveries) {
  co_return co_await session::store_call<std::vector<store::Appended>>(
      context.loop(), [&](store::Done<std::vector<store::Appended>> done) {
        context.services.store.deliver_all(std::move(deliveries), std::move(done));
      });
}

}  // namespace

async::Task<Reply> handle(Context& context, const Append& command) {
  const auto mailbox = co_await locate(context, command.mailbox, store::kInsert);
  if (auto refusal = refusal_of(context, mailbox, kWhat)) {
    refuse_append(context, command.first);
    co_return std::move(*refusal);
  }

  Incoming incoming(context, kWhat);
  if (auto refused = co_await incoming.receive(command.first)) co_return std::move(*refused);
  const auto appended = co_await deliver(context, incoming.deliveries(mailbox->id, kept_in(*mailbox)));
  if (!appended) {
    // Deleted while the messages came in.
    if (appended.error().code == store::Errc::not_found) co_return try_create();
    co_return failure(context, kWhat, appended.error());
  }
  note_own_messages(context, mailbox->id, appended->size(), appended->back().uid, appended->size());
  co_return Reply::ok("Appended", append_uid(*appended));
}

async::Task<Reply> handle(Context& context, const Replace& command, Numbers numbers) {
  Selected& selected = *context.selected;
  const store::Snapshot& messages = selected.view->messages();
  const auto sequences = resolve(command.set, numbers, messages);
  std::optional<Reply> refusal;
  store::Result<Located> mailbox;
  if (selected.is_read_only) {
    refusal = read_only();
  } else if (!selected.may(store::kDeleteMessages | store::kExpunge)) {
    refusal = no_right();
  } else if (!sequences) {
    refusal = no_such_message();
  } else if (sequences->empty()) {
    refusal = Reply::no("No message has that UID", "NONEXISTENT");
  } else {
    mailbox = co_await locate(context, command.mailbox, store::kInsert);
    refusal = refusal_of(context, mailbox, kCannotReplace);
  }
  if (refusal) {
    refuse_append(context, command.first);
    co_return std::move(*refusal);
  }
  const store::Replaced replaced{selected.id(), messages.at(sequences->front().first).uid};

  Incoming incoming(context, kCannotReplace);
  if (auto refused = co_await incoming.receive(command.first)) co_return std::move(*refused);
  std::vector<store::Delivery> deliveries = incoming.deliveries(mailbox->id, kept_in(*mailbox));
  deliveries.front().replaces = replaced;
  const auto appended = co_await deliver(context, std::move(deliveries));
  if (!appended) {
    if (appended.error().code != store::Errc::not_found) co_return failure(context, kCannotReplace, appended.error());
    if (selected.open->mailbox().snapshot()->find(replaced.uid) == nullptr)
      co_return Reply::no("The message is gone", "NONEXISTENT");
    co_return try_create();
  }
  note_own_messages(context, mailbox->id, 1, appended->back().uid, 1);
  // RFC 8508 §3.3: before the old one's EXPUNGE, which comes ahead of the tagged reply.
  context.tell(Reply::ok("Replaced", append_uid(*appended)));
  co_return co_await with_highest_mod_seq(context, Reply::ok("Replaced"));
}

}  // namespace portreeve::imap
