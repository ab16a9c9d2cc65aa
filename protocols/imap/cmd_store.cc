// STORE (RFC 3501 §6.4.6; RFC 7162 §3.1.3).
#include <algorithm>
#include <iterator>

#include "core/base/ascii.h"
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/sync.h"
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

std::vector<std::uint32_t> without(std::vector<std::uint32_t> all, const std::vector<std::uint32_t>& some) {
  std::erase_if(all, [&](std::uint32_t number) { return std::ranges::binary_search(some, number); });
  return all;
}

// Tells the flags of `stored`, and of what others changed at the same time.
async::Task<> tell_flags(Context& context, const Store& command, Numbers numbers, std::vector<std::uint32_t> stored) {
  Selected& selected = *context.selected;
  const store::SnapshotPtr before = selected.view->current();
  Changes changes = selected.advance(false);
  const store::SnapshotPtr after = selected.view->current();
  const store::Flags given = bits_of(command.flags, *after);

  const auto is_expected = [&](std::uint32_t sequence) {
    return after->at(sequence).flags == expected(before->at(sequence).flags, command.change, given);
  };
  if (command.is_silent) {
    std::erase_if(changes.flags, [&](std::uint32_t sequence) {
      return std::ranges::binary_search(stored, sequence) && is_expected(sequence);
    });
    // RFC 7162 §3.1.3: silence is about the flags alone.
    if (context.is_condstore_enabled) changes.mod_seqs = without(std::move(stored), changes.flags);
  } else {
    // RFC 3501 §6.4.6: the new value of each, as if by FETCH, whether it changed or not.
    std::vector<std::uint32_t> told;
    told.reserve(stored.size() + changes.flags.size());
    std::ranges::set_union(stored, changes.flags, std::back_inserter(told));
    changes.flags = std::move(told);
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
  const auto sequences = resolve(command.set, numbers, selected.view->messages());
  if (!sequences) co_return no_such_message();
  if (command.unchanged_since) enable_condstore(context);
  if (sequences->empty()) co_return Reply::ok("Nothing to store");

  const auto changed =
      co_await session::store_call<store::FlagsChanged>(context.loop(), [&](store::Done<store::FlagsChanged> done) {
        context.services.store.change_flags(selected.id(), uids_of(*sequences, selected.view->messages()),
                                            static_cast<store::FlagChange>(command.change), to_store(command.flags),
                                            command.unchanged_since, std::move(done));
      });
  if (!changed) co_return failure(context, "Cannot store flags", changed.error());

  const store::SnapshotPtr messages = selected.view->current();
  std::vector<std::uint32_t> stored = numbers_of(*sequences);
  std::vector<std::uint32_t> left;
  if (command.unchanged_since) left = left_alone(stored, *messages, *changed);
  if (!left.empty()) stored = without(std::move(stored), left);
  co_await tell_flags(context, command, numbers, std::move(stored));
  co_return left.empty() ? Reply::ok("Stored") : modified(std::move(left), numbers, *messages, *changed->after);
}

}  // namespace portreeve::imap
