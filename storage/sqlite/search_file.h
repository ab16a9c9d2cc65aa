// The file of the search index: segments of bodies whose trigrams are known.
//
// Everything in it is derived. What doesn't fit this store, or this version's text rules, or is damaged, is thrown as a
// Failure: remove the file then. Each row carries a check sum, and a page says where the next one begins, since a wrong
// bit or a lost row would hide messages; the log is synced at checkpoints only, so that a power cut costs the last
// segments and no more.
//
//   info     store: the number that the store's meta has under "search"; text: mime::text_rules().
//   segment  first, last: of the bodies in it; bodies: packed, with the bits of the opaque ones.
//   page     the first trigram of the next one, and trigrams in order; id = segment << 24 | its own first trigram, of a
//            segment's first page 0.
//
// Threads: look_up() any; the rest one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/readers.h"
#include "storage/sqlite/trigrams.h"
#include "storage/store.h"

namespace portreeve::store::sqlite {

class SearchFile {
 public:
  // What opens a file that is there and makes a new one; a new one takes `number`, of one that is there it must be.
  enum class How : std::uint8_t { open, make };
  SearchFile(const std::string& path, How how, std::int64_t number);

  // With what SQLite keeps beside it.
  static void remove(const std::string& path) noexcept;

  // `bodies` ascend. Hints that are known replace those that `hints` has. No trigrams: what is known at all is maybe.
  void look_up(std::span<const BodyId> bodies, std::span<const Trigram> trigrams, std::span<SearchHint> hints);
  // The bodies ascend.
  void add(const Segment& segment);

  BodyId highest();
  std::vector<std::int64_t> segments();
  std::vector<BodyId> bodies(std::int64_t segment);
  void drop(std::int64_t segment);

 private:
  struct Members {
    std::vector<BodyId> bodies;
    BodyBits opaque;
  };
  static Members unpack(std::int64_t segment, std::string_view sealed);

  Connection connection_;
  std::unique_ptr<Readers> readers_;
};

}  // namespace portreeve::store::sqlite
