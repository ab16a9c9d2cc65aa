// NOTIFY (RFC 5465).
#include <algorithm>
#include <numeric>
#include <utility>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/sync.h"

namespace portreeve::imap {
namespace {

// What is asked of each changed mailbox must stay a short look.
constexpr std::size_t kMaxGroups = 100;
constexpr std::size_t kMaxNames = 1000;

bool is_too_complex(const Notify& command) {
  const std::size_t names =
      std::accumulate(command.groups.begin(), command.groups.end(), std::size_t{0},
                      [](std::size_t sum, const EventGroup& group) { return sum + group.mailboxes.names.size(); });
  return command.groups.size() > kMaxGroups || names > kMaxNames;
}

// RFC 5465 §5.2: what would set \Seen is fetched without.
void make_peek(std::vector<EventGroup>& groups) {
  for (EventGroup& group : groups) {
    for (FetchItem& item : group.items) item.is_peek = true;
  }
}

bool fetches_mod_seq(const std::vector<EventGroup>& groups) {
  return std::ranges::any_of(groups, [](const EventGroup& group) {
    return std::ranges::find(group.items, FetchItem::Kind::mod_seq, &FetchItem::kind) != group.items.end();
  });
}

// Begins with the watch, so that nothing is missed between it and the list.
async::Task<store::Result<>> watch(Context& context, Notifications& notifications) {
  notifications.watch = context.services.store.watch_account(
      context.account, [&pending = notifications.pending, notifier = context.stream().notifier()](auto annotations) {
        pending.add(annotations);
        notifier();
      });
  auto list = co_await read_mailboxes(context);
  if (!list) co_return std::unexpected(std::move(list.error()));
  notifications.known = std::move(*list);
  co_return store::Result<>();
}

}  // namespace

async::Task<Reply> handle(Context& context, const Notify& command) {
  if (command.has_unknown_event) co_return Reply::no("Such events aren't told", Code::bad_event());
  if (is_too_complex(command)) co_return Reply::no("That is too much to watch", "NOTIFICATIONOVERFLOW");

  auto notifications = std::make_unique<Notifications>(command.groups);
  make_peek(notifications->groups);
  if (events_of(notifications->groups) != 0) {
    if (const auto watched = co_await watch(context, *notifications); !watched)
      co_return failure(context, "Cannot watch the mailboxes", watched.error());
  }
  // What the groups so far were about, perhaps told twice, but not lost.
  if (context.notifications) co_await tell_news(context, true, true);
  if (context.is_over()) co_return Reply::no("Lost");
  if (fetches_mod_seq(notifications->groups)) enable_condstore(context);
  // RFC 5465 §3.1: what has come up so far is told, whatever is asked for from now on.
  context.notifications.reset();
  if (context.selected && !command.groups.empty() && context.selected->has_news(true))
    co_await tell_changes(context, context.selected->advance(true), false);
  if (context.is_over()) co_return Reply::no("Lost");

  context.notifications = std::move(notifications);
  if (context.selected) context.selected->is_listening = listens_always(context);
  if (command.tells_status && context.notifications->known) {
    const NewsContext news{context.notifications->groups, context.notifications->own,
                           context.selected ? context.selected->id() : 0, context.is_condstore_enabled,
                           context.name_form};
    write_watched_status(context.out(), news, *context.notifications->known);
  }
  co_return Reply::ok("Noted");
}

}  // namespace portreeve::imap
