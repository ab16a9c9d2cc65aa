// The answer to one URL of URLFETCH (RFC 4467 §7, RFC 5524): what stands before the text, then the text in pieces.
// Memory: one piece, whatever the text's size. While it is there the message may be expunged, and is kept.
// Threads: one at a time; reads block, so a worker's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/mime/transfer.h"
#include "protocols/imap/command.h"
#include "protocols/imap/decoded_part.h"
#include "protocols/urls/authorized.h"
#include "storage/store.h"

namespace portreeve::imap {

class UrlAnswer {
 public:
  UrlAnswer(store::Store& store, const FetchedUrl& asked) : store_(store), asked_(asked) {}

  // Finds out what there is. NIL is printed for what can't be had, whyever; an error is the store's.
  store::Result<> open(std::string_view host_name, store::AccountId asker, std::int64_t now);

  // "* URLFETCH …" up to the text's first byte, or all of it.
  const std::string& head() const { return head_; }
  std::uint64_t left() const { return left_; }  // of the text
  store::Result<> read(std::uint64_t most, std::string& out);
  std::string_view tail() const { return tail_; }

 private:
  void print_nil();
  void print_literal(bool has_nul);
  store::Result<> open_extended(const urls::ImapUrl& url);
  store::Result<> decode(const mime::Part& part, mime::TransferEncoding encoding, const urls::ImapUrl& url);
  store::Result<mime::TransferEncoding> encoding_of(const mime::Part& part);
  DecodedPart decoder(const mime::Part& part, mime::TransferEncoding encoding) const {
    return {store_, content_->body(), part.body_begin, part.body_end, encoding};
  }

  store::Store& store_;
  const FetchedUrl& asked_;
  std::unique_ptr<urls::Content> content_;
  std::optional<DecodedPart> decoded_;
  // Of what is decoded, all of it.
  std::uint64_t decoded_size_ = 0;
  std::uint64_t decoded_lines_ = 0;
  bool has_nul_ = false;
  std::string head_;
  std::string_view tail_ = "\r\n";
  std::uint64_t left_ = 0;
};

}  // namespace portreeve::imap
