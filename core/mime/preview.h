// The beginning of a text as a list of messages shows it (RFC 8970).
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portreeve::mime {

constexpr std::size_t kPreviewCharacters = 200;

// The first characters of a text in UTF-8, on one line: blanks joined, control and invisible characters left out. Of
// HTML, which may be cut off anywhere, only what would be shown, told by simple means: tags, comments, scripts, styles
// and the head go, the common entities become what they stand for.
std::string preview(std::string_view utf8, bool is_html);

}  // namespace portreeve::mime
