// Characters of UTF-8 (RFC 3629), one by one, as strictly as base/utf8.h: no overlong forms, no surrogates.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::mime {

// Takes a character from the front. Nothing, and nothing taken, if there is none.
std::optional<char32_t> take_character(std::string_view& text);
// False, and nothing added, for what is no character.
bool append_character(std::string& out, char32_t character);

}  // namespace portreeve::mime
