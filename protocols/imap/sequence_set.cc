#include "protocols/imap/sequence_set.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "core/base/ascii.h"

namespace portreeve::imap {
namespace {

// seq-number = nz-number / "*". The bytes it has, or 0.
std::size_t seq_number(std::string_view text, std::uint32_t& number) {
  if (text.starts_with('*')) {
    number = SequenceSet::kStar;
    return 1;
  }
  if (text.empty() || !base::is_digit(text.front()) || text.front() == '0') return 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? static_cast<std::size_t>(end - text.data()) : 0;
}

void write_decimal(std::string& out, std::uint32_t number) {
  char digits[10];
  auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number);
  out.append(digits, end);
}

// Where the page begins among `total`, and how long it is there.
struct Extent {
  std::uint32_t begin = 0;
  std::uint32_t length = 0;
};

Extent extent(const Page& page, std::uint32_t total) {
  const std::uint32_t first = std::min(page.first, page.last);
  const std::uint32_t last = std::min(std::max(page.first, page.last), total);
  if (first > last) return {};
  return {.begin = page.is_from_end ? total - last : first - 1, .length = last - first + 1};
}

}  // namespace

std::size_t SequenceSet::parse_front(std::string_view text, SequenceSet& set) {
  if (text.starts_with('$')) {
    set = saved();
    return 1;
  }
  set = SequenceSet();
  std::size_t position = 0;
  for (;;) {
    NumberRange range;
    std::size_t length = seq_number(text.substr(position), range.first);
    if (length == 0) return 0;
    position += length;
    range.last = range.first;
    if (position < text.size() && text[position] == ':') {
      length = seq_number(text.substr(position + 1), range.last);
      if (length == 0) return 0;
      position += 1 + length;
    }
    set.ranges_.push_back(range);
    if (position == text.size() || text[position] != ',') return position;
    ++position;
  }
}

std::optional<SequenceSet> SequenceSet::parse(std::string_view text) {
  SequenceSet set;
  if (text.empty() || parse_front(text, set) != text.size()) return std::nullopt;
  return set;
}

std::vector<NumberRange> SequenceSet::normalized(std::uint32_t largest) const {
  std::vector<NumberRange> out;
  out.reserve(ranges_.size());
  for (NumberRange range : ranges_) {
    if (range.first == kStar) range.first = largest;
    if (range.last == kStar) range.last = largest;
    if (range.first == 0) range.first = range.last;
    if (range.last == 0) range.last = range.first;
    if (range.first == 0) continue;
    if (range.first > range.last) std::swap(range.first, range.last);
    out.push_back(range);
  }
  if (!std::ranges::is_sorted(out, {}, &NumberRange::first)) std::ranges::sort(out, {}, &NumberRange::first);

  std::size_t kept = 0;
  for (const NumberRange& range : out) {
    // Not `last + 1 >= first`: the last number may be the largest there is.
    if (kept > 0 && range.first - 1 <= out[kept - 1].last) {
      out[kept - 1].last = std::max(out[kept - 1].last, range.last);
    } else {
      out[kept++] = range;
    }
  }
  out.resize(kept);
  return out;
}

std::uint32_t SequenceSet::largest_named() const {
  std::uint32_t largest = 0;
  for (const NumberRange& range : ranges_) largest = std::max({largest, range.first, range.last});
  return largest;
}

bool contains(std::span<const NumberRange> ranges, std::uint32_t number) {
  auto after = std::ranges::upper_bound(ranges, number, {}, &NumberRange::first);
  return after != ranges.begin() && number <= std::prev(after)->last;
}

void add_number(std::vector<NumberRange>& ranges, std::uint32_t number) {
  if (!ranges.empty() && ranges.back().last + 1 == number) {
    ranges.back().last = number;
  } else {
    ranges.push_back({number, number});
  }
}

void write_set(std::string& out, std::span<const NumberRange> ranges) {
  bool is_first = true;
  for (const NumberRange& range : ranges) {
    if (!std::exchange(is_first, false)) out += ',';
    write_decimal(out, range.first);
    if (range.last == range.first) continue;
    out += ':';
    write_decimal(out, range.last);
  }
}

void write_set(std::string& out, std::span<const std::uint32_t> numbers) {
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    NumberRange range{numbers[i], numbers[last]};
    if (i > 0) out += ',';
    write_set(out, std::span<const NumberRange>(&range, 1));
    i = last + 1;
  }
}

std::span<const std::uint32_t> on_page(std::span<const std::uint32_t> numbers, const Page& page) {
  const Extent extent_here = extent(page, static_cast<std::uint32_t>(numbers.size()));
  return numbers.subspan(extent_here.begin, extent_here.length);
}

std::vector<NumberRange> on_page(std::span<const NumberRange> ranges, const Page& page) {
  std::uint32_t total = 0;
  for (const NumberRange& range : ranges) total += range.last - range.first + 1;
  auto [skip, left] = extent(page, total);
  std::vector<NumberRange> out;
  for (const NumberRange& range : ranges) {
    const std::uint32_t size = range.last - range.first + 1;
    const std::uint32_t skipped = std::min(skip, size);
    skip -= skipped;
    const std::uint32_t taken = std::min(left, size - skipped);
    if (taken == 0) continue;
    left -= taken;
    out.push_back({range.first + skipped, range.first + skipped + taken - 1});
  }
  return out;
}

}  // namespace portreeve::imap
