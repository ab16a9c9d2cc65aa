// Counts lines, and finds those that may be a boundary and bytes that no line may hold, at the speed of memory.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace portreeve::mime {

struct LineScan {
  std::size_t consumed = 0;
  std::size_t lfs = 0;       // among what was consumed
  std::size_t bare_lfs = 0;  // those without a CR
};

// All of `bytes`; `before` is the byte that came before them.
LineScan count_lines(std::string_view bytes, char before);

// Up to just after the first LF that "--" follows, or of which that can't be told yet because the bytes end; else all.
LineScan scan_to_dashes(std::string_view bytes, char before);

// Whether there is what only binary data may have (RFC 2045 §2.9): a NUL, an LF without a CR before it, or something
// else than an LF after a CR. `before` is the byte that came before. A CR at the end is for the next bytes to judge.
bool has_binary(std::string_view bytes, char before);

}  // namespace portreeve::mime
