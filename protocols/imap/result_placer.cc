#include "protocols/imap/result_placer.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace portreeve::imap {
namespace {

constexpr std::chrono::milliseconds kTurn{50};
// Comparisons that placing one takes, about; with fewer present messages for each, sorting all is as quick.
constexpr std::size_t kComparisons = 16;

std::vector<std::uint32_t> sequences_of(const ResultList& result, const std::vector<std::uint32_t>& added,
                                        const store::Snapshot& messages) {
  std::vector<std::uint32_t> sequences = added;
  sequences.reserve(added.size() + result.size());
  for (const store::Uid uid : result) sequences.push_back(messages.sequence_of(uid));
  std::ranges::sort(sequences);
  return sequences;
}

}  // namespace

ResultPlacer::ResultPlacer(store::Store& store, const store::Snapshot& messages, const ResultList& result,
                           const std::vector<SortCriterion>& criteria, Comparator comparator,
                           std::vector<std::uint32_t> added)
    : store_(store),
      messages_(messages),
      result_(result),
      criteria_(criteria),
      comparator_(comparator),
      added_(std::move(added)),
      sorts_all_(added_.size() * kComparisons >= result.size()),
      sorter_(store, messages, sorts_all_ ? sequences_of(result, added_, messages) : added_, criteria, comparator) {}

store::Result<> ResultPlacer::go_on() {
  const auto until = std::chrono::steady_clock::now() + kTurn;
  while (!is_done_ && std::chrono::steady_clock::now() < until) {
    if (is_placing_) {
      if (const auto compared = compare_one(); !compared) return compared;
    } else if (sorter_.is_done()) {
      begin_placing();
    } else if (const auto sorted = sorter_.go_on(); !sorted) {
      return sorted;
    }
  }
  return {};
}

void ResultPlacer::begin_placing() {
  order_ = sorter_.take_sequences();
  if (sorts_all_) {
    read_places(order_);
    is_done_ = true;
    return;
  }
  is_placing_ = true;
  high_ = result_.size();
  is_done_ = order_.empty();
}

void ResultPlacer::read_places(const std::vector<std::uint32_t>& order) {
  // What is gone from the store still has its place in the result, though the sorter left it out.
  std::size_t before = 0;
  for (const std::uint32_t sequence : order) {
    const store::Uid uid = messages_.at(sequence).uid;
    if (std::ranges::binary_search(added_, sequence)) {
      placed_.push_back({before, uid});
      continue;
    }
    while (before < result_.size() && result_[before] != uid) ++before;
    ++before;
  }
}

store::Result<> ResultPlacer::compare_one() {
  const std::uint32_t sequence = order_[next_];
  if (low_ == high_) {
    placed_.push_back({low_, messages_.at(sequence).uid});
    high_ = result_.size();
    is_done_ = ++next_ == order_.size();
    return {};
  }
  const std::size_t middle = low_ + (high_ - low_) / 2;
  const std::uint32_t other = messages_.sequence_of(result_[middle]);
  Sorter pair(store_, messages_, {std::min(sequence, other), std::max(sequence, other)}, criteria_, comparator_);
  while (!pair.is_done()) {
    if (const auto sorted = pair.go_on(); !sorted) return sorted;
  }
  const std::vector<std::uint32_t> order = pair.take_sequences();
  if (!order.empty() && order.front() == sequence) {
    high_ = middle;
  } else {
    low_ = middle + 1;
  }
  return {};
}

}  // namespace portreeve::imap
