#include <algorithm>

#include "core/base/ascii.h"
#include "protocols/urls/imap_url.h"

namespace portreeve::urls {
namespace {

using Text = mime::Section::Text;

// More than the deepest part that mime::Limits lets a message have.
constexpr std::size_t kMaxPartDepth = 128;
constexpr std::size_t kMaxFields = 1000;

struct Name {
  std::string_view text;
  Text kind;
};
constexpr Name kNames[] = {{"HEADER", Text::header},
                           {"TEXT", Text::text},
                           {"MIME", Text::mime},
                           {"HEADER.FIELDS", Text::header_fields},
                           {"HEADER.FIELDS.NOT", Text::header_fields_not}};

bool is_atom_char(char c) {
  constexpr std::string_view kSpecials = "(){%*\"\\";
  return !base::is_control(c) && !base::is_eight_bit(c) && c != ' ' && !kSpecials.contains(c);
}

// astring, without literals (RFC 5092 §11 has none in a URL).
std::optional<std::string> take_astring(std::string_view& rest) {
  std::string out;
  if (!rest.starts_with('"')) {
    const auto end = std::ranges::find_if_not(rest, is_atom_char);
    out.assign(rest.begin(), end);
    rest.remove_prefix(out.size());
    return out.empty() ? std::nullopt : std::optional(out);
  }
  rest.remove_prefix(1);
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return out;
    if (c == '\\') {
      if (rest.empty()) return std::nullopt;
      c = rest.front();
      rest.remove_prefix(1);
      if (c != '"' && c != '\\') return std::nullopt;
    }
    if (base::is_control(c)) return std::nullopt;
    out += c;
  }
  return std::nullopt;
}

// header-list = "(" header-fld-name *(SP header-fld-name) ")", and nothing behind it
bool take_fields(std::string_view rest, std::vector<std::string>& fields) {
  if (!rest.starts_with('(')) return false;
  while (fields.size() < kMaxFields) {
    rest.remove_prefix(1);
    auto field = take_astring(rest);
    if (!field) return false;
    fields.push_back(std::move(*field));
    if (rest == ")") return true;
    if (!rest.starts_with(' ')) return false;
  }
  return false;
}

bool take_number(std::string_view& rest, std::uint32_t& number) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < rest.size() && base::is_digit(rest[digits]); ++digits) {
    value = value * 10 + static_cast<std::uint64_t>(rest[digits] - '0');
    if (value > UINT32_MAX) return false;
  }
  if (digits == 0 || rest.front() == '0') return false;
  rest.remove_prefix(digits);
  number = static_cast<std::uint32_t>(value);
  return true;
}

}  // namespace

// section-spec = section-msgtext / (section-part ["." section-text])
std::optional<mime::Section> parse_section(std::string_view text) {
  mime::Section section;
  while (!text.empty() && base::is_digit(text.front())) {
    if (section.part.size() == kMaxPartDepth || !take_number(text, section.part.emplace_back())) return std::nullopt;
    if (text.empty()) return section;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  const std::size_t end = std::min(text.find(' '), text.size());
  const auto is_name = [&](const Name& name) { return base::equals_ignoring_case(name.text, text.substr(0, end)); };
  const Name* name = std::ranges::find_if(kNames, is_name);
  if (name == std::end(kNames)) return std::nullopt;
  section.text = name->kind;
  if (section.text == Text::mime && section.part.empty()) return std::nullopt;
  if (section.is_filtered() != (end < text.size())) return std::nullopt;
  if (section.is_filtered() && !take_fields(text.substr(end + 1), section.fields)) return std::nullopt;
  return section;
}

std::string print_section(const mime::Section& section) {
  std::string out;
  for (const std::uint32_t number : section.part) out.append(std::to_string(number)).append(".");
  if (section.text == Text::all) {
    if (!out.empty()) out.pop_back();
    return out;
  }
  out += std::ranges::find(kNames, section.text, &Name::kind)->text;
  if (!section.is_filtered()) return out;
  for (const std::string& field : section.fields) {
    out += &field == section.fields.data() ? " (" : " ";
    if (!field.empty() && std::ranges::all_of(field, is_atom_char)) {
      out += field;
      continue;
    }
    out += '"';
    for (const char c : field) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out + ')';
}

}  // namespace portreeve::urls
