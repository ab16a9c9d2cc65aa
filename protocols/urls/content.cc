#include "protocols/urls/content.h"

#include <algorithm>
#include <utility>

#include "core/mime/header.h"

namespace portreeve::urls {
namespace {

// Of a header that HEADER.FIELDS looks at. What lies beyond in a monstrous one isn't found.
constexpr std::uint64_t kMaxFilteredHeader = std::uint64_t{4} * 1024 * 1024;

std::unexpected<store::Error> gone(std::string what) {
  return std::unexpected(store::Error{store::Errc::not_found, std::move(what)});
}

std::unexpected<store::Error> too_short() {
  return std::unexpected(store::Error{store::Errc::corrupt, "a body is shorter than its summary says"});
}

store::Result<std::unique_ptr<Content>> filtered(store::Store& store, store::BodyId body, const mime::Section& section,
                                                 mime::Extent header, const std::optional<Partial>& partial) {
  std::string bytes;
  const auto read = store.read_body(body, header.begin, std::min(header.size(), kMaxFilteredHeader), bytes);
  if (!read) return std::unexpected(read.error());
  std::string text = mime::header_fields(bytes, mime::FieldNames(section.fields),
                                         section.text == mime::Section::Text::header_fields_not);
  const mime::Extent wanted = clipped({0, text.size()}, partial);
  return std::make_unique<Content>(store, text.substr(wanted.begin, wanted.size()));
}

}  // namespace

mime::Extent clipped(mime::Extent extent, const std::optional<Partial>& partial) {
  if (!partial) return extent;
  extent.begin = std::min(extent.end, extent.begin + partial->offset);
  if (partial->length) extent.end = std::min(extent.end, extent.begin + *partial->length);
  return extent;
}

store::Result<> Content::read(std::uint64_t most, std::string& out) {
  const std::uint64_t length = std::min(most, left());
  if (length == 0) return {};
  if (body_ == 0) {
    out.append(text_, extent_.begin, length);
  } else {
    const std::size_t had = out.size();
    if (auto read = store_.read_body(body_, extent_.begin, length, out); !read) return read;
    if (out.size() - had != length) return too_short();
  }
  extent_.begin += length;
  return {};
}

store::Result<std::unique_ptr<Content>> open_content(store::Store& store, store::MailboxId mailbox,
                                                     const ImapUrl& url) {
  auto open = store.open(mailbox, [] {});
  if (!open) return std::unexpected(open.error());
  const store::SnapshotPtr messages = (*open)->mailbox().snapshot();
  if (url.uid_validity != 0 && url.uid_validity != messages->uid_validity) return gone("the mailbox is another one");
  const store::Message* message = messages->find(url.uid);
  if (message == nullptr) return gone("there is no such message");

  std::optional<mime::Extent> extent = mime::Extent{0, message->size};
  if (url.section) {
    const auto summary = store.summary(message->body);
    if (!summary) return std::unexpected(summary.error());
    extent = mime::section_extent(*url.section, *summary);
    if (!extent) return gone("the message has no such part");
    if (url.section->is_filtered()) return filtered(store, message->body, *url.section, *extent, url.partial);
  }
  return std::make_unique<Content>(store, std::move(*open), message->body, clipped(*extent, url.partial));
}

}  // namespace portreeve::urls
