#include "core/mime/binary_converter.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/mime/boundaries.h"
#include "core/mime/content.h"
#include "core/mime/header.h"
#include "core/mime/known_fields.h"
#include "core/mime/lines.h"
#include "core/mime/parameters.h"
#include "core/mime/transfer.h"

namespace portreeve::mime {
namespace {

constexpr std::string_view kEncodingField = "Content-Transfer-Encoding";

struct OpenPart {
  bool is_digest = false;
  bool is_signed = false;  // multipart/signed
};

// What to do with a part, by its header.
struct Plan {
  enum class Body : std::uint8_t { copied, encoded, multipart, message };
  Body body = Body::copied;
  std::string_view new_encoding;  // for its Content-Transfer-Encoding; empty if that stays
  Content content;
  bool is_signed = false;
};

Plan plan_leaf(const Content& content, const std::optional<ContentType>& type) {
  // These two may not be encoded, and have no reason to be binary (RFC 2046 §5.2.2, §5.2.3).
  if (type && (type->is("message", "partial") || type->is("message", "external-body"))) return {};
  Plan plan;
  plan.body = Plan::Body::encoded;
  plan.new_encoding = content.kind == Content::Kind::text ? "quoted-printable" : "base64";
  return plan;
}

Plan plan_part(std::string_view header, bool in_digest, bool has_room) {
  KnownFields fields = known_fields(header);
  std::string_view encoding = fields.transfer_encoding.value_or("");
  bool is_binary = is_binary_encoding(encoding);
  Content content = read_content(fields, in_digest);
  auto type = fields.content_type ? parse_content_type(*fields.content_type) : std::nullopt;
  bool is_message = content.kind == Content::Kind::message;
  // Also one without a boundary, which content takes for text.
  bool is_multipart = type && type->is("multipart", "*");
  if (!is_message && !is_multipart) return is_binary ? plan_leaf(content, type) : Plan{};

  Plan plan;
  if (is_binary) plan.new_encoding = "8bit";
  plan.is_signed = is_multipart && type->is("multipart", "signed");
  if (!has_room) return plan;
  auto decoding = transfer_encoding(encoding);
  bool is_encoded = decoding == TransferEncoding::base64 || decoding == TransferEncoding::quoted_printable;
  if (content.kind == Content::Kind::multipart) plan.body = Plan::Body::multipart;
  // RFC 6532 §3.5 allows to encode one; what stands there is no header then.
  if (is_message && !is_encoded) plan.body = Plan::Body::message;
  plan.content = std::move(content);
  return plan;
}

// Were there several such fields, whichever one a reader goes by must say the same.
void write_header(std::string_view header, std::string_view encoding, std::string& out) {
  const char* copied = header.data();
  auto copy_until = [&](const char* until) {
    out.append(copied, until);
    copied = until;
  };
  FieldReader reader(header);
  for (Field field; reader.next(field);) {
    if (!base::equals_ignoring_case(field.name, kEncodingField)) continue;
    copy_until(field.value.data());
    out += ' ';
    out += encoding;
    if (field.raw.ends_with('\n')) out += "\r\n";
    copied = field.raw.data() + field.raw.size();
  }
  copy_until(header.data() + header.size());
}

bool has_signature(std::string_view header) {
  return find_field(header, "DKIM-Signature") || find_field(header, "ARC-Message-Signature");
}

}  // namespace

// Walks as SummaryBuilder does, and decides nothing before a line is complete. Lines end in CRLF everywhere but in what
// is encoded: elsewhere anything else is a fault before it could be taken for a line end.
struct BinaryConverter::Impl {
  explicit Impl(Limits given) : limits_(given) { begin_part(); }

  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);

  ConversionFault fault_ = ConversionFault::none;
  bool has_changed_ = false;

 private:
  enum class Area : std::uint8_t { header, copied, encoded };

  bool is_failed() const { return fault_ != ConversionFault::none; }
  void fail(ConversionFault fault);
  void begin_part();
  std::size_t feed_header(std::string_view bytes, std::string& out);
  void end_header(std::string& out);
  void begin_body(Plan plan);
  void end_header_at_boundary(std::string& out);
  void cross_boundary(BoundaryMatch match);
  std::optional<BoundaryMatch> match(std::string_view line) const;

  void copy(std::string_view bytes, std::string& out);
  std::size_t feed_copied(std::string_view bytes, std::string& out);
  std::size_t feed_copied_line(std::string_view bytes, std::string& out);

  std::size_t feed_encoded(std::string_view bytes, std::string& out);
  std::size_t feed_held_line(std::string_view bytes, std::string& out);
  void encode(std::string_view bytes, std::string& out);
  void release_break(std::string& out);
  void leave_encoded(std::string& out);

  Limits limits_;
  std::vector<OpenPart> open_;  // the message, then what is within, level by level
  Boundaries boundaries_;       // of the open multiparts whose closing ones haven't come
  std::size_t parts_ = 0;
  bool has_signature_ = false;  // in the message's own header
  Area area_ = Area::header;

  std::string header_;                 // of the innermost part
  std::size_t header_line_begin_ = 0;  // in `header_`: where the line begins

  // In a body.
  bool at_line_begin_ = true;
  bool is_watched_ = false;  // the line may be a boundary
  std::string line_;         // its beginning; when encoding, all of it that came, and nothing of it is encoded yet
  char last_ = '\0';         // the byte before, except when encoding

  TransferEncoder encoder_{TransferEncoding::identity};
  std::string_view break_;  // CR or CRLF that isn't encoded yet, since it may belong to a boundary
};

void BinaryConverter::Impl::fail(ConversionFault fault) {
  if (!is_failed()) fault_ = fault;
}

void BinaryConverter::Impl::begin_part() {
  ++parts_;
  open_.emplace_back();
  area_ = Area::header;
  header_.clear();
  header_line_begin_ = 0;
}

void BinaryConverter::Impl::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty() && !is_failed()) {
    switch (area_) {
      case Area::header: bytes.remove_prefix(feed_header(bytes, out)); break;
      case Area::copied: bytes.remove_prefix(feed_copied(bytes, out)); break;
      case Area::encoded: bytes.remove_prefix(feed_encoded(bytes, out)); break;
    }
  }
}

std::size_t BinaryConverter::Impl::feed_header(std::string_view bytes, std::string& out) {
  auto end = bytes.find('\n');
  bool is_complete = end != std::string_view::npos;
  std::string_view piece = bytes.substr(0, is_complete ? end + 1 : end);
  std::size_t room = limits_.max_header_bytes - header_.size();
  if (has_binary(piece.substr(0, room), last_)) fail(ConversionFault::not_labelled);
  if (piece.size() > room) fail(ConversionFault::header_too_big);
  if (is_failed()) return piece.size();
  header_ += piece;
  last_ = piece.back();
  if (!is_complete) return piece.size();
  std::string_view line = std::string_view(header_).substr(header_line_begin_);
  if (line == "\r\n") {
    end_header(out);
  } else if (line.starts_with("--") && match(line)) {
    end_header_at_boundary(out);
  } else {
    header_line_begin_ = header_.size();
  }
  return piece.size();
}

// The header of the innermost part is complete.
void BinaryConverter::Impl::end_header(std::string& out) {
  std::size_t level = open_.size() - 1;
  if (level == 0) has_signature_ = has_signature(header_);
  bool in_digest = level > 0 && open_[level - 1].is_digest;
  bool has_room = open_.size() <= limits_.max_depth && parts_ < limits_.max_parts;
  Plan plan = plan_part(header_, in_digest, has_room);
  if (plan.new_encoding.empty()) {
    out += header_;
  } else {
    // RFC 1847 §2.1: within a multipart/signed, whatever the part, encodings stay.
    if (has_signature_ || std::ranges::any_of(open_, &OpenPart::is_signed)) fail(ConversionFault::signed_content);
    has_changed_ = true;
    write_header(header_, plan.new_encoding, out);
  }
  begin_body(std::move(plan));
}

void BinaryConverter::Impl::begin_body(Plan plan) {
  open_.back() = {.is_digest = plan.content.is_digest, .is_signed = plan.is_signed};
  area_ = Area::copied;
  at_line_begin_ = true;
  switch (plan.body) {
    case Plan::Body::copied: break;
    case Plan::Body::encoded:
      area_ = Area::encoded;
      encoder_ = TransferEncoder(transfer_encoding(plan.new_encoding));
      break_ = {};
      break;
    case Plan::Body::multipart: boundaries_.open(open_.size() - 1, std::move(plan.content.boundary)); break;
    case Plan::Body::message: begin_part(); break;
  }
}

// The last line of `header_` is none of it, but a boundary.
void BinaryConverter::Impl::end_header_at_boundary(std::string& out) {
  std::string line = header_.substr(header_line_begin_);
  auto boundary = match(line);
  header_.resize(header_line_begin_);
  // Once more for a message within, which has then neither header nor body.
  while (area_ == Area::header) end_header(out);
  out += line;
  if (boundary) cross_boundary(*boundary);
}

std::optional<BoundaryMatch> BinaryConverter::Impl::match(std::string_view line) const {
  return boundaries_.match(line.substr(0, kMaxBoundaryLine));
}

// Ends and begins parts at a boundary line, which is copied already.
void BinaryConverter::Impl::cross_boundary(BoundaryMatch match) {
  area_ = Area::copied;
  at_line_begin_ = true;
  if (!match.is_close && parts_ >= limits_.max_parts) {
    boundaries_.close_from(0);
    return;
  }
  open_.resize(match.level + 1);
  boundaries_.close_from(match.is_close ? match.level : match.level + 1);
  if (!match.is_close) begin_part();
}

void BinaryConverter::Impl::copy(std::string_view bytes, std::string& out) {
  if (has_binary(bytes, last_)) fail(ConversionFault::not_labelled);
  out += bytes;
  last_ = bytes.back();
}

std::size_t BinaryConverter::Impl::feed_copied(std::string_view bytes, std::string& out) {
  if (is_watched_) return feed_copied_line(bytes, out);
  if (boundaries_.empty()) {
    copy(bytes, out);
    return bytes.size();
  }
  if (std::exchange(at_line_begin_, false) && bytes.front() == '-') {
    is_watched_ = true;
    return feed_copied_line(bytes, out);
  }
  std::size_t size = scan_to_dashes(bytes, last_).consumed;
  copy(bytes.substr(0, size), out);
  at_line_begin_ = last_ == '\n';
  return size;
}

std::size_t BinaryConverter::Impl::feed_copied_line(std::string_view bytes, std::string& out) {
  // The second byte tells whether it is worth more.
  bool is_second_here = line_.size() < 2 && line_.size() + bytes.size() >= 2;
  if (is_second_here && bytes[1 - line_.size()] != '-') {
    is_watched_ = false;
    line_.clear();
    return 0;
  }
  auto end = bytes.find('\n');
  bool is_complete = end != std::string_view::npos;
  std::string_view piece = bytes.substr(0, is_complete ? end + 1 : end);
  copy(piece, out);
  line_ += piece.substr(0, kMaxBoundaryLine - line_.size());
  if (!is_complete) return piece.size();
  is_watched_ = false;
  at_line_begin_ = true;
  if (auto boundary = match(line_)) cross_boundary(*boundary);
  line_.clear();
  return piece.size();
}

std::size_t BinaryConverter::Impl::feed_encoded(std::string_view bytes, std::string& out) {
  if (is_watched_) return feed_held_line(bytes, out);
  if (boundaries_.empty()) {
    encoder_.feed(bytes, out);
    return bytes.size();
  }
  if (break_ == "\r" && bytes.front() == '\n') {
    break_ = "\r\n";
    at_line_begin_ = true;
    return 1;
  }
  if (std::exchange(at_line_begin_, false) && bytes.front() == '-') {
    is_watched_ = true;
    return feed_held_line(bytes, out);
  }
  std::size_t size = scan_to_dashes(bytes, '\0').consumed;
  encode(bytes.substr(0, size), out);
  return size;
}

std::size_t BinaryConverter::Impl::feed_held_line(std::string_view bytes, std::string& out) {
  std::string_view piece = bytes.substr(0, kMaxBoundaryLine - line_.size());
  auto end = piece.find('\n');
  if (end != std::string_view::npos) piece = piece.substr(0, end + 1);
  line_ += piece;
  bool may_match = line_.starts_with("--") || line_ == "-";
  // What comes after so many bytes makes no difference to a match.
  bool is_decided = line_.ends_with('\n') || line_.size() == kMaxBoundaryLine || !may_match;
  if (!is_decided) return piece.size();
  if (may_match && match(line_)) {
    leave_encoded(out);
  } else {
    is_watched_ = false;
    encode(std::exchange(line_, {}), out);
  }
  return piece.size();
}

// All but a line end at the end.
void BinaryConverter::Impl::encode(std::string_view bytes, std::string& out) {
  release_break(out);
  if (bytes.ends_with("\r\n")) {
    break_ = "\r\n";
    at_line_begin_ = true;
  } else if (bytes.ends_with('\r')) {
    break_ = "\r";
  }
  bytes.remove_suffix(break_.size());
  encoder_.feed(bytes, out);
}

void BinaryConverter::Impl::release_break(std::string& out) {
  encoder_.feed(break_, out);
  break_ = {};
}

// What is held in `break_` and `line_` is a boundary. The rest of its line may still have to come.
void BinaryConverter::Impl::leave_encoded(std::string& out) {
  encoder_.finish(out);
  out += break_;
  last_ = '\n';
  area_ = Area::copied;
  feed_copied_line(std::exchange(line_, {}), out);
}

void BinaryConverter::Impl::finish(std::string& out) {
  if (is_failed()) return;
  if (area_ != Area::encoded && last_ == '\r') fail(ConversionFault::not_labelled);
  while (area_ == Area::header) end_header(out);
  if (area_ != Area::encoded) return;
  if (is_watched_ && line_.starts_with("--") && match(line_)) {
    leave_encoded(out);
    if (last_ == '\r') fail(ConversionFault::not_labelled);
    return;
  }
  release_break(out);
  encoder_.feed(line_, out);
  encoder_.finish(out);
  encoder_.end_line(out);
}

BinaryConverter::BinaryConverter(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
BinaryConverter::~BinaryConverter() = default;
BinaryConverter::BinaryConverter(BinaryConverter&&) noexcept = default;
BinaryConverter& BinaryConverter::operator=(BinaryConverter&&) noexcept = default;

void BinaryConverter::feed(std::string_view bytes, std::string& out) { impl_->feed(bytes, out); }

void BinaryConverter::finish(std::string& out) { impl_->finish(out); }

ConversionFault BinaryConverter::fault() const { return impl_->fault_; }

bool BinaryConverter::has_changed() const { return impl_->has_changed_; }

}  // namespace portreeve::mime
