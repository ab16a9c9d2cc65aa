// Encoded words (RFC 2047): "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=" and the text around them, as UTF-8.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::mime {

// Decodes an unfolded value. White space between two encoded words goes (RFC 2047 §6.2); what is malformed or of an
// unknown charset stays as it is; other text that isn't UTF-8 is read as Windows-1252. At most `limit` bytes.
std::string decode_words(std::string_view text, std::size_t limit);

}  // namespace portreeve::mime
