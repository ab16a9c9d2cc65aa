#include "protocols/session/quota_notice.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/mime/charset.h"
#include "core/mime/field_text.h"

namespace portreeve::session {
namespace {

// "417 MiB", "1.2 GiB"
std::string size_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  std::uint64_t scale = 1;
  while (unit + 1 < kUnits.size() && bytes / scale >= 1024) {
    scale *= 1024;
    ++unit;
  }
  std::string out = std::to_string(bytes / scale);
  // `scale` is too big for bytes * 10 to be of use.
  const std::uint64_t tenths = scale == 1 ? 0 : bytes % scale / (scale / 10);
  if (bytes / scale < 10 && tenths > 0) out.append(".").append(std::to_string(std::min<std::uint64_t>(tenths, 9)));
  return out.append(" ").append(kUnits[unit]);
}

// addr-spec (RFC 5322 §3.4.1): the local part in quotes where it needs them.
std::string addr_spec(std::string_view address) {
  const std::size_t at = std::min(address.rfind('@'), address.size());
  const std::string_view local = address.substr(0, at);
  const auto is_atext = [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || base::is_eight_bit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
  };
  const bool is_dot_atom = !local.empty() && !local.starts_with('.') && !local.ends_with('.') &&
                           !local.contains("..") &&
                           std::ranges::all_of(local, [&](char c) { return c == '.' || is_atext(c); });
  if (is_dot_atom) return std::string(address);
  std::string out = "\"";
  for (const char c : local) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out.append("\"").append(address.substr(at));
}

}  // namespace

std::string print_quota_notice(const QuotaNotice& notice) {
  const bool is_ascii = mime::is_ascii(notice.address);
  const auto kind = is_ascii ? mime::TextKind::ascii : mime::TextKind::utf8;
  const std::string host = mime::field_text(notice.host, kind, 255);
  const std::string address = mime::field_text(notice.address, kind, 320);
  const std::string percent = std::to_string(notice.percent);
  const bool is_full = notice.percent >= 100;

  std::string out;
  const auto field = [&](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(mime::field_text(value, kind)).append("\r\n");
  };
  field("Date", notice.date);
  field("From", "Mail System <postmaster@" + host + ">");
  field("To", "<" + addr_spec(address) + ">");
  field("Subject", is_full ? "Your mailbox is full" : "Your mailbox is " + percent + " % full");
  field("Message-ID", "<" + mime::field_text(notice.id, kind, 200) + "@" + host + ">");
  field("Auto-Submitted", "auto-generated");  // RFC 3834 §5
  field("MIME-Version", "1.0");
  field("Content-Type", is_ascii ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8");
  if (!is_ascii) field("Content-Transfer-Encoding", "8bit");
  out.append("\r\nThe mailbox of ")
      .append(address)
      .append(is_full ? " is full:\r\n" : " is " + percent + " % full:\r\n");
  out.append(size_text(notice.used_bytes))
      .append(" of ")
      .append(size_text(notice.quota_bytes))
      .append(" are used.\r\n");
  out.append(is_full ? "\r\nNew messages are refused, and those who sent them are told so, until there is room.\r\n"
                     : "\r\nOnce it is full, new messages will be refused, and those who sent them told so.\r\n");
  out.append(
      "\r\n"
      "To make room, delete messages that you no longer need, the big ones first, and\r\n"
      "empty the trash. If you need more room, ask <postmaster@");
  out.append(host).append(">.\r\n");
  return out;
}

}  // namespace portreeve::session
