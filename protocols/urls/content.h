// What the URL of a message or of a part means: bytes of the store, read a piece at a time.
// Memory: one piece, or of HEADER.FIELDS those fields. While it is there the message may be expunged, and is kept.
// Threads: one at a time; what reads blocks, so a worker's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/mime/section.h"
#include "protocols/urls/imap_url.h"
#include "storage/store.h"

namespace portreeve::urls {

class Content {
 public:
  // Bytes [begin, end) of a body, or a text of its own. `open` keeps the body.
  Content(store::Store& store, std::unique_ptr<store::OpenMailbox> open, store::BodyId body, mime::Extent extent)
      : store_(store), open_(std::move(open)), body_(body), extent_(extent) {}
  Content(store::Store& store, std::string text) : store_(store), extent_{0, text.size()}, text_(std::move(text)) {}

  // What hasn't been read yet.
  std::uint64_t left() const { return extent_.size(); }
  // Appends the next bytes, `most` or what is left.
  store::Result<> read(std::uint64_t most, std::string& out);

  store::BodyId body() const { return body_; }
  const mime::Extent& extent() const { return extent_; }

 private:
  store::Store& store_;
  std::unique_ptr<store::OpenMailbox> open_;
  store::BodyId body_ = 0;  // 0: it is in text_
  mime::Extent extent_;     // what hasn't been read
  std::string text_;
};

// Of what the URL names in `mailbox`, which is the one that it means. Errc::not_found: UIDVALIDITY is another, or there
// is no such message or part. Precondition: it names a message.
store::Result<std::unique_ptr<Content>> open_content(store::Store& store, store::MailboxId mailbox, const ImapUrl& url);

// RFC 3501 §6.4.5: what lies beyond the end is empty.
mime::Extent clipped(mime::Extent extent, const std::optional<Partial>& partial);

}  // namespace portreeve::urls
