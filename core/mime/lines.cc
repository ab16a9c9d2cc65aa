#include "core/mime/lines.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace portreeve::mime {
namespace {

// Small enough for counts of one byte, so that compilers make vector code of the loops below.
constexpr std::size_t kBlock = 240;

struct BlockScan {
  std::uint8_t lfs;
  std::uint8_t crlfs;
  std::uint8_t dashes;
};

// Precondition: at[-1] to at[kBlock + 1] can be read.
BlockScan scan_block(const char* at) {
  BlockScan scan{};
  const char* before = at - 1;
  for (std::size_t i = 0; i < kBlock; ++i) {
    auto lf = static_cast<std::uint8_t>(at[i] == '\n');
    scan.lfs = static_cast<std::uint8_t>(scan.lfs + lf);
    scan.crlfs = static_cast<std::uint8_t>(scan.crlfs + (lf & static_cast<std::uint8_t>(before[i] == '\r')));
    scan.dashes = static_cast<std::uint8_t>(
        scan.dashes | (lf & static_cast<std::uint8_t>(at[i + 1] == '-') & static_cast<std::uint8_t>(at[i + 2] == '-')));
  }
  return scan;
}

void add(LineScan& total, const BlockScan& block) {
  total.lfs += block.lfs;
  total.bare_lfs += static_cast<std::size_t>(block.lfs - block.crlfs);
  total.consumed += kBlock;
}

// Line by line up to `until` or what was looked for, which is told by true.
bool step_to_dashes(LineScan& scan, std::string_view bytes, std::size_t until, char before) {
  while (scan.consumed < until) {
    const char* from = bytes.data() + scan.consumed;
    const void* found = std::memchr(from, '\n', until - scan.consumed);
    if (!found) {
      scan.consumed = until;
      return false;
    }
    auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    ++scan.lfs;
    if ((at == 0 ? before : bytes[at - 1]) != '\r') ++scan.bare_lfs;
    scan.consumed = at + 1;
    std::string_view next = bytes.substr(at + 1, 2);
    if (next.empty() || next == "-" || next == "--") return true;
  }
  return false;
}

}  // namespace

LineScan count_lines(std::string_view bytes, char before) {
  LineScan scan;
  auto count_byte = [&] {
    char c = bytes[scan.consumed];
    if (c == '\n') {
      ++scan.lfs;
      if ((scan.consumed == 0 ? before : bytes[scan.consumed - 1]) != '\r') ++scan.bare_lfs;
    }
    ++scan.consumed;
  };
  if (!bytes.empty()) count_byte();
  while (scan.consumed + kBlock + 2 <= bytes.size()) add(scan, scan_block(bytes.data() + scan.consumed));
  while (scan.consumed < bytes.size()) count_byte();
  return scan;
}

LineScan scan_to_dashes(std::string_view bytes, char before) {
  LineScan scan;
  // The first line apart: a text in which every line begins with dashes then doesn't pay for a block each.
  constexpr std::size_t kFirstLine = 100;
  if (step_to_dashes(scan, bytes, std::min(bytes.size(), kFirstLine), before)) return scan;
  while (scan.consumed + kBlock + 2 <= bytes.size()) {
    BlockScan block = scan_block(bytes.data() + scan.consumed);
    if (block.dashes) break;
    add(scan, block);
  }
  step_to_dashes(scan, bytes, bytes.size(), before);
  return scan;
}

bool has_binary(std::string_view bytes, char before) {
  auto is_bad = [](char c, char previous) {
    return static_cast<std::uint8_t>(static_cast<std::uint8_t>(c == '\0') |
                                     static_cast<std::uint8_t>((c == '\n') != (previous == '\r')));
  };
  if (bytes.empty()) return false;
  if (is_bad(bytes.front(), before)) return true;
  constexpr std::size_t kPiece = 4'096;
  for (std::size_t at = 1; at < bytes.size(); at += kPiece) {
    std::size_t end = std::min(bytes.size(), at + kPiece);
    const char* text = bytes.data();
    std::uint8_t found = 0;
    for (std::size_t i = at; i < end; ++i) found = static_cast<std::uint8_t>(found | is_bad(text[i], text[i - 1]));
    if (found) return true;
  }
  return false;
}

}  // namespace portreeve::mime
