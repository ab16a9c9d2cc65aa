#include "core/mime/find_bytes.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace portreeve::mime {
namespace {

constexpr std::size_t kWidth = 16;
// A vector of the compiler's, which every machine of ours has in some form.
using Bytes = std::uint8_t __attribute__((vector_size(kWidth)));

Bytes load(const char* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, kWidth);
  return bytes;
}

Bytes all(char c) { return Bytes{} + static_cast<std::uint8_t>(c); }

}  // namespace

bool has_bytes(std::string_view haystack, std::string_view needle) {
  if (needle.empty()) return true;
  if (needle.size() > haystack.size()) return false;
  // Where its first and its last byte stand as far from each other as they should, 16 places at a time.
  const Bytes first = all(needle.front());
  const Bytes last = all(needle.back());
  const std::size_t to_last = needle.size() - 1;
  std::size_t at = 0;
  for (; at + to_last + kWidth <= haystack.size(); at += kWidth) {
    const char* from = haystack.data() + at;
    const auto hits = (load(from) == first) & (load(from + to_last) == last);
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &hits, kWidth);
    if ((halves[0] | halves[1]) == 0) continue;
    for (std::size_t i = 0; i < kWidth; ++i) {
      if (hits[i] != 0 && std::memcmp(from + i, needle.data(), needle.size()) == 0) return true;
    }
  }
  return haystack.substr(at).find(needle) != std::string_view::npos;
}

}  // namespace portreeve::mime
