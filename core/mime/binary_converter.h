// A message that came as binary data (BODY=BINARYMIME, RFC 3030 §3), turned into one that POP3 and IMAP can give: no
// NUL, and CR and LF in line ends only.
//
// Parts that are declared binary are encoded, text in quoted-printable and all else in base64; multiparts and messages
// around them become 8bit, for those may not be encoded (RFC 2045 §6.4). What they decode to is what arrived, to the
// byte, and all the rest is copied to the byte. What can't be converted without guessing or breaking a signature is a
// fault.
//
// A binary part ends only at a boundary that follows CRLF, which belongs to the boundary (RFC 2046 §5.1.1). Parts
// beyond Limits::max_depth and max_parts are not looked into: they are copied and may hold no binary data. A multipart
// that is nested too deep, or names no boundary, still becomes 8bit.
//
// Memory is bounded by the limits: one header block, one boundary line and the boundaries of the open multiparts.
// Threads: a converter belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/mime/summary.h"

namespace portreeve::mime {

enum class ConversionFault : std::uint8_t {
  none,
  not_labelled,    // binary data where none was declared or may be: a header, a preamble, a 7bit or 8bit part
  signed_content,  // a conversion is due in a multipart/signed (RFC 1847 §2.1) or under a DKIM or ARC signature
  header_too_big,  // a header block is larger than Limits::max_header_bytes
};

class BinaryConverter {
 public:
  explicit BinaryConverter(Limits limits = {});
  ~BinaryConverter();
  BinaryConverter(BinaryConverter&&) noexcept;
  BinaryConverter& operator=(BinaryConverter&&) noexcept;

  // Appends what is certain by now: at most 3.2 times the bytes fed, and what was held. How the message is cut into
  // pieces makes no difference to the whole.
  void feed(std::string_view bytes, std::string& out);
  // Ends the message. The converter is spent. A message whose end is encoded gets a CRLF there; others stay as they
  // are.
  void finish(std::string& out);

  // The first that was met. What was appended is then of no use.
  ConversionFault fault() const;
  // Whether the output differs from the input.
  bool has_changed() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portreeve::mime
