#include "core/mime/header.h"

#include <algorithm>
#include <cstring>

#include "core/base/ascii.h"

namespace portreeve::mime {
namespace {

std::size_t line_length(std::string_view text) {
  auto end = text.find('\n');
  return end == std::string_view::npos ? text.size() : end + 1;
}

bool is_blank_line(std::string_view text) { return text.starts_with('\n') || text.starts_with("\r\n"); }

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Of what stands before the colon: ftext (RFC 5322 §3.6.8), with blanks after it as obsolete syntax allows (§4.5).
std::string_view field_name(std::string_view text) {
  text = base::trimmed(text);
  auto is_ftext = [](char c) { return c > ' ' && c < 0x7f; };
  return std::ranges::all_of(text, is_ftext) ? text : std::string_view{};
}

int compare_names(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    char x = base::to_lower(a[i]);
    char y = base::to_lower(b[i]);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

}  // namespace

bool FieldReader::next(Field& field) {
  while (!rest_.empty() && !is_blank_line(rest_)) {
    std::size_t first = line_length(rest_);
    std::size_t size = first;
    while (size < rest_.size() && base::is_space(rest_[size])) size += line_length(rest_.substr(size));
    std::string_view raw = rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (base::is_space(raw.front())) continue;
    auto colon = raw.substr(0, first).find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view name = field_name(raw.substr(0, colon));
    if (name.empty()) continue;
    field = {.name = name, .value = without_line_end(raw.substr(colon + 1)), .raw = raw};
    return true;
  }
  return false;
}

std::string_view header_block(std::string_view message) {
  std::size_t at = 0;
  while (at < message.size()) {
    std::string_view rest = message.substr(at);
    at += line_length(rest);
    if (is_blank_line(rest)) break;
  }
  return message.substr(0, at);
}

std::string unfold(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  while (!value.empty()) {
    auto end = value.find('\n');
    out += without_line_end(value.substr(0, end == std::string_view::npos ? end : end + 1));
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 1);
  }
  std::string_view kept = base::trimmed(out);
  if (kept.size() != out.size()) out = std::string(kept);
  return out;
}

std::optional<std::string_view> find_field(std::string_view block, std::string_view name) {
  FieldReader reader(block);
  for (Field field; reader.next(field);) {
    if (base::equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> find_fields(std::string_view block, std::string_view name) {
  std::vector<std::string_view> values;
  FieldReader reader(block);
  for (Field field; reader.next(field);) {
    if (base::equals_ignoring_case(field.name, name)) values.push_back(field.value);
  }
  return values;
}

FieldNames::FieldNames(const std::vector<std::string>& names) {
  for (const std::string& name : names) names_.push_back(base::lowered(name));
  std::ranges::sort(names_, [](const auto& a, const auto& b) { return compare_names(a, b) < 0; });
}

bool FieldNames::has(std::string_view name) const {
  auto at = std::ranges::lower_bound(names_, name,
                                     [](std::string_view a, std::string_view b) { return compare_names(a, b) < 0; });
  return at != names_.end() && compare_names(*at, name) == 0;
}

std::string header_fields(std::string_view block, const FieldNames& names, bool negate) {
  std::string out;
  FieldReader reader(block);
  for (Field field; reader.next(field);) {
    if (names.has(field.name) == negate) continue;
    out += field.raw;
    if (!field.raw.ends_with('\n')) out += "\r\n";
  }
  out += "\r\n";
  return out;
}

}  // namespace portreeve::mime
