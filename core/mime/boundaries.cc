#include "core/mime/boundaries.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace portreeve::mime {

Boundaries::Head Boundaries::head_of(std::string_view text) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  Head head{};
  std::size_t size = std::min(text.size(), sizeof head.bytes);
  std::memcpy(&head.bytes, text.data(), size);
  std::memcpy(&head.mask, &kOnes, size);
  return head;
}

void Boundaries::open(std::size_t level, std::string boundary) {
  // No line is looked at that far, so this one fits none; a hundred of them needn't be kept whole.
  if (boundary.size() > kMaxBoundaryLine) boundary = boundary.substr(0, kMaxBoundaryLine);
  heads_.push_back(head_of(boundary));
  open_.push_back({.level = level, .boundary = std::move(boundary)});
}

void Boundaries::close_from(std::size_t level) {
  while (!open_.empty() && open_.back().level >= level) {
    open_.pop_back();
    heads_.pop_back();
  }
}

std::optional<BoundaryMatch> Boundaries::match(std::string_view line) const {
  line.remove_prefix(2);
  std::uint64_t begin = head_of(line).bytes;
  std::optional<BoundaryMatch> best;
  std::size_t best_size = 0;
  for (std::size_t i = heads_.size(); i-- > 0;) {
    if (((begin ^ heads_[i].bytes) & heads_[i].mask) != 0) continue;
    const std::string& boundary = open_[i].boundary;
    if (boundary.size() <= best_size || !line.starts_with(boundary)) continue;
    // White space may follow (it gets added on the way); other text makes it an ordinary line, or another's boundary.
    std::string_view after = line.substr(boundary.size());
    bool is_close = after.starts_with("--");
    bool is_end = after.empty() || std::string_view(" \t\r\n").find(after.front()) != std::string_view::npos;
    if (!is_close && !is_end) continue;
    best = BoundaryMatch{.level = open_[i].level, .is_close = is_close};
    best_size = boundary.size();
  }
  return best;
}

}  // namespace portreeve::mime
