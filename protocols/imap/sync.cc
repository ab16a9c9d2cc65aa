#include "protocols/imap/sync.h"

#include <algorithm>
#include <utility>

namespace portreeve::imap {
namespace {

std::vector<NumberRange> without_present(std::span<const NumberRange> uids, const store::Snapshot& messages) {
  std::vector<NumberRange> absent;
  const auto add = [&](std::uint32_t first, std::uint32_t last) {
    if (first > last) return;
    if (!absent.empty() && absent.back().last + 1 == first) {
      absent.back().last = last;
    } else {
      absent.push_back({first, last});
    }
  };
  for (const NumberRange& range : uids) {
    std::uint32_t next = range.first;
    std::uint32_t sequence = messages.lower_bound(range.first);
    for (; sequence <= messages.exists() && messages.at(sequence).uid <= range.last; ++sequence) {
      const store::Uid uid = messages.at(sequence).uid;
      add(next, uid - 1);
      next = uid + 1;
    }
    add(next, range.last);
  }
  return absent;
}

// The highest of the UIDs [uid, uid + length) that has the number that belongs to it in [sequence, …), or 0.
store::Uid highest_match(std::uint32_t sequence, store::Uid uid, std::uint64_t length,
                         const store::Snapshot& messages) {
  if (sequence > messages.exists()) return 0;
  length = std::min<std::uint64_t>(length, messages.exists() - sequence + 1);
  // UIDs rise at least as fast as numbers, so that those too high for their numbers are all behind the others.
  std::uint64_t low = 0;
  for (std::uint64_t high = length; low < high;) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (messages.at(sequence + static_cast<std::uint32_t>(middle)).uid <= uid + middle) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return 0;
  const store::Uid found = messages.at(sequence + static_cast<std::uint32_t>(low - 1)).uid;
  return found == uid + (low - 1) ? found : 0;
}

NumberRange ordered(NumberRange range) {
  return {std::min(range.first, range.last), std::max(range.first, range.last)};
}

}  // namespace

void enable_condstore(Context& context) {
  if (context.is_condstore_enabled) return;
  context.is_condstore_enabled = true;
  if (context.selected) context.tell(Reply::ok("Highest", highest_mod_seq(*context.selected->view)));
}

Code highest_mod_seq(const View& view) { return Code::number("HIGHESTMODSEQ", view.settled_mod_seq()); }

store::Result<std::vector<NumberRange>> vanished_since(store::Store& store, const store::Snapshot& messages,
                                                       store::ModSeq since, std::span<const NumberRange> known,
                                                       store::Uid settled) {
  auto expunged = store.expunged_since(messages.mailbox, since);
  if (!expunged) return std::unexpected(std::move(expunged.error()));
  const store::Uid last = messages.uid_next - 1;
  if (!*expunged) {
    expunged->emplace();
    if (settled < last) (*expunged)->push_back({settled + 1, last});
  }
  // The store may know of expunges that `messages` doesn't show yet; those are news, to be told as such.
  const store::UidRange given_out{1, last};
  return without_present(common(common(known, **expunged), std::span(&given_out, 1)), messages);
}

store::Uid settled_uid(const QuickResync& resync, const store::Snapshot& messages) {
  const std::vector<NumberRange>& sequences = resync.known_sequences.ranges();
  const std::vector<NumberRange>& uids = resync.their_uids.ranges();
  store::Uid settled = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  std::uint32_t sequences_done = 0;  // of sequences[i]
  std::uint32_t uids_done = 0;       // of uids[j]
  while (i < sequences.size() && j < uids.size()) {
    const NumberRange sequence = ordered(sequences[i]);
    const NumberRange uid = ordered(uids[j]);
    const std::uint32_t first = sequence.first + sequences_done;
    const std::uint32_t first_uid = uid.first + uids_done;
    const std::uint32_t steps = std::min(sequence.last - first, uid.last - first_uid);
    settled = std::max(settled, highest_match(first, first_uid, std::uint64_t{steps} + 1, messages));
    sequences_done += steps + 1;
    uids_done += steps + 1;
    if (steps == sequence.last - first) {
      ++i;
      sequences_done = 0;
    }
    if (steps == uid.last - first_uid) {
      ++j;
      uids_done = 0;
    }
  }
  return settled;
}

async::Task<Reply> with_highest_mod_seq(Context& context, Reply reply) {
  if (!context.is_qresync_enabled) co_return reply;
  Selected& selected = *context.selected;
  if (selected.has_news(true)) co_await tell_changes(context, selected.advance(true), true);
  reply.code = highest_mod_seq(*selected.view);
  co_return reply;
}

SequenceRanges changed_since(std::span<const NumberRange> sequences, const store::Snapshot& messages,
                             store::ModSeq since) {
  SequenceRanges changed;
  std::size_t block = 0;
  std::uint32_t begin = 1;  // the number of the block's first message
  for (const NumberRange& range : sequences) {
    for (std::uint32_t sequence = range.first; sequence <= range.last; ++sequence) {
      while (sequence > messages.ends[block]) begin = messages.ends[block++] + 1;
      if ((*messages.blocks[block])[sequence - begin].mod_seq > since) add_number(changed, sequence);
    }
  }
  return changed;
}

}  // namespace portreeve::imap
