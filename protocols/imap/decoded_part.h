// A body part with its transfer encoding undone (RFC 3516 §4.2), read from the store a piece at a time.
// Memory: one piece, whatever the part's size.
// Threads: one at a time; reads block, so a worker's.
#pragma once

#include <cstdint>
#include <string>

#include "core/mime/transfer.h"
#include "storage/store.h"

namespace portreeve::imap {

class DecodedPart {
 public:
  // The part's body is bytes [begin, end) of `body`. `store` must outlive it.
  DecodedPart(store::Store& store, store::BodyId body, std::uint64_t begin, std::uint64_t end,
              mime::TransferEncoding encoding)
      : store_(store), body_(body), begin_(begin), end_(end), decoder_(encoding) {}

  // Appends up to `most` further bytes; none: that was all.
  store::Result<> read(std::uint64_t most, std::string& out);
  // Passes over so many; gives how many there were.
  store::Result<std::uint64_t> skip(std::uint64_t most);

  // What lies from `offset` on, `length` bytes at most.
  struct Measure {
    std::uint64_t size = 0;
    bool has_nul = false;
  };
  // Passes over that. The part is spent.
  store::Result<Measure> measure(std::uint64_t offset, std::uint64_t length);

 private:
  // Sees to it that there are decoded bytes, if there are more.
  store::Result<> refill();

  store::Store& store_;
  store::BodyId body_;
  std::uint64_t begin_;
  std::uint64_t end_;
  mime::TransferDecoder decoder_;
  std::string raw_;
  std::string decoded_;
  std::size_t taken_ = 0;  // of decoded_
};

}  // namespace portreeve::imap
