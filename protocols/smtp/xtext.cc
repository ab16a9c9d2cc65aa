#include "protocols/smtp/xtext.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/utf8.h"

namespace portreeve::smtp {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";
constexpr std::string_view kEscape = "\\x{";

bool is_graphic(char c) { return c > ' ' && c < 0x7f; }

// xchar = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="
bool is_xchar(char c) { return is_graphic(c) && c != '+' && c != '='; }

// QCHAR = %x21-2a / %x2c-3c / %x3e-5b / %x5d-7e: neither "+" nor "=" nor "\"
bool is_qchar(char c) { return is_xchar(c) && c != '\\'; }

std::optional<std::uint32_t> parse_hex(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"
std::optional<char32_t> take_escape(std::string_view& text) {
  constexpr std::size_t kMaxDigits = 6;
  if (!text.starts_with(kEscape)) return std::nullopt;
  const std::string_view digits = text.substr(kEscape.size(), text.find('}', kEscape.size()) - kEscape.size());
  if (digits.size() > kMaxDigits || kEscape.size() + digits.size() >= text.size()) return std::nullopt;
  const std::optional<std::uint32_t> value = parse_hex(digits);
  text.remove_prefix(kEscape.size() + digits.size() + 1);
  return value;
}

}  // namespace

std::string encode_xtext(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_xchar(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out.append({'+', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return out;
}

std::optional<std::string> decode_xtext(std::string_view encoded) {
  std::string out;
  while (!encoded.empty()) {
    if (encoded.front() == '+') {
      if (encoded.size() < 3) return std::nullopt;
      const std::optional<std::uint32_t> byte = parse_hex(encoded.substr(1, 2));
      if (!byte) return std::nullopt;
      out.push_back(static_cast<char>(*byte));
      encoded.remove_prefix(3);
    } else {
      if (!is_xchar(encoded.front())) return std::nullopt;
      out.push_back(encoded.front());
      encoded.remove_prefix(1);
    }
  }
  return out;
}

std::string encode_utf8_address(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    if (is_qchar(utf8.front())) {
      out.push_back(utf8.front());
      utf8.remove_prefix(1);
      continue;
    }
    const std::optional<char32_t> character = mime::take_character(utf8);
    if (!character) return out;
    // HEXPOINT has two digits at least.
    std::string digits;
    for (auto rest = static_cast<std::uint32_t>(*character); rest != 0 || digits.size() < 2; rest >>= 4) {
      digits.push_back(kDigits[rest & 15]);
    }
    std::ranges::reverse(digits);
    out.append(kEscape).append(digits).push_back('}');
  }
  return out;
}

std::optional<std::string> decode_utf8_address(std::string_view encoded) {
  if (!base::is_utf8(encoded)) return std::nullopt;
  std::string out;
  while (!encoded.empty()) {
    if (encoded.front() == '\\') {
      const std::optional<char32_t> character = take_escape(encoded);
      if (!character || !mime::append_character(out, *character)) return std::nullopt;
    } else {
      if (!is_graphic(encoded.front()) && !base::is_eight_bit(encoded.front())) return std::nullopt;
      out.push_back(encoded.front());
      encoded.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace portreeve::smtp
