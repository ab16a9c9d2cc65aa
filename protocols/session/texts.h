// What people read of the server, in their language. The English text is the key; each language has a table of its own,
// texts_*.cc, sorted by it.
//
// A text in parts is "what: why", and each part has its translation: "Cannot list: it doesn't exist". A part that no
// table has, such as a name, stays as it is.
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocols/session/languages.h"

namespace portreeve::session {

struct Translation {
  std::string_view english;
  std::string_view text;  // UTF-8 without control characters
};

// Sorted by `english`. Empty for English itself.
std::span<const Translation> translations(Language language);
std::span<const Translation> german_texts();
std::span<const Translation> french_texts();
std::span<const Translation> spanish_texts();
std::span<const Translation> italian_texts();
std::span<const Translation> dutch_texts();

// UTF-8 if the language isn't English.
std::string translated(std::string_view english, Language language);

}  // namespace portreeve::session
