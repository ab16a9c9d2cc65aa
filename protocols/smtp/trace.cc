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

std::string with_protocol(const Trace& trace) {
  if (!trace.is_esmtp && !trace.is_lmtp) return "SMTP";
  std::string name = trace.is_smtputf8 ? "UTF8" : trace.is_lmtp ? "" : "E";
  name.append(trace.is_lmtp ? "LMTP" : "SMTP");
  if (!trace.tls.empty()) name.push_back('S');
  if (trace.is_authenticated) name.push_back('A');
  return name;
}

std::string print_trace(const Trace& trace, const Path& from, const Path* only_recipient) {
  std::string out;
  out.reserve(512);
  if (trace.is_final) out.append("Return-Path: <").append(from.text()).append(">\r\n");
  out.append("Received: from ");
  if (trace.hides_client) {
    out.append(trace.host).append(" (a user of this server)");
  } else {
    out.append(harmless_name(trace.client_name)).append(" ").append(address_literal(trace.client_address));
  }
  out.append("\r\n by ").append(trace.host).append(" with ").append(with_protocol(trace));
  if (!trace.tls.empty()) out.append(" (").append(trace.tls).append(")");
  out.append("\r\n id ").append(trace.id);
  if (only_recipient != nullptr) out.append("\r\n for <").append(only_recipient->text()).append(">");
  // RFC 6710 §7: a clause behind those of RFC 5321.
  if (trace.priority) out.append("\r\n PRIORITY ").append(std::to_string(*trace.priority));
  out.append("; ").append(trace.date).append("\r\n");
  return out;
}

}  // namespace portreeve::smtp
