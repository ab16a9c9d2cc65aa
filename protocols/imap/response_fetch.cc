#include "protocols/imap/object_id.h"
#include "protocols/imap/response.h"

namespace portreeve::imap {

FetchWriter::FetchWriter(std::string& out, std::uint32_t number, bool is_uid) : out_(out) {
  out_ += "* ";
  write_number(out_, number);
  out_ += is_uid ? " UIDFETCH (" : " FETCH (";
}

void FetchWriter::name(std::string_view name) {
  if (!is_first_) out_ += ' ';
  is_first_ = false;
  out_ += name;
}

FetchWriter& FetchWriter::uid(std::uint32_t uid) {
  name("UID ");
  write_number(out_, uid);
  return *this;
}

FetchWriter& FetchWriter::flags(SystemFlags flags, bool is_recent, std::uint64_t keyword_bits,
                                std::span<const std::string> keywords) {
  name("FLAGS ");
  write_flags(out_, flags, is_recent, keyword_bits, keywords);
  return *this;
}

FetchWriter& FetchWriter::internal_date(std::int64_t unix_seconds) {
  name("INTERNALDATE ");
  write_internal_date(out_, unix_seconds);
  return *this;
}

FetchWriter& FetchWriter::save_date(std::uint32_t unix_seconds) {
  name("SAVEDATE ");
  if (unix_seconds == 0) {
    out_ += "NIL";
  } else {
    write_internal_date(out_, unix_seconds);
  }
  return *this;
}

FetchWriter& FetchWriter::rfc822_size(std::uint64_t size) {
  name("RFC822.SIZE ");
  write_number(out_, size);
  return *this;
}

FetchWriter& FetchWriter::mod_seq(std::uint64_t mod_seq) {
  name("MODSEQ (");
  write_number(out_, mod_seq);
  out_ += ')';
  return *this;
}

// RFC 8474 §5.3
FetchWriter& FetchWriter::email_id(std::int64_t body) {
  name("EMAILID (");
  write_object_id(out_, ObjectKind::email, body);
  out_ += ')';
  return *this;
}

FetchWriter& FetchWriter::no_thread_id() {
  name("THREADID NIL");
  return *this;
}

FetchWriter& FetchWriter::envelope(std::string_view printed) {
  name("ENVELOPE ");
  out_ += printed;
  return *this;
}

FetchWriter& FetchWriter::body(std::string_view printed) {
  name("BODY ");
  out_ += printed;
  return *this;
}

FetchWriter& FetchWriter::body_structure(std::string_view printed) {
  name("BODYSTRUCTURE ");
  out_ += printed;
  return *this;
}

void FetchWriter::label(const FetchItem& item) {
  switch (item.kind) {
    case FetchItem::Kind::rfc822: return name("RFC822");
    case FetchItem::Kind::rfc822_header: return name("RFC822.HEADER");
    case FetchItem::Kind::rfc822_text: return name("RFC822.TEXT");
    case FetchItem::Kind::preview: return name("PREVIEW");
    case FetchItem::Kind::binary: name("BINARY["); break;
    case FetchItem::Kind::binary_size: name("BINARY.SIZE["); break;
    default: name("BODY["); break;
  }
  out_ += item.section.label;
  out_ += ']';
  if (!item.partial) return;
  // RFC 3501 §7.4.2: the origin alone, without the length.
  out_ += '<';
  write_number(out_, item.partial->offset);
  out_ += '>';
}

void FetchWriter::binary_size(const FetchItem& item, std::uint64_t size) {
  label(item);
  out_ += ' ';
  write_number(out_, size);
}

FetchWriter& FetchWriter::preview(std::string_view text) {
  name("PREVIEW ");
  write_string(out_, text);
  return *this;
}

void FetchWriter::literal(const FetchItem& item, std::uint64_t size, bool is_binary) {
  label(item);
  out_ += is_binary ? " ~{" : " {";
  write_number(out_, size);
  out_ += "}\r\n";
}

void FetchWriter::nil(const FetchItem& item) {
  label(item);
  out_ += " NIL";
}

void FetchWriter::finish() { out_ += ")\r\n"; }

}  // namespace portreeve::imap
