// What a set of message numbers means in a session's view.
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "protocols/imap/sequence_set.h"
#include "storage/types.h"

namespace portreeve::imap {

// How a set is meant: the plain and the UID form of a command.
enum class Numbers : std::uint8_t { sequence, uid };

// Sequence numbers: ascending, disjoint, all of them in the view.
using SequenceRanges = std::vector<NumberRange>;

// UIDs that aren't there are passed over (RFC 3501 §6.4.8). Nullopt: a sequence number above EXISTS, which is BAD
// (RFC 3501 §9, seq-number). A set with '*' is good in an empty mailbox, as clients ask for 1:* in one.
std::optional<SequenceRanges> resolve(const SequenceSet& set, Numbers numbers, const store::Snapshot& messages);

// The UIDs of those messages. Ranges may span UIDs that are not in use.
store::UidSet uids_of(std::span<const NumberRange> sequences, const store::Snapshot& messages);

// All of the view.
store::UidSet all_uids(const store::Snapshot& messages);

// Each by itself.
std::vector<std::uint32_t> numbers_of(std::span<const NumberRange> ranges);

std::uint32_t count(std::span<const NumberRange> ranges);

// What stands in both of these, ascending and disjoint ranges of the codec's kind or of the store's.
std::vector<NumberRange> common(const auto& some, const auto& others) {
  std::vector<NumberRange> both;
  auto other = others.begin();
  for (auto one = some.begin(); one != some.end() && other != others.end();) {
    const NumberRange range{std::max(one->first, other->first), std::min(one->last, other->last)};
    if (range.first <= range.last) both.push_back(range);
    if (one->last < other->last) {
      ++one;
    } else {
      ++other;
    }
  }
  return both;
}

}  // namespace portreeve::imap
