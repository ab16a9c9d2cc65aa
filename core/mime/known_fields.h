// The fields of a header that a summary is made of, found in one pass.
// Threads: values; views into the header.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace portreeve::mime {

// Raw values. Of a field that may stand once, the first; To, Cc and Bcc count as one list each (RFC 5322 §4.5.3).
struct KnownFields {
  using Value = std::optional<std::string_view>;
  Value date, subject, from, sender, reply_to, in_reply_to, message_id;
  std::vector<std::string_view> to, cc, bcc;
  Value content_type, transfer_encoding, content_id, description, disposition, md5, language, location;
};

KnownFields known_fields(std::string_view header);

}  // namespace portreeve::mime
