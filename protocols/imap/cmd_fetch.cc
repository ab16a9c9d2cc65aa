// FETCH (RFC 3501 §6.4.5; RFC 7162 §3.1.4).
#include <algorithm>
#include <iterator>

#include "protocols/imap/failure.h"
#include "protocols/imap/fetch_answer.h"
#include "protocols/imap/fetch_renderer.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kWhat = "Cannot fetch";

store::UidSet unseen(const SequenceRanges& sequences, const store::Snapshot& messages) {
  store::UidSet out;
  for (const NumberRange& range : sequences) {
    for (std::uint32_t sequence = range.first; sequence <= range.last; ++sequence) {
      const store::Message& message = messages.at(sequence);
      if ((message.flags & store::kSeen) == 0) out.push_back({message.uid, message.uid});
    }
  }
  return out;
}

// RFC 3501 §6.4.5: fetching a text without PEEK sets \Seen, before the data so that the new flags are in it. Gives the
// numbers of the messages that have it since then.
async::Task<store::Result<std::vector<std::uint32_t>>> set_seen(Context& context, const SequenceRanges& sequences,
                                                                bool with_uid) {
  Selected& selected = *context.selected;
  store::UidSet uids = unseen(sequences, selected.view->messages());
  std::vector<std::uint32_t> told;
  if (uids.empty()) co_return told;
  const auto changed =
      co_await session::store_call<store::FlagsChanged>(context.loop(), [&](store::Done<store::FlagsChanged> done) {
        context.services.store.change_flags(selected.id(), std::move(uids), store::FlagChange::add,
                                            {.system = store::kSeen, .keywords = {}}, std::move(done));
      });
  if (!changed) co_return std::unexpected(changed.error());
  Changes changes = selected.advance(false);
  const auto is_asked = [&](std::uint32_t sequence) { return contains(sequences, sequence); };
  std::ranges::copy_if(changes.flags, std::back_inserter(told), is_asked);
  std::erase_if(changes.flags, is_asked);
  co_await tell_changes(context, std::move(changes), with_uid);
  co_return told;
}

bool is_over_limit(const Context& context, const Page& page) {
  const std::uint32_t limit = context.options.message_limit;
  return limit != 0 && std::max(page.first, page.last) - std::min(page.first, page.last) >= limit;
}

// RFC 7162 §3.2.6: which of the UIDs left the mailbox, before the FETCH responses. What this client hasn't been told of
// in this session comes as news, later.
async::Task<store::Result<>> tell_earlier(Context& context, const Fetch& command) {
  const store::SnapshotPtr messages = context.selected->view->current();
  const std::vector<NumberRange> asked = command.set.normalized(messages->uid_next - 1);
  auto vanished = co_await async::offload(context.services.readers, context.loop(), [&] {
    return vanished_since(context.services.store, *messages, *command.changed_since, asked, 0);
  });
  if (!vanished) co_return std::unexpected(vanished.error());
  co_await tell_vanished(context, std::move(*vanished), true);
  co_return store::Result<>();
}

}  // namespace

async::Task<Reply> handle(Context& context, const Fetch& command, Numbers numbers) {
  Selected& selected = *context.selected;
  if (command.tells_vanished) {
    if (!context.is_qresync_enabled) co_return Reply::bad("Enable QRESYNC first");
    if (numbers != Numbers::uid) co_return Reply::bad("VANISHED is for UID FETCH");
    const auto told = co_await tell_earlier(context, command);
    if (!told) co_return failure(context, kWhat, told.error());
    // Any FETCH response comes behind that, news of flags too.
    if (!context.is_over() && has_news(context, false)) co_await tell_news(context, false, true);
    if (context.is_over()) co_return Reply::no("Lost");
  }
  auto sequences = resolve(command.set, numbers, selected.view->messages());
  if (!sequences) co_return no_such_message();
  if (std::ranges::find(command.items, FetchItem::Kind::mod_seq, &FetchItem::kind) != command.items.end())
    enable_condstore(context);
  if (command.changed_since) *sequences = changed_since(*sequences, selected.view->messages(), *command.changed_since);
  if (command.page) {
    if (is_over_limit(context, *command.page)) co_return too_many_messages(context);
    sequences = on_page(*sequences, *command.page);
  }
  const auto lowest = limit_messages(context, *sequences);

  std::vector<std::uint32_t> told;
  const bool sets_seen = std::ranges::any_of(command.items, [](const FetchItem& item) { return !item.is_peek; });
  if (sets_seen && !selected.is_read_only && selected.may(store::kKeepSeen)) {
    auto seen = co_await set_seen(context, *sequences, numbers == Numbers::uid);
    if (!seen) co_return failure(context, kWhat, seen.error());
    told = std::move(*seen);
  }

  // RFC 7162 §3.2.4: \Seen may be told unasked, and that with the UID.
  if (context.is_qresync_enabled) numbers = Numbers::uid;
  FetchRenderer renderer(context.services.store, *selected.view, command, numbers, *sequences, std::move(told),
                         context.is_condstore_enabled, context.is_uid_only);
  switch (co_await send_fetched(context, renderer)) {
    case FetchRenderer::Outcome::failed: co_return failure(context, kWhat, renderer.error());
    case FetchRenderer::Outcome::broken:
      context.end({"store failed"});
      co_return failure(context, kWhat, renderer.error());  // logged; nobody is told
    case FetchRenderer::Outcome::more:                      // the peer is gone
    case FetchRenderer::Outcome::done: break;
  }
  // Never OK without the data (RFC 2180 §4.1.2).
  if (renderer.has_missed())
    co_return with_limit(context, Reply::no("Some of those messages are gone", "EXPUNGEISSUED"), lowest);
  if (renderer.has_unknown_encoding())
    co_return with_limit(context, Reply::no("A part has an unknown encoding", "UNKNOWN-CTE"), lowest);
  co_return with_limit(context, Reply::ok("Fetched"), lowest);
}

}  // namespace portreeve::imap
