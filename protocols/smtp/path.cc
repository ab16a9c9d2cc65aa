#include "protocols/smtp/path.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/idna/domain.h"

namespace portreeve::smtp {
namespace {

using Taken = std::expected<std::string, std::string_view>;

bool is_let_dig(char c) { return base::is_alpha(c) || base::is_digit(c); }

bool is_ascii(std::string_view text) { return std::ranges::none_of(text, base::is_eight_bit); }

// RFC 6531 §3.3: atext =/ UTF8-non-ascii.
bool is_atext(char c) { return base::is_atext(c) || base::is_eight_bit(c); }

// dcontent = %d33-90 / %d94-126
bool is_dcontent(char c) { return c > ' ' && c < 0x7f && c != '[' && c != '\\' && c != ']'; }

// Domain = sub-domain *("." sub-domain); sub-domain = Let-dig [Ldh-str] / U-label. Whether a U-label is one is for
// core/idna to say, once the text is known to be UTF-8.
bool is_domain(std::string_view text) {
  while (!text.empty()) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (is_ascii(label) && label.size() > idna::kMaxLabelBytes) return false;
    if (!std::ranges::all_of(label,
                             [](char c) { return is_let_dig(c) || c == '-' || c == '_' || base::is_eight_bit(c); })) {
      return false;
    }
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
  return false;
}

// What stands in the brackets of an address literal, if they are all right.
std::optional<std::string_view> literal_content(std::string_view text) {
  if (text.size() <= 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  const std::string_view content = text.substr(1, text.size() - 2);
  return std::ranges::all_of(content, is_dcontent) ? std::optional(content) : std::nullopt;
}

bool is_ip_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

// RFC 5321 §4.1.3. Octets with leading zeros, which the grammar allows, are refused: some read them as octal.
bool is_address_literal(std::string_view text) {
  constexpr std::string_view kIpv6 = "IPv6:";
  const auto content = literal_content(text);
  if (!content) return false;
  if (base::starts_with_ignoring_case(*content, kIpv6)) return is_ip_address(AF_INET6, content->substr(kIpv6.size()));
  const std::size_t colon = content->find(':');
  if (colon == std::string_view::npos) return is_ip_address(AF_INET, *content);
  // General-address-literal = Standardized-tag ":" 1*dcontent; Standardized-tag = Ldh-str
  const std::string_view tag = content->substr(0, colon);
  return !tag.empty() && is_let_dig(tag.back()) && colon + 1 < content->size() &&
         std::ranges::all_of(tag, [](char c) { return is_let_dig(c) || c == '-'; });
}

// Quoted-string = DQUOTE *QcontentSMTP DQUOTE; quoted-pairSMTP = %d92 %d32-126, which RFC 6531 left as it was.
Taken take_quoted(std::string_view& text) {
  std::string value;
  std::size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && (++at == text.size() || base::is_eight_bit(text[at]))) break;
    if (base::is_control(text[at])) break;
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
  const bool is_good = kind == PathKind::reverse ? !local.empty() : base::is_dot_string(local);
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
  if (!path.is_ascii() && !(base::is_utf8(path.local) && base::is_utf8(path.domain))) {
    return std::unexpected("The address is not UTF-8");
  }
  if (!path.domain.empty() && !idna::to_ascii(path.domain)) return std::unexpected("Bad domain in the address");
  return path;
}

}  // namespace

bool Path::is_ascii() const { return smtp::is_ascii(local) && smtp::is_ascii(domain); }

bool Path::operator==(const Path& other) const {
  return local == other.local && idna::is_same_domain(domain, other.domain);
}

std::string Path::address() const {
  if (local.starts_with('"')) return text();
  return domain.empty() ? local : local + '@' + domain;
}

std::string Path::text() const {
  std::string out;
  if (is_null() || base::is_dot_string(local)) {
    out = local;
  } else {
    out = "\"";
    for (const char c : local) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
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
  return name.size() <= kMaxDomainBytes && is_ascii(name) && (is_domain(name) || literal_content(name));
}

}  // namespace portreeve::smtp
