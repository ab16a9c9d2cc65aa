#include "protocols/smtp/path.h"

#include <algorithm>
#include <cstdint>

#include "core/base/ascii.h"

namespace portreeve::smtp {
namespace {

using Taken = std::expected<std::string, std::string_view>;

bool is_let_dig(char c) { return base::is_alpha(c) || base::is_digit(c); }

// RFC 5322 §3.2.3 and RFC 6531 §3.3: atext =/ UTF8-non-ascii.
bool is_atext(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return is_let_dig(c) || base::is_eight_bit(c) || kMarks.find(c) != std::string_view::npos;
}

// dcontent = %d33-90 / %d94-126
bool is_dcontent(char c) { return c > ' ' && c < 0x7f && c != '[' && c != '\\' && c != ']'; }

// RFC 3629 §4: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead >= 0x80 && (lead < 0xc2 || lead > 0xf4)) return false;
    if (text.size() - at < length) return false;
    for (std::size_t i = 1; i < length; ++i) {
      if ((static_cast<std::uint8_t>(text[at + i]) & 0xc0) != 0x80) return false;
    }
    if (length > 1) {
      const auto second = static_cast<std::uint8_t>(text[at + 1]);
      if (lead == 0xe0 && second < 0xa0) return false;
      if (lead == 0xed && second > 0x9f) return false;
      if (lead == 0xf0 && second < 0x90) return false;
      if (lead == 0xf4 && second > 0x8f) return false;
    }
    at += length;
  }
  return true;
}

bool is_dot_string(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && !text.contains("..") &&
         std::ranges::all_of(text, [](char c) { return c == '.' || is_atext(c); });
}

// Domain = sub-domain *("." sub-domain); sub-domain = Let-dig [Ldh-str] / U-label
bool is_domain(std::string_view text) {
  while (!text.empty()) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    const bool is_u_label = std::ranges::any_of(label, base::is_eight_bit);
    if (!is_u_label && label.size() > 63) return false;  // RFC 1035 §2.3.4
    if (!std::ranges::all_of(label,
                             [](char c) { return is_let_dig(c) || c == '-' || c == '_' || base::is_eight_bit(c); })) {
      return false;
    }
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
  return false;
}

bool is_address_literal(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         std::ranges::all_of(text.substr(1, text.size() - 2), is_dcontent);
}

// Quoted-string = DQUOTE *QcontentSMTP DQUOTE
Taken take_quoted(std::string_view& text) {
  std::string value;
  std::size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
    if (at == text.size() || base::is_control(text[at])) break;
    value.push_back(text[at]);
  }
  if (at >= text.size() || text[at] != '"') return std::unexpected("Bad quoted string in the address");
  text.remove_prefix(at + 1);
  return value;
}

Taken take_local(std::string_view& text, PathKind kind) {
  if (text.starts_with('"')) return take_quoted(text);
  const auto end = std::ranges::find_if(text, [](char c) { return c != '.' && !is_atext(c); });
  std::string local(text.begin(), end);
  text.remove_prefix(local.size());
  const bool is_good = kind == PathKind::reverse ? !local.empty() : is_dot_string(local);
  if (!is_good) return std::unexpected("Bad local part in the address");
  return local;
}

Taken take_domain(std::string_view& text) {
  std::size_t length = 0;
  if (text.starts_with('[')) {
    length = std::min(text.find(']'), text.size() - 1) + 1;
    if (!is_address_literal(text.substr(0, length))) return std::unexpected("Bad address literal");
  } else {
    const auto end = std::ranges::find_if(
        text, [](char c) { return !is_let_dig(c) && c != '.' && c != '-' && c != '_' && !base::is_eight_bit(c); });
    length = static_cast<std::size_t>(end - text.begin());
    if (!is_domain(text.substr(0, length))) return std::unexpected("Bad domain in the address");
  }
  if (length > kMaxDomainBytes) return std::unexpected("Domain too long");
  std::string domain(text.substr(0, length));
  text.remove_prefix(length);
  return domain;
}

// A-d-l ":" = At-domain *( "," At-domain ) ":"
std::expected<void, std::string_view> drop_source_route(std::string_view& text) {
  while (text.starts_with('@')) {
    text.remove_prefix(1);
    if (const auto domain = take_domain(text); !domain) return std::unexpected(domain.error());
    if (text.starts_with(',')) {
      text.remove_prefix(1);
      if (text.starts_with('@')) continue;
    } else if (text.starts_with(':')) {
      text.remove_prefix(1);
      return {};
    }
    return std::unexpected("Bad source route");
  }
  return {};
}

std::expected<Path, std::string_view> take_mailbox(std::string_view& text, PathKind kind) {
  const std::size_t before = text.size();
  auto local = take_local(text, kind);
  if (!local) return std::unexpected(local.error());
  const std::size_t local_bytes = before - text.size();
  if (kind == PathKind::forward && local_bytes > kMaxLocalBytes) return std::unexpected("Local part too long");
  Path path{std::move(*local), {}};
  if (text.starts_with('@')) {
    text.remove_prefix(1);
    auto domain = take_domain(text);
    if (!domain) return std::unexpected(domain.error());
    path.domain = std::move(*domain);
  } else if (kind == PathKind::reverse || !base::equals_ignoring_case(path.local, "postmaster")) {
    return std::unexpected("The address needs a domain");
  }
  if (before - text.size() > kMaxPathBytes - 2) return std::unexpected("Address too long");
  if (!path.is_ascii() && !(is_utf8(path.local) && is_utf8(path.domain))) {
    return std::unexpected("The address is not UTF-8");
  }
  return path;
}

}  // namespace

bool Path::is_ascii() const {
  return std::ranges::none_of(local, base::is_eight_bit) && std::ranges::none_of(domain, base::is_eight_bit);
}

std::string Path::address() const { return domain.empty() ? local : local + '@' + domain; }

std::string Path::text() const {
  if (is_null() || is_dot_string(local)) return address();
  std::string out = "\"";
  for (const char c : local) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  if (!domain.empty()) out.append("@").append(domain);
  return out;
}

std::expected<Path, std::string_view> take_path(std::string_view& text, PathKind kind) {
  if (!text.starts_with('<')) return take_mailbox(text, kind);
  text.remove_prefix(1);
  if (kind == PathKind::reverse && text.starts_with('>')) {
    text.remove_prefix(1);
    return Path{};
  }
  if (const auto dropped = drop_source_route(text); !dropped) return std::unexpected(dropped.error());
  auto path = take_mailbox(text, kind);
  if (!path) return path;
  if (!text.starts_with('>')) return std::unexpected("The address is not closed by >");
  text.remove_prefix(1);
  return path;
}

bool is_domain_or_literal(std::string_view name) {
  return name.size() <= kMaxDomainBytes && std::ranges::none_of(name, base::is_eight_bit) &&
         (is_domain(name) || is_address_literal(name));
}

}  // namespace portreeve::smtp
