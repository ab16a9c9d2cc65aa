#include "core/config/address.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/idna/domain.h"

namespace portreeve::config {
namespace {

constexpr std::size_t kMaxLocalBytes = 64;  // RFC 5321 §4.5.3.1.1

// Of a host, in A-labels: letters, digits and hyphens (RFC 1123 §2.1). An administrator who writes anything else has
// mistyped it.
bool is_host_name(std::string_view ascii) {
  while (!ascii.empty()) {
    const std::size_t end = std::min(ascii.find('.'), ascii.size());
    const std::string_view label = ascii.substr(0, end);
    if (label.starts_with('-') || label.ends_with('-')) return false;
    if (!std::ranges::all_of(label, [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-'; })) {
      return false;
    }
    ascii.remove_prefix(std::min(end + 1, ascii.size()));
  }
  return true;
}

}  // namespace

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
