#include "storage/sqlite/trigrams.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/base/varint.h"

namespace portreeve::store::sqlite {
namespace {

constexpr Trigram kTrigramMask = kEndTrigram - 1;
// Text has some thousands; what has more is no text, and would cost more than it is worth.
constexpr std::size_t kMaxTrigrams = std::size_t{64} * 1024;
constexpr std::size_t kMaxPairs = std::size_t{1024} * 1024;
// Four to a page of the database.
constexpr std::size_t kPageBytes = 3'900;
// As long as the list of positions is shorter than the bits.
constexpr std::size_t kMaxListed = kSegmentBodies / 8 - 1;

constexpr unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

// Sorts by trigram and keeps the order of positions, which ascend already: two rounds of 12 bits each.
void sort_pairs(std::vector<std::uint32_t>& pairs) {
  constexpr unsigned kDigitBits = 12;
  constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  std::vector<std::uint32_t> sorted(pairs.size());
  for (const unsigned shift : {8U, 8U + kDigitBits}) {
    std::array<std::uint32_t, kDigits + 1> begins{};
    const auto digit = [shift](std::uint32_t pair) { return pair >> shift & (kDigits - 1); };
    for (const std::uint32_t pair : pairs) ++begins[digit(pair) + 1];
    for (std::size_t i = 0; i < kDigits; ++i) begins[i + 1] += begins[i];
    for (const std::uint32_t pair : pairs) sorted[begins[digit(pair)]++] = pair;
    pairs.swap(sorted);
  }
}

// A trigram's entry: how far it is from the one before it, how many positions follow, and the positions; or none, and
// all bits.
void put_entry(std::string& out, Trigram distance, std::span<const std::uint32_t> pairs) {
  base::put_number(out, distance);
  if (pairs.size() <= kMaxListed) {
    out += static_cast<char>(pairs.size());
    for (const std::uint32_t pair : pairs) out += static_cast<char>(pair & 0xff);
    return;
  }
  out += '\0';
  std::array<unsigned char, kSegmentBodies / 8> bits{};
  for (const std::uint32_t pair : pairs) bits[(pair & 0xff) / 8] |= static_cast<unsigned char>(1U << (pair & 7));
  for (const unsigned char byte : bits) out += static_cast<char>(byte);
}

}  // namespace

std::vector<Trigram> trigrams_of(std::string_view text) {
  std::vector<Trigram> trigrams;
  for (std::size_t i = 0; i + kTrigramBytes <= text.size(); ++i) {
    trigrams.push_back(byte_of(text[i]) << 16 | byte_of(text[i + 1]) << 8 | byte_of(text[i + 2]));
  }
  std::ranges::sort(trigrams);
  const auto doubles = std::ranges::unique(trigrams);
  trigrams.erase(doubles.begin(), doubles.end());
  return trigrams;
}

SegmentBuilder::SegmentBuilder() : seen_(kEndTrigram / 64) {}

void SegmentBuilder::add_text(std::string_view folded) {
  if (folded.size() < kTrigramBytes || is_opaque_) return;
  Trigram trigram = byte_of(folded[0]) << 8 | byte_of(folded[1]);
  for (const char c : folded.substr(2)) {
    trigram = (trigram << 8 | byte_of(c)) & kTrigramMask;
    const std::uint64_t bit = std::uint64_t{1} << trigram % 64;
    if ((seen_[trigram / 64] & bit) != 0) continue;
    seen_[trigram / 64] |= bit;
    found_.push_back(trigram);
    if (found_.size() > kMaxTrigrams) {
      is_opaque_ = true;
      return;
    }
  }
}

void SegmentBuilder::drop_body() {
  for (const Trigram trigram : found_) seen_[trigram / 64] = 0;
  found_.clear();
  is_opaque_ = false;
}

void SegmentBuilder::end_body(BodyId body, bool is_opaque) {
  const auto position = static_cast<std::uint32_t>(segment_.bodies.size());
  segment_.bodies.push_back(body);
  if (is_opaque || is_opaque_) {
    segment_.opaque.set(position);
  } else {
    for (const Trigram trigram : found_) pairs_.push_back(trigram << 8 | position);
  }
  drop_body();
}

bool SegmentBuilder::is_full() const { return segment_.bodies.size() >= kSegmentBodies || pairs_.size() >= kMaxPairs; }

Segment SegmentBuilder::finish() {
  sort_pairs(pairs_);
  pack();
  pairs_ = {};
  return std::exchange(segment_, {});
}

void SegmentBuilder::pack() {
  const std::span<const std::uint32_t> pairs = pairs_;
  segment_.pages.push_back({0, {}});
  Trigram before = 0;
  for (std::size_t begin = 0, end = 0; begin < pairs.size(); begin = end) {
    const Trigram trigram = pairs[begin] >> 8;
    while (end < pairs.size() && pairs[end] >> 8 == trigram) ++end;
    if (segment_.pages.back().bytes.size() > kPageBytes) {
      segment_.pages.push_back({trigram, {}});
      segment_.pages.back().bytes.reserve(kPageBytes + 64);
      before = trigram;
    }
    put_entry(segment_.pages.back().bytes, trigram - before, pairs.subspan(begin, end - begin));
    before = trigram;
  }
}

std::optional<BodyBits> find_trigram(std::string_view page, Trigram first, Trigram trigram) {
  base::PackedReader reader(page);
  Trigram at = first;
  while (!reader.rest().empty()) {
    at += static_cast<Trigram>(reader.number());
    const unsigned count = reader.byte();
    const std::string_view bytes = reader.bytes(count == 0 ? kSegmentBodies / 8 : count);
    if (!reader.ok()) return std::nullopt;
    if (at < trigram) continue;
    BodyBits bits;
    if (at > trigram) return bits;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (count != 0) {
        bits.set(byte_of(bytes[i]));
        continue;
      }
      for (std::size_t bit = 0; bit < 8; ++bit) {
        if ((byte_of(bytes[i]) >> bit & 1) != 0) bits.set(8 * i + bit);
      }
    }
    return bits;
  }
  return reader.ok() ? std::optional(BodyBits()) : std::nullopt;
}

}  // namespace portreeve::store::sqlite
