#include "daemon/address.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace portreeve::daemon {
namespace {

constexpr std::size_t kMaxLocalBytes = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::size_t kMaxDomainBytes = 255;  // RFC 5321 §4.5.3.1.2

bool is_letter_or_digit(char c) { return base::is_alpha(c) || base::is_digit(c) || base::is_eight_bit(c); }

// RFC 5321 §4.1.2 Dot-string, with RFC 6531 §3.3's UTF-8. Quoted local parts are left out: they only make trouble.
bool is_dot_string(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~.";
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, [&](char c) { return is_letter_or_digit(c) || kOthers.contains(c); });
}

bool is_domain(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, end);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; })) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

std::expected<std::string, std::string> normalize_domain(std::string_view text) {
  if (text.size() > kMaxDomainBytes || !is_domain(text)) {
    return std::unexpected("is not a domain; write one such as example.org");
  }
  return base::lowered(text);
}

std::expected<std::string, std::string> normalize_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::unexpected("is not an address; write one such as name@example.org");
  const std::string_view local = text.substr(0, at);
  if (local.size() > kMaxLocalBytes || !is_dot_string(local)) {
    return std::unexpected(
        "is not an address: what stands before the @ has to be a name of at most 64 letters, digits "
        "and signs such as . - _ +");
  }
  const auto domain = normalize_domain(text.substr(at + 1));
  if (!domain) return std::unexpected("is not an address: what stands after the @ " + domain.error());
  return std::string(local) + "@" + *domain;
}

}  // namespace portreeve::daemon
