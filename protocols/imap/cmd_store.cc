// STORE (RFC 3501 §6.4.6; RFC 7162 §3.1.3).
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/ascii.h"
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

static_assert(static_cast<int>(Store::Change::replace) == static_cast<int>(store::FlagChange::replace) &&
              static_cast<int>(Store::Change::add) == static_cast<int>(store::FlagChange::add) &&
              static_cast<int>(Store::Change::remove) == static_cast<int>(store::FlagChange::remove));

// The flags that the client will take the message to have when it isn't told (RFC 3501 §6.4.6, .SILENT).
store::Flags expected(store::Flags before, Store::Change change, store::Flags given, store::Flags changeable) {
  given &= changeable;
  switch (change) {
    case Store::Change::replace: return (before & ~changeable) | given;
    case Store::Change::add: return before | given;
    case Store::Change::remove: break;
  }
  return before & ~given;
}

// The flags of the list as bits of this mailbox; keywords that it doesn't have are in no message.
store::Flags bits_of(const FlagList& flags, const store::Snapshot& messages) {
  store::Flags bits = flags.system;
  if (!messages.keywords) return bits;
  for (std::size_t i = 0; i < messages.keywords->size(); ++i) {
    for (const std::string& keyword : flags.keywords) {
      if (base::equals_ignoring_case(keyword, (*messages.keywords)[i]))
        bits |= store::Flags{1} << (store::kFirstKeywordBit + i);
    }
  }
  return bits;
}

// RFC 4314 §4: a STORE is refused only where none of the flags that it names can be changed.
bool may_store(const FlagList& flags, store::Flags changeable) {
  if (flags == FlagList()) return changeable != 0;
  return only(flags, changeable) != FlagList();
}

std::vector<std::uint32_t> without(std::vector<std::uint32_t> all, const std::vector<std::uint32_t>& some) {
  std::erase_if(all, [&](std::uint32_t number) { return std::ranges::binary_search(some, number); });
  return all;
}

std::vector<std::uint32_t> joined(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::vector<std::uint32_t> all;
  all.reserve(a.size() + b.size());
  std::ranges::set_union(a, b, std::back_inserter(all));
  return all;
}

// What the client knew before the command, and the numbers of messages whose flags it has to be told since.
struct Known {
  store::SnapshotPtr messages;
  std::vector<std::uint32_t> untold;
};

// Moves the view on, so that what has just come can be stored to, and tells of it. Flags wait until the new ones are
// there: the old ones, told during a silent STORE, would be the last that the client hears (RFC 3501 §6.4.6: the status
// of the flags is determinate).
async::Task<Known> catch_up(Context& context, Numbers numbers) {
  Selected& selected = *context.selected;
  Known known{selected.view->current(), {}};
  if (!has_news(context, false)) co_return known;
  Changes changes = selected.advance(false);
  known.untold = std::exchange(changes.flags, {});
  if (context.notifications && (selected_group(context)->events & kFlagChange) == 0) known.untold.clear();
  co_await tell_changes(context, std::move(changes), numbers == Numbers::uid);
  co_return known;
}

// Nothing was stored.
async::Task<> tell_untold(Context& context, Known known, Numbers numbers) {
  Changes changes;
  changes.flags = std::move(known.untold);
  co_await tell_changes(context, std::move(changes), numbers == Numbers::uid);
}

// Tells the flags of `stored`, and of what others changed meanwhile.
async::Task<> tell_flags(Context& context, const Store& command, Numbers numbers, Known known,
                         std::vector<std::uint32_t> stored) {
  Selected& selected = *context.selected;
  Changes changes = selected.advance(false);
  changes.flags = joined(changes.flags, known.untold);
  const store::SnapshotPtr after = selected.view->current();
  const store::Flags given = bits_of(command.flags, *after);
  const store::Flags changeable = store::changeable_flags(selected.rights);

  // Of what is new the client knows no flags yet.
  const auto is_expected = [&](std::uint32_t sequence) {
    return sequence > known.messages->exists() ||
           after->at(sequence).flags == expected(known.messages->at(sequence).flags, command.change, given, changeable);
  };
  if (command.is_silent) {
    std::erase_if(changes.flags, [&](std::uint32_t sequence) {
      return std::ranges::binary_search(stored, sequence) && is_expected(sequence);
    });
    // RFC 7162 §3.1.3: silence is about the flags alone.
    if (context.is_condstore_enabled) changes.mod_seqs = without(std::move(stored), changes.flags);
  } else {
    // RFC 3501 §6.4.6: the new value of each, as if by FETCH, whether it changed or not.
    changes.flags = joined(stored, changes.flags);
  }
  co_await tell_changes(context, std::move(changes), numbers == Numbers::uid);
}

// The numbers of messages that a conditional STORE left alone: they changed, or are gone, which is a change too.
std::vector<std::uint32_t> left_alone(const std::vector<std::uint32_t>& asked, const store::Snapshot& messages,
                                      const store::FlagsChanged& changed) {
  std::vector<std::uint32_t> left;
  std::ranges::copy_if(asked, std::back_inserter(left), [&](std::uint32_t sequence) {
    const store::Uid uid = messages.at(sequence).uid;
    return std::ranges::binary_search(changed.failed, uid) || changed.after->find(uid) == nullptr;
  });
  return left;
}

// RFC 7162 §3.1.3: MODIFIED, by numbers or UIDs as the command was.
Reply modified(std::vector<std::uint32_t> sequences, Numbers numbers, const store::Snapshot& messages,
               const store::Snapshot& after) {
  const bool is_any_gone = std::ranges::any_of(
      sequences, [&](std::uint32_t sequence) { return after.find(messages.at(sequence).uid) == nullptr; });
  if (numbers == Numbers::uid) {
    std::ranges::transform(sequences, sequences.begin(), [&](std::uint32_t s) { return messages.at(s).uid; });
  }
  const Code code = Code::modified(sequences);
  return is_any_gone ? Reply::no("Some of those messages are gone", code)
                     : Reply::ok("Some have changed meanwhile", code);
}

}  // namespace

async::Task<Reply> handle(Context& context, const Store& command, Numbers numbers) {
  Selected& selected = *context.selected;
  if (selected.is_read_only) co_return read_only();
  const store::Flags changeable = store::changeable_flags(selected.rights);
  if (!may_store(command.flags, changeable)) co_return no_right();
  Known known = co_await catch_up(context, numbers);
  if (context.is_over()) co_return Reply::no("Lost");
  auto sequences = resolve(command.set, numbers, selected.view->messages());
  if (sequences && command.unchanged_since) enable_condstore(context);
  if (!sequences || sequences->empty()) {
    co_await tell_untold(context, std::move(known), numbers);
    co_return sequences ? Reply::ok("Nothing to store") : no_such_message();
  }
  const auto lowest = limit_messages(context, *sequences);

  const auto changed =
      co_await session::store_call<store::FlagsChanged>(context.loop(), [&](store::Done<store::FlagsChanged> done) {
        context.services.store.change_flags(selected.id(), uids_of(*sequences, selected.view->messages()),
                                            static_cast<store::FlagChange>(command.change), to_store(command.flags),
                                            command.unchanged_since, changeable, std::move(done));
      });
  if (!changed) {
    co_await tell_untold(context, std::move(known), numbers);
    co_return failure(context, "Cannot store flags", changed.error());
  }

  const store::SnapshotPtr messages = selected.view->current();
  std::vector<std::uint32_t> stored = numbers_of(*sequences);
  std::vector<std::uint32_t> left;
  if (command.unchanged_since) left = left_alone(stored, *messages, *changed);
  if (!left.empty()) stored = without(std::move(stored), left);
  co_await tell_flags(context, command, numbers, std::move(known), std::move(stored));
  co_return with_limit(
      context, left.empty() ? Reply::ok("Stored") : modified(std::move(left), numbers, *messages, *changed->after),
      lowest);
}

}  // namespace portreeve::imap
