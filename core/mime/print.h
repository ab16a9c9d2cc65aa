// IMAP's ways to print strings (RFC 3501 §9 nstring). NULs, which no IMAP string can hold, are left out.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::mime {

// Quoted where that can be; a literal for 8-bit text, CR and LF.
void print_string(std::string& out, std::string_view text);
// NIL for nothing.
void print_nstring(std::string& out, std::optional<std::string_view> text);
// A field's raw value, unfolded; NIL if there is no such field.
void print_field(std::string& out, std::optional<std::string_view> value);

}  // namespace portreeve::mime
