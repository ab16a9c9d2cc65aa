#include "core/config/address.h"

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/idna/domain.h"

namespace portreeve::config {
namespace {

constexpr std::size_t kMaxLocalBytes = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::size_t kMaxDomainBytes = 255;  // RFC 5321 §4.5.3.1.2

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxDomainBytes) return false;
  // Labels of letters, digits and inner hyphens (RFC 1123 §2.1; RFC 5321 §4.1.2: sub-domain).
  char before = '.';
  for (char c : text) {
    const bool is_inner = c == '-' || c == '.';
    if (!is_inner && !base::is_alpha(c) && !base::is_digit(c)) return false;
    if (c == '.' && (before == '.' || before == '-')) return false;
    if (c == '-' && before == '.') return false;
    before = c;
  }
  return before != '.' && before != '-';
}

std::expected<std::string, std::string> normalize_domain(std::string_view text) {
  const auto ascii = idna::to_ascii(text);
  if (!ascii || text.ends_with('.') || !is_host_name(*ascii)) {
    return std::unexpected("is not a domain; write one such as example.org");
  }
  return *idna::lowered(text);
}

std::expected<std::string, std::string> normalize_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::unexpected("is not an address; write one such as name@example.org");
  const std::string_view local = text.substr(0, at);
  // Quoted local parts are left out: they only make trouble.
  if (local.size() > kMaxLocalBytes || !base::is_dot_string(local) || !base::is_utf8(local)) {
    return std::unexpected(
        "is not an address: what stands before the @ has to be a name of at most 64 letters, digits "
        "and signs such as . - _ +");
  }
  const auto domain = normalize_domain(text.substr(at + 1));
  if (!domain) return std::unexpected("is not an address: what stands after the @ " + domain.error());
  return std::string(local) + "@" + *domain;
}

std::expected<std::string, std::string> normalize_alias(std::string_view text) {
  if (!text.starts_with('@')) return normalize_address(text);
  const auto domain = normalize_domain(text.substr(1));
  if (!domain) return std::unexpected("is not an address: what stands after the @ " + domain.error());
  return "@" + *domain;
}

}  // namespace portreeve::config
