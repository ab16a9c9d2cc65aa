// Text from elsewhere made fit for a field, or a line, that is printed here: whatever it is, it ends neither.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portreeve::mime {

// So long that a name and a colon still fit into a line of 998 (RFC 5322 §2.1.1).
constexpr std::size_t kMaxFieldText = 900;

enum class TextKind { ascii, utf8 };

// CR, LF and tabs become blanks, other controls "?", and so does 8-bit text where only ASCII may stand; what is no
// UTF-8 becomes U+FFFD. At most `limit` bytes, without blanks at the ends.
std::string field_text(std::string_view text, TextKind kind, std::size_t limit = kMaxFieldText);

}  // namespace portreeve::mime
