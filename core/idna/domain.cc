#include "core/idna/domain.h"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/utf8.h"

namespace portreeve::idna {
namespace {

constexpr std::string_view kPrefix = "xn--";
// No character takes more bytes in UTF-8 than four, and none fewer than one in an A-label.
constexpr std::size_t kMaxGivenBytes = kMaxDomainBytes * 4;
// UTS #46 §2.3 takes these for dots.
constexpr std::array<std::string_view, 4> kDots = {".", "\u3002", "\uff0e", "\uff61"};

using Owned = std::unique_ptr<char, decltype([](char* text) { idn2_free(text); })>;

std::optional<std::string> finish(int result, Owned text) {
  if (result == IDN2_MALLOC) throw std::bad_alloc();
  if (result != IDN2_OK) return std::nullopt;
  return std::string(text.get());
}

std::optional<std::string> encode(const std::string& label) {
  std::uint8_t* found = nullptr;
  const int result = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(label.c_str()), &found,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  return finish(result, Owned(reinterpret_cast<char*>(found)));
}

std::optional<std::string> decode(const std::string& label) {
  char* found = nullptr;
  const int result = idn2_to_unicode_8z8z(label.c_str(), &found, 0);
  return finish(result, Owned(found));
}

bool is_ascii(std::string_view text) { return std::ranges::none_of(text, base::is_eight_bit); }

// Anything that can stand in an address without quotes; no more than letters, digits and hyphens in an A-label.
bool is_ascii_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabelBytes) return false;
  const bool is_a_label = base::starts_with_ignoring_case(label, kPrefix);
  return std::ranges::all_of(label, [&](char c) {
    return is_a_label ? base::is_alpha(c) || base::is_digit(c) || c == '-' : base::is_atext(c);
  });
}

// The lower-case form of a label of ASCII.
std::optional<std::string> check_ascii(std::string_view given) {
  if (!is_ascii_label(given)) return std::nullopt;
  std::string label = base::lowered(given);
  if (!label.starts_with(kPrefix)) return label;
  const auto unicode = decode(label);
  if (!unicode) return label;
  // Two names would otherwise look like one.
  const auto again = encode(*unicode);
  if (again && *again != label) return std::nullopt;
  return label;
}

std::optional<std::string> label_to_ascii(std::string_view label) {
  if (is_ascii(label)) return check_ascii(label);
  // The mapping can leave plain ASCII, nothing at all, or an A-label in disguise.
  auto ascii = encode(std::string(label));
  return ascii ? check_ascii(*ascii) : std::nullopt;
}

// Takes a label and the dot behind it. False if that dot wasn't there.
bool take_label(std::string_view& rest, std::string_view& label) {
  std::size_t end = rest.size();
  std::size_t dot_bytes = 0;
  for (const std::string_view dot : kDots) {
    const std::size_t at = rest.substr(0, end).find(dot);
    if (at == std::string_view::npos) continue;
    end = at;
    dot_bytes = dot.size();
  }
  label = rest.substr(0, end);
  rest.remove_prefix(end + dot_bytes);
  return dot_bytes > 0;
}

bool is_literal(std::string_view text) { return text.starts_with('['); }

std::optional<std::string> literal_to_ascii(std::string_view text) {
  const auto is_content = [](char c) { return c > ' ' && c < 0x7f && c != '[' && c != '\\' && c != ']'; };
  const bool is_good = text.size() > 2 && text.size() <= kMaxDomainBytes && text.back() == ']' &&
                       std::ranges::all_of(text.substr(1, text.size() - 2), is_content);
  return is_good ? std::optional(base::lowered(text)) : std::nullopt;
}

}  // namespace

std::optional<std::string> to_ascii(std::string_view domain) {
  if (is_literal(domain)) return literal_to_ascii(domain);
  if (domain.size() > kMaxGivenBytes || !base::is_utf8(domain)) return std::nullopt;
  // The library reads up to a NUL.
  if (std::ranges::any_of(domain, base::is_control)) return std::nullopt;
  std::string out;
  std::string_view label;
  while (take_label(domain, label) || !label.empty()) {
    const auto ascii = label_to_ascii(label);
    if (!ascii) return std::nullopt;
    if (!out.empty()) out.push_back('.');
    out += *ascii;
    if (out.size() > kMaxDomainBytes) return std::nullopt;
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::string to_unicode(std::string_view ascii_domain) {
  std::string out;
  for (bool goes_on = true; goes_on;) {
    const std::size_t end = std::min(ascii_domain.find('.'), ascii_domain.size());
    std::string_view label = ascii_domain.substr(0, end);
    if (is_ascii_label(label) && base::starts_with_ignoring_case(label, kPrefix)) {
      const std::string ascii = base::lowered(label);
      const auto unicode = decode(ascii);
      // Nothing is shown that would lead elsewhere if it were typed.
      const bool is_u_label = unicode && encode(*unicode) == ascii;
      out += is_u_label ? *unicode : std::string(label);
    } else {
      out += label;
    }
    goes_on = end < ascii_domain.size();
    if (goes_on) out.push_back('.');
    ascii_domain.remove_prefix(goes_on ? end + 1 : end);
  }
  return out;
}

std::optional<std::string> lowered(std::string_view domain) {
  auto ascii = to_ascii(domain);
  return ascii && !is_ascii(domain) ? to_unicode(*ascii) : ascii;
}

bool is_same_domain(std::string_view a, std::string_view b) {
  if (base::equals_ignoring_case(a, b)) return true;
  const auto a_ascii = to_ascii(a);
  return a_ascii && a_ascii == to_ascii(b);
}

}  // namespace portreeve::idna
