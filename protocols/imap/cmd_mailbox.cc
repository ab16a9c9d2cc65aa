// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 §6.3.3 to §6.3.7; RFC 9051 §6.3.4 to §6.3.6; RFC 6154 §3;
// RFC 8474 §4.1), with the rights of RFC 4314 §4.
#include <algorithm>
#include <string_view>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/listing.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/other_users.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

// What RFC 9051 §6.3.4 and §6.3.6 want told of a mailbox that the client knows by other names: the one it had, and how
// the client spells the new one; both may be empty. It may be gone again already.
async::Task<> tell_name(Context& context, const std::string& name, std::string_view old_name, std::string_view given) {
  if (old_name.empty() && given.empty()) co_return;
  const auto visible = co_await read_visible_mailboxes(context);
  const store::MailboxInfo* mailbox = visible ? visible->list->find(name) : nullptr;
  if (mailbox == nullptr) co_return;
  for (const std::string_view other : {old_name, given}) {
    if (!other.empty()) write_mailbox_line(context.out(), *visible->list, *mailbox, other, context.name_form);
  }
}

async::Task<bool> is_parent(Context& context, const std::string& name) {
  const auto visible = co_await read_visible_mailboxes(context);
  co_return visible.has_value() && has_children(*visible->list, name);
}

// Whose the mailbox is and how they call it, if the account may take it away from there (RFC 4314 §4). For its own ones
// the store looks.
async::Task<store::Result<Place>> find_owned(Context& context, const std::string& name) {
  if (!is_other_users(name)) co_return Place{context.account, name};
  auto located = co_await locate(context, name, store::kDeleteMailbox);
  if (!located) co_return std::unexpected(located.error());
  co_return Place{located->owner, std::move(located->name)};
}

}  // namespace

async::Task<Reply> handle(Context& context, const Create& command) {
  // RFC 6154 §3: what can't be given its use is not made at all. \All and \Flagged are views of other mailboxes' mail,
  // which this server doesn't make.
  const auto is_view = [](SpecialUse use) { return use == SpecialUse::all || use == SpecialUse::flagged; };
  if (!command.unsupported_uses.empty() || command.uses.size() > 1 || std::ranges::any_of(command.uses, is_view))
    co_return Reply::no("A mailbox can't have that use", "USEATTR");
  const store::SpecialUse use = command.uses.empty() ? store::SpecialUse::none : to_store(command.uses.front());

  auto place = co_await find_place(context, command.mailbox);
  if (!place) co_return failure(context, "Cannot create the mailbox", place.error());
  if (use != store::SpecialUse::none && place->owner != context.account)
    co_return Reply::no("Another's mailbox can't have that use", "USEATTR");

  const auto made =
      co_await session::store_call<store::MailboxId>(context.loop(), [&](store::Done<store::MailboxId> done) {
        context.services.store.create_mailbox(place->owner, std::move(place->name), use, std::move(done));
      });
  if (!made) co_return failure(context, "Cannot create the mailbox", made.error());
  note_own_name(context, command.mailbox, true);
  if (context.is_rev2) co_await tell_name(context, command.mailbox, {}, command.given);
  co_return Reply::ok("Created", Code::mailbox_id(*made));
}

async::Task<Reply> handle(Context& context, const Delete& command) {
  constexpr std::string_view kWhat = "Cannot delete the mailbox";
  auto place = co_await find_owned(context, command.mailbox);
  if (!place) co_return failure(context, kWhat, place.error());
  const auto gone = co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.delete_mailbox(place->owner, std::move(place->name), std::move(done));
  });
  if (!gone) {
    if (gone.error().code == store::Errc::not_found && co_await is_parent(context, command.mailbox))
      co_return Reply::no("It is there for those below it only", "HASCHILDREN");  // RFC 9051 §6.3.5
    co_return failure(context, kWhat, gone.error());
  }
  note_own_name(context, command.mailbox, false);
  // RFC 9051 §6.3.5
  if (context.is_rev2 && !command.given.empty()) {
    const ListLine line{.is_non_existent = true, .name = command.mailbox, .old_name = command.given};
    write_list(context.out(), line, context.name_form);
  }
  co_return Reply::ok("Deleted");
}

async::Task<Reply> handle(Context& context, const Rename& command) {
  constexpr std::string_view kWhat = "Cannot rename the mailbox";
  auto from = co_await find_owned(context, command.from);
  if (!from) co_return failure(context, kWhat, from.error());
  auto to = co_await find_place(context, command.to);
  if (!to) co_return failure(context, kWhat, to.error());
  // Another's INBOX stays whole: what RFC 3501 has of it would move all its messages.
  const bool is_their_inbox = from->owner != context.account && from->name == "INBOX";
  if (from->owner != to->owner || is_their_inbox)
    co_return Reply::no("A mailbox stays with its owner, and so does an INBOX", "CANNOT");

  const auto renamed = co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.rename_mailbox(from->owner, std::move(from->name), std::move(to->name), std::move(done));
  });
  if (!renamed) co_return failure(context, kWhat, renamed.error());
  note_own_name(context, command.from, command.from == "INBOX");
  note_own_name(context, command.to, true);
  if (context.is_rev2) {
    // The INBOX stays, whatever it is renamed to.
    const std::string_view old_name = command.from == "INBOX" ? std::string_view() : command.from;
    co_await tell_name(context, command.to, old_name, command.given);
  }
  co_return Reply::ok("Renamed");
}

namespace {

async::Task<Reply> set_subscribed(Context& context, const std::string& name, bool is_subscribed) {
  const auto changed = co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.set_subscribed(context.account, name, is_subscribed, std::move(done));
  });
  if (!changed) co_return failure(context, "Cannot change the subscription", changed.error());
  if (OwnChanges* own = own_changes(context)) own->subscriptions.push_back(name);
  co_return Reply::ok(is_subscribed ? "Subscribed" : "Unsubscribed");
}

}  // namespace

async::Task<Reply> handle(Context& context, const Subscribe& command) {
  const auto visible = co_await read_visible_mailboxes(context);
  if (!visible) co_return failure(context, "Cannot subscribe", visible.error());
  // RFC 3501 §6.3.6 lets a server see that the name is good; a parent that isn't there itself is.
  if (visible->list->find(command.mailbox) == nullptr && !has_children(*visible->list, command.mailbox))
    co_return Reply::no("No such mailbox", "NONEXISTENT");
  co_return co_await set_subscribed(context, command.mailbox, true);
}

async::Task<Reply> handle(Context& context, const Unsubscribe& command) {
  co_return co_await set_subscribed(context, command.mailbox, false);
}

}  // namespace portreeve::imap
