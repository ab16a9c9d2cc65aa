// The boundaries that are being looked for while a message is read, and which of them a line is (RFC 2046 §5.1.1).
// Threads: belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::mime {

// Of a line that may be a boundary this much is looked at.
constexpr std::size_t kMaxBoundaryLine = 1'000;

struct BoundaryMatch {
  std::size_t level = 0;
  bool is_close = false;
};

class Boundaries {
 public:
  bool empty() const { return open_.empty(); }
  // `level` is the depth of its multipart, more than that of any other here.
  void open(std::size_t level, std::string boundary);
  // Forgets those of `level` and deeper.
  void close_from(std::size_t level);

  // `line` begins with "--" and may still have its line end. Where several fit, the longest is meant, and of equal ones
  // the innermost.
  std::optional<BoundaryMatch> match(std::string_view line) const;

 private:
  // The first bytes of a boundary as a number, so that a message that has a hundred of them open and lines that are
  // all but one costs little.
  struct Head {
    std::uint64_t bytes;
    std::uint64_t mask;
  };
  struct Open {
    std::size_t level;
    std::string boundary;
  };
  static Head head_of(std::string_view text);

  std::vector<Head> heads_;
  std::vector<Open> open_;  // in step
};

}  // namespace portreeve::mime
