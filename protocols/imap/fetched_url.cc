#include "protocols/imap/fetched_url.h"

#include <algorithm>
#include <utility>

#include "core/mime/known_fields.h"
#include "protocols/imap/printed_structure.h"
#include "protocols/imap/response.h"

namespace portreeve::imap {
namespace {

using Why = urls::Refusal::Why;

constexpr std::uint64_t kPiece = std::uint64_t{64} * 1024;
// Of a part's header, to find its encoding.
constexpr std::uint64_t kMaxPartHeader = std::uint64_t{256} * 1024;

}  // namespace

store::Result<> UrlAnswer::open(std::string_view host_name, store::AccountId asker, std::int64_t now) {
  head_ = "* URLFETCH ";
  write_string(head_, asked_.url);
  auto content = urls::open_authorized(store_, host_name, asked_.url, {.account = asker}, now);
  if (!content) {
    print_nil();
    if (content.error().why != Why::failed) return {};
    return std::unexpected(content.error().error);
  }
  content_ = std::move(*content);
  left_ = content_->left();
  if (asked_.is_extended()) return open_extended(*urls::parse_url(asked_.url));
  head_ += ' ';
  print_literal(false);
  return {};
}

void UrlAnswer::print_nil() {
  head_ += " NIL";
  left_ = 0;
}

// What is stored as it is has no NUL, so that only decoded text needs a literal8.
void UrlAnswer::print_literal(bool has_nul) {
  head_ += has_nul ? "~{" : "{";
  write_number(head_, left_);
  head_ += "}\r\n";
}

store::Result<> UrlAnswer::open_extended(const urls::ImapUrl& url) {
  const mime::Section section = url.section.value_or(mime::Section());
  const bool is_part = section.text == mime::Section::Text::all;
  std::string_view structure;
  std::optional<mime::Summary> summary;
  mime::TransferEncoding encoding = mime::TransferEncoding::identity;
  if (is_part) {
    auto read = store_.summary(content_->body());
    if (!read) return std::unexpected(read.error());
    summary = std::move(*read);
    structure = structure_of(summary->body_structure, section.part);
    const mime::Part* part = mime::find_part(*summary, section.part);
    // The whole message and what holds parts may not be encoded (RFC 2045 §6.4).
    const bool may_be_encoded = part != nullptr && !section.part.empty() && !part->is_multipart && !part->is_message;
    if (asked_.has_binary && may_be_encoded) {
      const auto found = encoding_of(*part);
      if (!found) return std::unexpected(found.error());
      encoding = *found;
      if (auto decoded = decode(*part, encoding, url); !decoded) return decoded;
    }
  }
  // A header has no structure that could be told.
  if (asked_.has_structure && structure.empty()) {
    print_nil();
    return {};
  }
  if (asked_.has_structure) {
    head_ += " (BODYPARTSTRUCTURE ";
    head_ += decoded_ ? decoded_structure(structure, decoded_size_, decoded_lines_) : std::string(structure);
    head_ += ')';
  }
  if (!asked_.has_body && !asked_.has_binary) {
    left_ = 0;
    return {};
  }
  head_ += asked_.has_body ? " (BODY " : " (BINARY ";
  tail_ = ")\r\n";
  if (encoding == mime::TransferEncoding::unknown) {
    head_ += "NIL";
    left_ = 0;
  } else {
    print_literal(has_nul_);
  }
  return {};
}

store::Result<mime::TransferEncoding> UrlAnswer::encoding_of(const mime::Part& part) {
  std::string header;
  const std::uint64_t length = std::min(part.body_begin - part.header_begin, kMaxPartHeader);
  const auto read = store_.read_body(content_->body(), part.header_begin, length, header);
  if (!read) return std::unexpected(read.error());
  return mime::transfer_encoding(mime::known_fields(header).transfer_encoding.value_or(""));
}

// Its size stands before the text, so that it is decoded twice rather than held.
store::Result<> UrlAnswer::decode(const mime::Part& part, mime::TransferEncoding encoding, const urls::ImapUrl& url) {
  if (encoding == mime::TransferEncoding::identity || encoding == mime::TransferEncoding::unknown) return {};
  DecodedPart measured = decoder(part, encoding);
  std::string piece;
  do {
    piece.clear();
    if (auto read = measured.read(kPiece, piece); !read) return read;
    decoded_size_ += piece.size();
    decoded_lines_ += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
    has_nul_ = has_nul_ || piece.contains('\0');
  } while (!piece.empty());

  const mime::Extent wanted = urls::clipped({0, decoded_size_}, url.partial);
  decoded_.emplace(decoder(part, encoding));
  if (const auto skipped = decoded_->skip(wanted.begin); !skipped) return std::unexpected(skipped.error());
  left_ = wanted.size();
  return {};
}

store::Result<> UrlAnswer::read(std::uint64_t most, std::string& out) {
  const std::size_t had = out.size();
  const std::uint64_t length = std::min(most, left_);
  auto read = decoded_ ? decoded_->read(length, out) : content_->read(length, out);
  if (!read) return read;
  if (out.size() - had != length) return std::unexpected(store::Error{store::Errc::corrupt, "a text has changed"});
  left_ -= length;
  return {};
}

}  // namespace portreeve::imap
