// Sets of message numbers: sequence-set and uid-set (RFC 3501 §9, RFC 4315 §4), and "$" (RFC 5182 §3).
// Promises: a set keeps what the client sent; what it means for a mailbox comes from normalized(). Knows no mailbox.
// Limits: a set is as long as the line that held it; the parser bounds that.
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::imap {

struct NumberRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // inclusive
  bool operator==(const NumberRange&) const = default;
};

class SequenceSet {
 public:
  static constexpr std::uint32_t kStar = 0;  // '*', the largest number in use; nz-numbers never are 0

  SequenceSet() = default;
  // `ranges` as a client would write them: either end may be kStar, and they may be the wrong way round.
  explicit SequenceSet(std::vector<NumberRange> ranges) : ranges_(std::move(ranges)) {}
  static std::optional<SequenceSet> parse(std::string_view text);
  // Takes the longest sequence-set at the front of `text`; how many bytes it has, 0 if there is none.
  static std::size_t parse_front(std::string_view text, SequenceSet& set);

  // "$", the result that a SEARCH saved: empty until saved_result.h puts that in its place.
  static SequenceSet saved() {
    SequenceSet set;
    set.is_saved_ = true;
    return set;
  }
  bool is_saved() const { return is_saved_; }

  const std::vector<NumberRange>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty() && !is_saved_; }

  // The numbers meant where the largest in use is `largest`: ascending, disjoint, not adjacent, with first <= last.
  // They are not clipped to `largest`: "5:*" of 3 is 3:5 (RFC 3501 §6.4.8). Where `largest` is 0 (nothing there), a '*'
  // counts as none, and "5:*" is 5.
  std::vector<NumberRange> normalized(std::uint32_t largest) const;

  // The largest number named, 0 if only '*': a sequence number above EXISTS is the client's error.
  std::uint32_t largest_named() const;

  bool operator==(const SequenceSet&) const = default;

 private:
  std::vector<NumberRange> ranges_;
  bool is_saved_ = false;
};

// Is `number` in the ascending disjoint `ranges`?
bool contains(std::span<const NumberRange> ranges, std::uint32_t number);

// Precondition: `number` is above all of the ascending `ranges`.
void add_number(std::vector<NumberRange>& ranges, std::uint32_t number);

// "1:3,5"; an empty set prints nothing.
void write_set(std::string& out, std::span<const NumberRange> ranges);
// The same, in the order given: only a number that is one more than that before it joins it. In COPYUID both sets must
// be in step (RFC 4315 §3), as those of ascending numbers are.
void write_set(std::string& out, std::span<const std::uint32_t> numbers);

// Some of what was found, such as "1:100", or "-1:-100", which counts from the end (RFC 9394 §4). Either number may be
// the lesser.
struct Page {
  std::uint32_t first = 1;  // > 0
  std::uint32_t last = 1;   // > 0
  bool is_from_end = false;
};

// The part of the numbers that is on the page.
std::span<const std::uint32_t> on_page(std::span<const std::uint32_t> numbers, const Page& page);
std::vector<NumberRange> on_page(std::span<const NumberRange> ranges, const Page& page);

}  // namespace portreeve::imap
