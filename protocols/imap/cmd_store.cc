// STORE (RFC 3501 §6.4.6).
#include <algorithm>
#include <iterator>

#include "core/base/ascii.h"
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

static_assert(static_cast<int>(Store::Change::replace) == static_cast<int>(store::FlagChange::replace) &&
              static_cast<int>(Store::Change::add) == static_cast<int>(store::FlagChange::add) &&
              static_cast<int>(Store::Change::remove) == static_cast<int>(store::FlagChange::remove));

// The flags that the client will take the message to have when it isn't told (RFC 3501 §6.4.6, .SILENT).
store::Flags expected(store::Flags before, Store::Change change, store::Flags given) {
  switch (change) {
    case Store::Change::replace: return given;
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

// Tells the flags of `sequences`, and of what others changed at the same time.
async::Task<> tell_flags(Context& context, const Store& command, Numbers numbers, const SequenceRanges& sequences) {
  Selected& selected = *context.selected;
  const store::SnapshotPtr before = selected.view->current();
  Changes changes = selected.advance(false);
  const store::SnapshotPtr after = selected.view->current();
  const store::Flags given = bits_of(command.flags, *after);

  const auto is_expected = [&](std::uint32_t sequence) {
    return after->at(sequence).flags == expected(before->at(sequence).flags, command.change, given);
  };
  if (command.is_silent) {
    std::erase_if(changes.flags,
                  [&](std::uint32_t sequence) { return contains(sequences, sequence) && is_expected(sequence); });
  } else {
    // RFC 3501 §6.4.6: the new value of each, as if by FETCH, whether it changed or not.
    std::vector<std::uint32_t> asked;
    asked.reserve(count(sequences));
    for (const NumberRange& range : sequences) {
      for (std::uint32_t sequence = range.first; sequence <= range.last; ++sequence) asked.push_back(sequence);
    }
    std::vector<std::uint32_t> told;
    told.reserve(asked.size() + changes.flags.size());
    std::ranges::set_union(asked, changes.flags, std::back_inserter(told));
    changes.flags = std::move(told);
  }
  co_await tell_changes(context, std::move(changes), numbers == Numbers::uid);
}

}  // namespace

async::Task<Reply> handle(Context& context, const Store& command, Numbers numbers) {
  Selected& selected = *context.selected;
  if (selected.is_read_only) co_return read_only();
  const auto sequences = resolve(command.set, numbers, selected.view->messages());
  if (!sequences) co_return no_such_message();
  if (sequences->empty()) co_return Reply::ok("Nothing to store");

  const auto changed =
      co_await session::store_call<store::FlagsChanged>(context.loop(), [&](store::Done<store::FlagsChanged> done) {
        context.services.store.change_flags(selected.id(), uids_of(*sequences, selected.view->messages()),
                                            static_cast<store::FlagChange>(command.change), to_store(command.flags),
                                            std::move(done));
      });
  if (!changed) co_return failure(context, "Cannot store flags", changed.error());
  co_await tell_flags(context, command, numbers, *sequences);
  co_return Reply::ok("Stored");
}

}  // namespace portreeve::imap
