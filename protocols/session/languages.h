// The languages in which people are spoken to, and how a client asks for one: IMAP by LANGUAGE (RFC 5255), POP3 by LANG
// (RFC 6856).
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace portreeve::session {

// i_default is what is spoken to who asks for nothing (RFC 2277 §4.5): English, and ASCII.
enum class Language : std::uint8_t { english, german, french, spanish, italian, dutch, i_default };

// All of them, the preferred first.
std::span<const Language> languages();
// "de"; "i-default".
std::string_view language_tag(Language language);
// As its speakers call it: "Deutsch".
std::string_view language_name(Language language);

// A range of RFC 4647 §2: "de", "de-CH", "de-*-1996", "*". "default" is one too.
bool is_language_range(std::string_view text);

// The first range that means a language decides, by the lookup of RFC 4647 §3.4: "de-CH-1996" is satisfied by "de".
// "*" is any language, "default" is i_default. Each is_language_range().
std::optional<Language> choose_language(std::span<const std::string> ranges);

}  // namespace portreeve::session
