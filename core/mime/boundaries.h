// The multiparts that are open while a message is read, and which of them a line belongs to (RFC 2046 §5.1.1).
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

struct OpenPart {
  std::size_t index = 0;  // in the tree
  std::string boundary;   // of a multipart whose closing boundary hasn't come; else empty
  bool is_digest = false;
  bool is_multipart = false;
  std::uint32_t children = 0;
  std::uint64_t lfs_before = 0;  // LFs in the message before this part's body
};

struct BoundaryMatch {
  std::size_t level = 0;  // in the stack
  bool is_close = false;
};

// `line` begins with "--" and may still have its line end. Where several boundaries fit, the longest is meant, and of
// equal ones the innermost.
std::optional<BoundaryMatch> match_boundary(const std::vector<OpenPart>& open, std::string_view line);

}  // namespace portreeve::mime
