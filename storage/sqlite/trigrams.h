// Which three bytes follow one another in which of up to 256 bodies: a segment of the search index, and its packed
// form.
//
// A text can hold a key only if it holds every three bytes of it; whether it does, the text itself must tell. Bytes
// rather than characters, so that two letters of most scripts, and one of Chinese, are long enough to look for.
//
// Memory: a builder takes 2 MiB, and up to 8 MiB while it packs. Threads: values and pure functions.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/types.h"

namespace portreeve::store::sqlite {

constexpr std::size_t kSegmentBodies = 256;
using BodyBits = std::bitset<kSegmentBodies>;  // by position in the segment
using Trigram = std::uint32_t;                 // three bytes, the first one highest
constexpr std::size_t kTrigramBytes = 3;
constexpr Trigram kEndTrigram = 1U << 24;

// Those of a text, each once, ascending.
std::vector<Trigram> trigrams_of(std::string_view text);

struct Segment {
  std::vector<BodyId> bodies;  // as they were added
  BodyBits opaque;             // those that have too many trigrams: they may hold anything
  struct Page {
    Trigram first = 0;  // none lower is in it
    std::string bytes;
  };
  std::vector<Page> pages;  // ascending; the first one begins at 0
};

class SegmentBuilder {
 public:
  SegmentBuilder();

  // A text, folded, of the body that end_body() names.
  void add_text(std::string_view folded);
  void end_body(BodyId body, bool is_opaque = false);
  // Forgets the texts since the last end_body().
  void drop_body();

  std::size_t size() const { return segment_.bodies.size(); }
  bool is_full() const;
  // Leaves the builder empty.
  Segment finish();

 private:
  void pack();

  std::vector<std::uint64_t> seen_;  // a bit for each trigram: of the body under way
  std::vector<Trigram> found_;       // the same as a list
  bool is_opaque_ = false;
  std::vector<std::uint32_t> pairs_;  // a trigram and, in the lowest 8 bits, a position
  Segment segment_;
};

// The bodies that have the trigram, by a page that begins with `first`; nullopt if the page is damaged.
std::optional<BodyBits> find_trigram(std::string_view page, Trigram first, Trigram trigram);

}  // namespace portreeve::store::sqlite
