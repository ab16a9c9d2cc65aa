#include "protocols/imap/comparator.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/mime/text.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kMaxOrder = 255;  // RFC 4790 §3.2

struct Known {
  std::string_view name;
  Collation collation;
};
constexpr Known kKnown[] = {
    {"i;unicode-casemap", Collation::unicode_casemap},
    {"i;ascii-casemap", Collation::ascii_casemap},
    {"i;octet", Collation::octet},
};

bool is_default(std::string_view order) { return base::equals_ignoring_case(order, "default"); }

// collation-wild: '*' stands for any text. Back to the last star is enough.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  for (std::size_t i = 0; i < name.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && base::to_lower(pattern[at]) == name[i]) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return pattern.substr(at).find_first_not_of('*') == std::string_view::npos;
}

std::vector<Comparator> matching(std::string_view order) {
  if (is_default(order)) return {Comparator{}};
  const bool is_reverse = order.starts_with('-');
  if (is_reverse || order.starts_with('+')) order.remove_prefix(1);
  std::vector<Comparator> found;
  for (const Known& known : kKnown) {
    if (matches(order, known.name)) found.push_back({known.collation, is_reverse});
  }
  return found;
}

}  // namespace

std::string comparator_name(Comparator comparator) {
  const auto* known = std::ranges::find(kKnown, comparator.collation, &Known::collation);
  return (comparator.is_reverse ? "-" : "") + std::string(known->name);
}

// collation-order = ["+" / "-"] collation-wild; collation-wild = ("*" / (ALPHA ["*"])) *(collation-char ["*"])
bool is_collation_order(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > kMaxOrder || (text[0] != '*' && !base::is_alpha(text[0]))) return false;
  return std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == ';' || c == '=' || c == '.' || c == '*';
  });
}

std::optional<ComparatorChoice> choose_comparator(std::span<const std::string> orders) {
  ComparatorChoice choice;
  for (const std::string& order : orders) {
    for (const Comparator& each : matching(order)) {
      if (std::ranges::find(choice.matching, each) == choice.matching.end()) choice.matching.push_back(each);
    }
  }
  if (choice.matching.empty()) return std::nullopt;
  choice.active = choice.matching.front();
  return choice;
}

Needle::Needle(Collation collation, std::string_view utf8) : collation_(collation) {
  switch (collation) {
    case Collation::unicode_casemap: text_ = mime::fold(utf8); break;
    case Collation::ascii_casemap: text_ = base::lowered(utf8); break;
    case Collation::octet: text_ = utf8; break;
  }
}

bool Needle::is_in(std::string_view utf8) const {
  switch (collation_) {
    case Collation::unicode_casemap: break;
    case Collation::ascii_casemap: return base::lowered(utf8).find(text_) != std::string::npos;
    case Collation::octet: return utf8.contains(text_);
  }
  return mime::contains(utf8, text_);
}

std::string collation_key(Collation collation, std::string_view utf8) {
  switch (collation) {
    case Collation::unicode_casemap: break;
    case Collation::ascii_casemap: return base::uppered(utf8);  // RFC 4790 §9.2.1
    case Collation::octet: return std::string(utf8);
  }
  return mime::collation_key(utf8);
}

}  // namespace portreeve::imap
