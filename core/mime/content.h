// What a part's header says of its content, and the pieces of BODYSTRUCTURE that follow from it alone.
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "core/mime/known_fields.h"

namespace portreeve::mime {

struct Content {
  enum class Kind : std::uint8_t { basic, text, message, multipart };
  Kind kind = Kind::text;
  bool is_digest = false;  // multipart/digest: its parts are messages unless they say otherwise
  bool is_global = false;  // message/global (RFC 6532): its header is UTF-8
  std::string boundary;    // of a multipart, not empty

  // Printed. `fields` goes up to and with the encoding, or is a multipart's subtype; `extension` is what BODYSTRUCTURE
  // has more than BODY, with a blank before each item.
  std::string fields;
  std::string extension;
};

// `in_digest`: the part of a multipart/digest, whose default type is message/rfc822 (RFC 2046 §5.1.5).
Content read_content(const KnownFields& fields, bool in_digest);

// As a leaf of unknown type, for what is nested too deep to be looked into.
void make_opaque(Content& content, const KnownFields& fields);

}  // namespace portreeve::mime
