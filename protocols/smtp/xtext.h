// The forms in which parameters of MAIL and RCPT carry text that may hold anything: xtext (RFC 3461 §4) and, for
// addresses in UTF-8, utf-8-addr-xtext and utf-8-addr-unitext (RFC 6533 §3).
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::smtp {

std::string encode_xtext(std::string_view text);
// Any bytes may come out. Lower-case hexadecimal digits are taken too.
std::optional<std::string> decode_xtext(std::string_view encoded);

// `utf8` has to be UTF-8. The result is ASCII: utf-8-addr-xtext.
std::string encode_utf8_address(std::string_view utf8);
// Any of the three forms of utf-8-enc-addr, so that "+" stands for itself. What comes out is UTF-8.
std::optional<std::string> decode_utf8_address(std::string_view encoded);

}  // namespace portreeve::smtp
