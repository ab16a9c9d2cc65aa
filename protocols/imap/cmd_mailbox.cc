// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 §6.3.3 to §6.3.7; RFC 6154 §3; RFC 8474 §4.1).
#include <algorithm>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const Create& command) {
  // RFC 6154 §3: what can't be given its use is not made at all. \All and \Flagged are views of other mailboxes' mail,
  // which this server doesn't make.
  const auto is_view = [](SpecialUse use) { return use == SpecialUse::all || use == SpecialUse::flagged; };
  if (!command.unsupported_uses.empty() || command.uses.size() > 1 || std::ranges::any_of(command.uses, is_view))
    co_return Reply::no("A mailbox can't have that use", "USEATTR");
  const store::SpecialUse use = command.uses.empty() ? store::SpecialUse::none : to_store(command.uses.front());

  const auto made =
      co_await session::store_call<store::MailboxId>(context.loop(), [&](store::Done<store::MailboxId> done) {
        context.services.store.create_mailbox(context.account, command.mailbox, use, std::move(done));
      });
  if (!made) co_return failure(context, "Cannot create the mailbox", made.error());
  co_return Reply::ok("Created", Code::mailbox_id(*made));
}

async::Task<Reply> handle(Context& context, const Delete& command) {
  const auto gone = co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.delete_mailbox(context.account, command.mailbox, std::move(done));
  });
  if (!gone) co_return failure(context, "Cannot delete the mailbox", gone.error());
  co_return Reply::ok("Deleted");
}

async::Task<Reply> handle(Context& context, const Rename& command) {
  const auto renamed = co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.rename_mailbox(context.account, command.from, command.to, std::move(done));
  });
  if (!renamed) co_return failure(context, "Cannot rename the mailbox", renamed.error());
  co_return Reply::ok("Renamed");
}

namespace {

async::Task<Reply> set_subscribed(Context& context, const std::string& name, bool is_subscribed) {
  const auto changed = co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.set_subscribed(context.account, name, is_subscribed, std::move(done));
  });
  if (!changed) co_return failure(context, "Cannot change the subscription", changed.error());
  co_return Reply::ok(is_subscribed ? "Subscribed" : "Unsubscribed");
}

}  // namespace

async::Task<Reply> handle(Context& context, const Subscribe& command) {
  const auto list = co_await read_mailboxes(context);
  if (!list) co_return failure(context, "Cannot subscribe", list.error());
  // RFC 3501 §6.3.6 lets a server see that the name is good; a parent that isn't there itself is.
  if ((*list)->find(command.mailbox) == nullptr && !has_children(**list, command.mailbox))
    co_return Reply::no("No such mailbox", "NONEXISTENT");
  co_return co_await set_subscribed(context, command.mailbox, true);
}

async::Task<Reply> handle(Context& context, const Unsubscribe& command) {
  co_return co_await set_subscribed(context, command.mailbox, false);
}

}  // namespace portreeve::imap
