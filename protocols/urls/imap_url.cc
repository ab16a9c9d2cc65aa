#include "protocols/urls/imap_url.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/date.h"
#include "core/mime/text.h"

namespace portreeve::urls {
namespace {

using Fault = std::unexpected<std::string_view>;

constexpr std::string_view kInbox = "INBOX";
constexpr std::size_t kMinTokenDigits = 32;  // RFC 4467 §3: 128 bits
constexpr std::size_t kMaxHostBytes = 255;
constexpr std::int64_t kLatest = 253'402'300'799;  // the end of the year 9999 (RFC 3339 §1)

// unreserved / sub-delims of RFC 3986 §2 without ';'
bool is_achar(char c) {
  return base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~!$'()*+,&=").contains(c);
}
bool is_bchar(char c) { return is_achar(c) || c == ':' || c == '@' || c == '/'; }
bool is_host_char(char c) { return is_achar(c); }

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  c = base::to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Text of UTF-8 without control characters; nothing if it isn't, or has characters that should have been encoded.
std::optional<std::string> decoded(std::string_view text, bool (*is_plain)(char)) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!is_plain(text[i])) return std::nullopt;
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (std::ranges::any_of(out, base::is_control) || !base::is_utf8(out)) return std::nullopt;
  return out;
}

void encode(std::string& out, std::string_view text, bool (*is_plain)(char)) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
  }
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

bool read_nz_number(std::string_view text, std::uint32_t& number) {
  return read_number(text, number) && number > 0 && text.front() != '0';
}

bool try_prefix(std::string_view& text, std::string_view prefix) {
  if (!base::starts_with_ignoring_case(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// iuserinfo = enc-user [iauth] / [enc-user] iauth
bool read_user(std::string_view text, Server& server) {
  const std::size_t end = std::min(text.find(';'), text.size());
  auto user = decoded(text.substr(0, end), is_achar);
  if (!user || text.empty()) return false;
  server.user = std::move(*user);
  text.remove_prefix(end);
  if (text.empty()) return true;
  if (!try_prefix(text, ";AUTH=")) return false;
  auto auth = decoded(text, is_achar);
  if (!auth || auth->empty()) return false;
  server.auth = std::move(*auth);
  return true;
}

// iserver = [iuserinfo "@"] host [":" port]
bool read_server(std::string_view text, Server& server) {
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    if (!read_user(text.substr(0, at), server)) return false;
    text.remove_prefix(at + 1);
  }
  std::size_t host_end = 0;
  if (text.starts_with('[')) {
    host_end = text.find(']') + 1;
    const auto is_address_char = [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; };
    if (host_end == 0 || host_end == 2 || !std::ranges::all_of(text.substr(1, host_end - 2), is_address_char))
      return false;
    server.host = base::lowered(text.substr(0, host_end));
  } else {
    host_end = std::min(text.find(':'), text.size());
    const auto host = decoded(text.substr(0, host_end), is_host_char);
    if (!host || host->empty() || host->starts_with('[')) return false;
    server.host = base::lowered(*host);
  }
  if (server.host.size() > kMaxHostBytes) return false;
  text.remove_prefix(host_end);
  if (text.empty() || text == ":") return true;  // RFC 3986 §3.2.3: a port may be empty
  return text.starts_with(':') && read_number(text.substr(1), server.port) && server.port > 0;
}

// enc-mailbox; RFC 5092 §8: UTF-8, and not modified UTF-7.
bool read_mailbox(std::string_view text, std::string& mailbox) {
  auto name = decoded(text, is_bchar);
  // Levels without a name would be read otherwise once they are printed; no mailbox has them.
  if (!name || name->starts_with('/') || name->ends_with('/') || name->contains("//")) return false;
  const std::size_t first = std::min(name->find('/'), name->size());
  if (base::equals_ignoring_case(std::string_view(*name).substr(0, first), kInbox)) name->replace(0, first, kInbox);
  mailbox = mime::composed(*name);  // names are kept so
  return true;
}

// access = ("submit+" enc-user) / ("user+" enc-user) / "authuser" / "anonymous"
bool read_access(std::string_view text, Authorization& authorization) {
  for (const auto& [name, access] : {std::pair("authuser", Access::authuser), {"anonymous", Access::anonymous}}) {
    authorization.access = access;
    if (base::equals_ignoring_case(text, name)) return true;
  }
  if (try_prefix(text, "submit+")) {
    authorization.access = Access::submit;
  } else if (try_prefix(text, "user+")) {
    authorization.access = Access::user;
  } else {
    return false;
  }
  auto user = decoded(text, is_achar);
  if (!user || user->empty()) return false;
  authorization.user = std::move(*user);
  return true;
}

// ":" uauth-mechanism ":" enc-urlauth
bool read_verifier(std::string_view text, Authorization& authorization) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view mechanism = text.substr(0, colon);
  const std::string_view token = text.substr(colon + 1);
  const auto is_mechanism_char = [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.'; };
  if (!std::ranges::all_of(mechanism, is_mechanism_char)) return false;
  if (token.size() < kMinTokenDigits || token.size() > kMaxTokenDigits) return false;
  if (!std::ranges::all_of(token, [](char c) { return hex_digit(c) >= 0; })) return false;
  authorization.mechanism = base::uppered(mechanism);
  authorization.token = base::lowered(token);
  return true;
}

// [expire] ";URLAUTH=" access [":" uauth-mechanism ":" enc-urlauth]; `url` is all of which `text` is the end.
std::string_view read_authorization(std::string_view text, std::string_view url, Authorization& authorization) {
  if (try_prefix(text, ";EXPIRE=")) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const auto date = decoded(text.substr(0, end), is_bchar);
    authorization.expires = date ? mime::parse_rfc3339(*date) : std::nullopt;
    if (authorization.expires < 0 || authorization.expires > kLatest) return "Bad date and time of EXPIRE";
    text.remove_prefix(end);
  }
  if (!try_prefix(text, ";URLAUTH=")) return "Something unknown behind the message";
  const std::size_t colon = std::min(text.find(':'), text.size());
  if (!read_access(text.substr(0, colon), authorization)) return "Bad access identifier";
  authorization.rump_bytes = url.size() - (text.size() - colon);
  text.remove_prefix(colon);
  if (!text.empty() && !read_verifier(text.substr(1), authorization)) return "Bad authorization token";
  return {};
}

// partial-range = number ["." nz-number]
bool read_partial(std::string_view text, Partial& partial) {
  const std::size_t dot = text.find('.');
  if (!read_number(text.substr(0, dot), partial.offset)) return false;
  return dot == std::string_view::npos || read_nz_number(text.substr(dot + 1), partial.length.emplace());
}

// The value of a part of the path, up to the next ';' or the '/' before that.
std::string_view take_value(std::string_view& text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  const bool has_slash = end < text.size() && end > 0 && text[end - 1] == '/';
  const std::string_view value = text.substr(0, has_slash ? end - 1 : end);
  text.remove_prefix(value.size());
  return value;
}

// "/;UID=" and so on; the slash is missing where a relative URL begins.
bool try_part(std::string_view& text, std::string_view name, bool may_lack_slash = false) {
  std::string_view rest = text;
  if (!try_prefix(rest, "/") && !may_lack_slash) return false;
  if (!try_prefix(rest, name)) return false;
  text = rest;
  return true;
}

// icommand, and what of imapurl-rel is relative to a mailbox: [imailbox-ref] [iuid [isection] [ipartial]] [iurlauth]
std::string_view read_path(std::string_view text, std::string_view whole, ImapUrl& url) {
  if (const std::size_t question = text.find('?'); question != std::string_view::npos) {
    url.search = decoded(text.substr(question + 1), is_bchar);
    if (!url.search || url.search->empty()) return "Bad search";
    text = text.substr(0, question);
  }
  if (!read_mailbox(take_value(text), url.mailbox)) return "Bad name of a mailbox";
  const bool is_unnamed = url.mailbox.empty();
  if (try_prefix(text, ";UIDVALIDITY=")) {
    if (is_unnamed || !read_nz_number(take_value(text), url.uid_validity)) return "Bad UIDVALIDITY";
  }
  if (url.search && (is_unnamed || !text.empty())) return "A search is one of a mailbox";
  if (text.empty()) return {};
  if (!try_part(text, ";UID=", is_unnamed)) return "Something unknown behind the mailbox";
  if (!read_nz_number(take_value(text), url.uid)) return "Bad UID";
  if (try_part(text, ";SECTION=")) {
    const auto spec = decoded(take_value(text), is_bchar);
    url.section = spec ? parse_section(*spec) : std::nullopt;
    if (!url.section) return "Bad section";
  }
  if (try_part(text, ";PARTIAL=")) {
    if (!read_partial(take_value(text), url.partial.emplace())) return "Bad partial range";
  }
  if (text.empty()) return {};
  if (!url.server) return "A relative URL can't be authorized";
  return read_authorization(text, whole, url.authorization.emplace());
}

}  // namespace

// imapurl / imapurl-rel, without inetwork-path: "//server/…" has no use in what takes relative URLs.
std::expected<ImapUrl, std::string_view> parse_url(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return Fault("The URL is too long");
  ImapUrl url;
  std::string_view path = text;
  if (try_prefix(path, "imap://")) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (!read_server(path.substr(0, end), url.server.emplace())) return Fault("Bad user or server");
    path.remove_prefix(end);
    if (path.empty()) return url;
  } else if (path.starts_with("//") || path.substr(0, path.find_first_of("/;?")).contains(':')) {
    return Fault("No IMAP URL");
  }
  // RFC 5092 §7.2 has no relative-path references, yet its §9.1 shows ";UID=20", and by RFC 4469 §3 the selected
  // mailbox is the base of what is catenated: so that form is taken, and "/;UID=20" with it.
  if (!path.starts_with('/') && !path.starts_with(';')) return Fault("No absolute path");
  if (path.starts_with('/') && !path.starts_with("/;")) path.remove_prefix(1);
  if (path.starts_with('/') && url.server) return Fault("A mailbox is missing");
  if (const std::string_view fault = read_path(path, text, url); !fault.empty()) return Fault(fault);
  return url;
}

std::string print_url(const ImapUrl& url) {
  std::string out;
  if (url.server) {
    out = "imap://";
    encode(out, url.server->user, is_achar);
    if (!url.server->auth.empty()) {
      out += ";AUTH=";
      encode(out, url.server->auth, is_achar);
    }
    if (!url.server->user.empty() || !url.server->auth.empty()) out += '@';
    if (url.server->host.starts_with('[')) {
      out += url.server->host;
    } else {
      encode(out, url.server->host, is_host_char);
    }
    if (url.server->port != Server().port) out.append(":").append(std::to_string(url.server->port));
  }
  if (!url.mailbox.empty() || !url.server) out += '/';
  encode(out, url.mailbox, is_bchar);
  if (url.uid_validity != 0) out.append(";UIDVALIDITY=").append(std::to_string(url.uid_validity));
  if (url.search) {
    out += '?';
    encode(out, *url.search, is_bchar);
  }
  if (url.uid == 0) return out;
  out.append(url.mailbox.empty() ? ";UID=" : "/;UID=").append(std::to_string(url.uid));
  if (url.section) {
    out += "/;SECTION=";
    encode(out, print_section(*url.section), is_bchar);
  }
  if (url.partial) {
    out.append("/;PARTIAL=").append(std::to_string(url.partial->offset));
    if (url.partial->length) out.append(".").append(std::to_string(*url.partial->length));
  }
  if (!url.authorization) return out;
  if (url.authorization->expires) out.append(";EXPIRE=").append(mime::format_rfc3339(*url.authorization->expires));
  out += ";URLAUTH=";
  switch (url.authorization->access) {
    case Access::submit: out += "submit+"; break;
    case Access::user: out += "user+"; break;
    case Access::authuser: out += "authuser"; break;
    case Access::anonymous: out += "anonymous"; break;
  }
  encode(out, url.authorization->user, is_achar);
  if (!url.authorization->mechanism.empty()) {
    out.append(":").append(base::lowered(url.authorization->mechanism)).append(":").append(url.authorization->token);
  }
  return out;
}

}  // namespace portreeve::urls
