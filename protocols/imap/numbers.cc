#include "protocols/imap/numbers.h"

#include <algorithm>

namespace portreeve::imap {
namespace {

SequenceRanges resolve_uids(const SequenceSet& set, const store::Snapshot& messages) {
  const std::uint32_t exists = messages.exists();
  SequenceRanges out;
  if (exists == 0) return out;
  for (const NumberRange& range : set.normalized(messages.at(exists).uid)) {
    const std::uint32_t first = messages.lower_bound(range.first);
    const std::uint32_t end = range.last == UINT32_MAX ? exists + 1 : messages.lower_bound(range.last + 1);
    if (first >= end) continue;
    // Different UIDs may be neighbours by number.
    if (!out.empty() && out.back().last + 1 == first) {
      out.back().last = end - 1;
    } else {
      out.push_back({first, end - 1});
    }
  }
  return out;
}

bool names_star(const SequenceSet& set) {
  return std::ranges::any_of(set.ranges(), [](const NumberRange& range) {
    return range.first == SequenceSet::kStar || range.last == SequenceSet::kStar;
  });
}

}  // namespace

std::optional<SequenceRanges> resolve(const SequenceSet& set, Numbers numbers, const store::Snapshot& messages) {
  if (numbers == Numbers::uid) return resolve_uids(set, messages);
  if (messages.exists() == 0 && names_star(set)) return SequenceRanges();
  if (set.largest_named() > messages.exists()) return std::nullopt;
  return set.normalized(messages.exists());
}

store::UidSet uids_of(std::span<const NumberRange> sequences, const store::Snapshot& messages) {
  store::UidSet out;
  out.reserve(sequences.size());
  for (const NumberRange& range : sequences) out.push_back({messages.at(range.first).uid, messages.at(range.last).uid});
  return out;
}

store::UidSet all_uids(const store::Snapshot& messages) {
  if (messages.exists() == 0) return {};
  return {{messages.at(1).uid, messages.at(messages.exists()).uid}};
}

std::vector<std::uint32_t> numbers_of(std::span<const NumberRange> ranges) {
  std::vector<std::uint32_t> all;
  all.reserve(count(ranges));
  for (const NumberRange& range : ranges) {
    for (std::uint32_t number = range.first; number <= range.last; ++number) all.push_back(number);
  }
  return all;
}

std::uint32_t count(std::span<const NumberRange> ranges) {
  std::uint32_t total = 0;
  for (const NumberRange& range : ranges) total += range.last - range.first + 1;
  return total;
}

}  // namespace portreeve::imap
