#include "protocols/imap/decoded_part.h"

#include <algorithm>

namespace portreeve::imap {
namespace {

constexpr std::uint64_t kPiece = std::size_t{64} * 1024;

}  // namespace

store::Result<> DecodedPart::refill() {
  if (taken_ < decoded_.size()) return {};
  decoded_.clear();
  taken_ = 0;
  while (decoded_.empty() && begin_ < end_) {
    raw_.clear();
    const std::uint64_t length = std::min(kPiece, end_ - begin_);
    if (auto read = store_.read_body(body_, begin_, length, raw_); !read) return read;
    if (raw_.size() != length)
      return std::unexpected(store::Error{store::Errc::corrupt, "a body is shorter than its summary says"});
    begin_ += length;
    decoder_.feed(raw_, decoded_);
    if (begin_ == end_) decoder_.finish(decoded_);
  }
  return {};
}

store::Result<> DecodedPart::read(std::uint64_t most, std::string& out) {
  while (most > 0) {
    if (auto filled = refill(); !filled) return filled;
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(most, decoded_.size() - taken_));
    if (count == 0) break;
    out.append(decoded_, taken_, count);
    taken_ += count;
    most -= count;
  }
  return {};
}

store::Result<std::uint64_t> DecodedPart::skip(std::uint64_t most) {
  std::uint64_t skipped = 0;
  while (skipped < most) {
    if (auto filled = refill(); !filled) return std::unexpected(filled.error());
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(most - skipped, decoded_.size() - taken_));
    if (count == 0) break;
    taken_ += count;
    skipped += count;
  }
  return skipped;
}

store::Result<DecodedPart::Measure> DecodedPart::measure(std::uint64_t offset, std::uint64_t length) {
  Measure measure;
  if (const auto skipped = skip(offset); !skipped) return std::unexpected(skipped.error());
  while (measure.size < length) {
    if (auto filled = refill(); !filled) return std::unexpected(filled.error());
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(length - measure.size, decoded_.size() - taken_));
    if (count == 0) break;
    measure.has_nul = measure.has_nul || std::string_view(decoded_).substr(taken_, count).contains('\0');
    taken_ += count;
    measure.size += count;
  }
  return measure;
}

}  // namespace portreeve::imap
