#include "protocols/session/texts.h"

#include <algorithm>

namespace portreeve::session {
namespace {

constexpr std::string_view kBetween = ": ";

std::optional<std::string_view> look_up(std::string_view english, std::span<const Translation> table) {
  const auto found = std::ranges::lower_bound(table, english, {}, &Translation::english);
  if (found == table.end() || found->english != english) return std::nullopt;
  return found->text;
}

}  // namespace

std::span<const Translation> translations(Language language) {
  switch (language) {
    case Language::german: return german_texts();
    case Language::french: return french_texts();
    case Language::spanish: return spanish_texts();
    case Language::italian: return italian_texts();
    case Language::dutch: return dutch_texts();
    case Language::english:
    case Language::i_default: break;
  }
  return {};
}

std::string translated(std::string_view english, Language language) {
  const std::span<const Translation> table = translations(language);
  std::string out;
  for (;;) {
    if (const auto whole = look_up(english, table)) return out.append(*whole);
    const std::size_t end = english.find(kBetween);
    if (end == std::string_view::npos) return out.append(english);
    out += look_up(english.substr(0, end), table).value_or(english.substr(0, end));
    out += kBetween;
    english.remove_prefix(end + kBetween.size());
  }
}

}  // namespace portreeve::session
