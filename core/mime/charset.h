// Text of any charset as UTF-8.
//
// Only charsets that mail uses are handed to iconv: its rarer converters have a history of crashing on hostile input.
// Output is bounded by `limit` bytes; what is beyond is cut between characters. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::mime {

bool is_ascii(std::string_view text);

// With U+FFFD for what is no UTF-8, one for each byte that can't be part of a character.
std::string sanitized_utf8(std::string_view text, std::size_t limit = std::string::npos);

// Nothing if the charset is unknown. Bytes that aren't in the charset become U+FFFD.
std::optional<std::string> to_utf8(std::string_view charset, std::string_view bytes, std::size_t limit);

// As above; an unknown charset is read as UTF-8 if it is that, else as Windows-1252.
std::string to_utf8_or_guess(std::string_view charset, std::string_view bytes, std::size_t limit);

// Whether to_utf8_or_guess() would give the bytes back unchanged. May say no though it would.
bool is_utf8_as_it_is(std::string_view charset, std::string_view bytes);

}  // namespace portreeve::mime
