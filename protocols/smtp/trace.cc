#include "protocols/smtp/trace.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace portreeve::smtp {
namespace {

// A client that didn't give a proper name still gets its mail through; only what could break the field is hidden.
std::string harmless_name(std::string_view name) {
  if (is_domain_or_literal(name)) return std::string(name);
  std::string out;
  for (const char c : name.substr(0, kMaxDomainBytes)) {
    const bool is_safe = base::is_alpha(c) || base::is_digit(c) || c == '.' || c == '-' || c == '_';
    out.push_back(is_safe ? c : '?');
  }
  return out.empty() ? "unknown" : out;
}

// TCP-info = address-literal (RFC 5321 §4.4), in parentheses.
std::string address_literal(std::string_view address) {
  if (address.empty()) return "(local)";
  const std::string_view tag = address.contains(':') ? "IPv6:" : "";
  return std::string("([").append(tag).append(address).append("])");
}

}  // namespace

std::string with_protocol(bool is_esmtp, bool is_utf8, bool is_tls, bool is_authenticated) {
  if (!is_esmtp) return "SMTP";
  std::string name = is_utf8 ? "UTF8SMTP" : "ESMTP";
  if (is_tls) name.push_back('S');
  if (is_authenticated) name.push_back('A');
  return name;
}

std::string print_trace(const Trace& trace, const Path& from, const Path* only_recipient) {
  std::string out;
  out.reserve(512);
  out.append("Return-Path: <").append(from.text()).append(">\r\n");
  out.append("Received: from ").append(harmless_name(trace.client_name)).append(" ");
  out.append(address_literal(trace.client_address)).append("\r\n by ").append(trace.host).append(" with ");
  out.append(with_protocol(trace.is_esmtp, trace.is_smtputf8, !trace.tls.empty(), trace.is_authenticated));
  if (!trace.tls.empty()) out.append(" (").append(trace.tls).append(")");
  out.append("\r\n id ").append(trace.id);
  if (only_recipient != nullptr) out.append("\r\n for <").append(only_recipient->text()).append(">");
  out.append("; ").append(trace.date).append("\r\n");
  return out;
}

std::size_t find_header_end(std::string_view text, std::size_t searched) {
  if (text.starts_with("\r\n")) return 2;
  constexpr std::string_view kBlankLine = "\r\n\r\n";
  const std::size_t end = text.find(kBlankLine, searched > 3 ? searched - 3 : 0);
  return end == std::string_view::npos ? end : end + kBlankLine.size();
}

bool has_field(std::string_view text, std::string_view name) {
  while (!text.empty() && !text.starts_with('\r')) {
    if (base::starts_with_ignoring_case(text, name)) {
      // RFC 5322 §4.5 lets old mailers put blanks before the colon.
      const std::string_view rest = text.substr(name.size());
      const std::size_t colon = rest.find_first_not_of(" \t");
      if (colon != std::string_view::npos && rest[colon] == ':') return true;
    }
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace portreeve::smtp
