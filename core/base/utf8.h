// Is it UTF-8 (RFC 3629 §4)? No overlong forms, no surrogates, nothing beyond U+10FFFF.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace portreeve::base {

// How many bytes of `text` come before the first one that is no UTF-8; all of them if there is none.
std::size_t utf8_prefix(std::string_view text);

// How many bytes of `text` come before the first one with its eighth bit set.
std::size_t ascii_prefix(std::string_view text);

inline bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

}  // namespace portreeve::base
