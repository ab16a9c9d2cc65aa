#include "protocols/session/languages.h"

#include <algorithm>
#include <iterator>

#include "core/base/ascii.h"

namespace portreeve::session {
namespace {

constexpr Language kLanguages[] = {Language::english, Language::german, Language::french,   Language::spanish,
                                   Language::italian, Language::dutch,  Language::i_default};
constexpr std::size_t kMaxSubtag = 8;

// RFC 4647 §3.4: shortened from the end until a tag is equal.
std::optional<Language> lookup(std::string_view range) {
  for (;;) {
    const auto* known = std::ranges::find_if(
        kLanguages, [&](Language each) { return base::equals_ignoring_case(language_tag(each), range); });
    if (known != std::end(kLanguages)) return *known;
    const std::size_t end = range.rfind('-');
    if (end == std::string_view::npos) return std::nullopt;
    range = range.substr(0, end);
  }
}

}  // namespace

std::span<const Language> languages() { return kLanguages; }

std::string_view language_tag(Language language) {
  switch (language) {
    case Language::english: return "en";
    case Language::german: return "de";
    case Language::french: return "fr";
    case Language::spanish: return "es";
    case Language::italian: return "it";
    case Language::dutch: return "nl";
    case Language::i_default: break;
  }
  return "i-default";
}

std::string_view language_name(Language language) {
  switch (language) {
    case Language::english: return "English";
    case Language::german: return "Deutsch";
    case Language::french: return "Français";
    case Language::spanish: return "Español";
    case Language::italian: return "Italiano";
    case Language::dutch: return "Nederlands";
    case Language::i_default: break;
  }
  return "Default language";
}

// extended-language-range = (1*8ALPHA / "*") *("-" (1*8alphanum / "*"))
bool is_language_range(std::string_view text) {
  bool is_first = true;
  for (;;) {
    const std::size_t end = std::min(text.find('-'), text.size());
    const std::string_view subtag = text.substr(0, end);
    const bool is_good =
        std::ranges::all_of(subtag, [&](char c) { return base::is_alpha(c) || (!is_first && base::is_digit(c)); });
    if (subtag.empty() || subtag.size() > kMaxSubtag || (!is_good && subtag != "*")) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
    is_first = false;
  }
}

std::optional<Language> choose_language(std::span<const std::string> ranges) {
  for (const std::string& range : ranges) {
    if (range == "*") return kLanguages[0];
    if (base::equals_ignoring_case(range, "default")) return Language::i_default;
    if (const auto found = lookup(range)) return found;
  }
  return std::nullopt;
}

}  // namespace portreeve::session
