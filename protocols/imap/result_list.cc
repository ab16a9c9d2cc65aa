#include "protocols/imap/result_list.h"

#include <algorithm>
#include <iterator>

namespace portreeve::imap {
namespace {

constexpr std::size_t kMaxPiece = 500;  // numbers

// Adds one to the piece that it follows, or begins a piece.
void add(std::vector<ResultPiece>& pieces, std::size_t position, store::Uid uid, bool is_sorted) {
  const bool fits = !pieces.empty() && pieces.back().numbers.size() < kMaxPiece &&
                    (!is_sorted || pieces.back().position + pieces.back().numbers.size() == position);
  if (!fits) pieces.push_back({is_sorted ? static_cast<std::uint32_t>(position) : 0, {}});
  pieces.back().numbers.push_back(uid);
}

}  // namespace

std::vector<store::Uid> members(const ResultList& result, std::span<const store::Uid> uids, bool is_sorted) {
  std::vector<store::Uid> found;
  if (!is_sorted) {
    std::ranges::copy_if(uids, std::back_inserter(found),
                         [&](store::Uid uid) { return std::ranges::binary_search(result, uid); });
    return found;
  }
  std::ranges::copy_if(result, std::back_inserter(found),
                       [&](store::Uid uid) { return std::ranges::binary_search(uids, uid); });
  std::ranges::sort(found);
  return found;
}

std::vector<ResultPiece> take_out(ResultList& result, std::span<const store::Uid> uids, bool is_sorted) {
  std::vector<ResultPiece> pieces;
  if (uids.empty()) return pieces;
  std::size_t position = 0;
  std::erase_if(result, [&](store::Uid uid) {
    ++position;
    if (!std::ranges::binary_search(uids, uid)) return false;
    add(pieces, position, uid, is_sorted);
    return true;
  });
  if (is_sorted) std::ranges::reverse(pieces);
  return pieces;
}

std::vector<ResultPiece> put_in(ResultList& result, std::span<const Placed> added, bool is_sorted) {
  std::vector<ResultPiece> pieces;
  if (added.empty()) return pieces;
  ResultList merged;
  merged.reserve(result.size() + added.size());
  auto next = added.begin();
  for (std::size_t i = 0; i <= result.size(); ++i) {
    while (next != added.end() && (i == result.size() || (is_sorted ? next->before <= i : next->uid < result[i]))) {
      merged.push_back(next->uid);
      add(pieces, merged.size(), next->uid, is_sorted);
      ++next;
    }
    if (i < result.size()) merged.push_back(result[i]);
  }
  result.swap(merged);
  return pieces;
}

}  // namespace portreeve::imap
