#include "protocols/smtp/report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/charset.h"
#include "core/mime/field_text.h"
#include "core/mime/header.h"

namespace portreeve::smtp {
namespace {

using Action = ReportedRecipient::Action;

constexpr std::size_t kMaxLine = 998;  // RFC 5322 §2.1.1

struct Outcome {
  Action action;
  std::string_view name;
  std::string_view status;   // the general one (RFC 3463 §3.1)
  std::string_view subject;  // if all recipients fared so
  std::string_view before;   // the list of recipients
  std::string_view after;
};

constexpr std::array<Outcome, 5> kOutcomes{{
    {Action::failed, "failed", "5.0.0", "Your message was not delivered", "Your message could not be delivered to:",
     "It will not be tried again. Please check the address. If it is right, send the\r\n"
     "message again later, or reach the recipient in another way."},
    {Action::delayed, "delayed", "4.0.0", "Your message is delayed", "Your message could not be delivered yet to:",
     "It will be tried again. You need not do anything, and need not send it again."},
    {Action::delivered, "delivered", "2.0.0", "Your message was delivered",
     "Your message was delivered to:", "This does not mean that it has been read."},
    {Action::relayed, "relayed", "2.0.0", "Your message was passed on",
     "Your message was passed on to another mail system for:",
     "That system does not tell when it has delivered a message."},
    {Action::expanded, "expanded", "2.0.0", "Your message was delivered and passed on",
     "Your message was delivered to this address and passed on to several others:",
     "You may still hear of it if it can't be delivered to one of them."},
}};

const Outcome& outcome_of(Action action) { return *std::ranges::find(kOutcomes, action, &Outcome::action); }

bool has_action(const Report& report, Action action) {
  return std::ranges::find(report.recipients, action, &ReportedRecipient::action) != report.recipients.end();
}

std::string_view subject_of(const Report& report) {
  const auto is_all = [&report](const Outcome& outcome) {
    return std::ranges::all_of(report.recipients,
                               [&](const auto& recipient) { return recipient.action == outcome.action; });
  };
  const auto* const all = std::ranges::find_if(kOutcomes, is_all);
  if (all != kOutcomes.end()) return all->subject;
  if (has_action(report, Action::failed)) return "Your message was not delivered to everyone";
  if (has_action(report, Action::delayed)) return "Your message is delayed for some recipients";
  return "Your message was delivered or passed on";
}

// status-code = DIGIT "." 1*3DIGIT "." 1*3DIGIT (RFC 3464 §2.3.4)
bool is_status(std::string_view text) {
  const auto take_digits = [&text](std::size_t most) {
    std::size_t count = 0;
    while (count < text.size() && base::is_digit(text[count])) ++count;
    text.remove_prefix(count);
    return count > 0 && count <= most;
  };
  const auto take_dot = [&text] {
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
    return true;
  };
  return take_digits(1) && take_dot() && take_digits(3) && take_dot() && take_digits(3) && text.empty();
}

std::string_view status_of(const ReportedRecipient& recipient) {
  return is_status(recipient.status) ? std::string_view(recipient.status) : outcome_of(recipient.action).status;
}

// Precondition: `text` is UTF-8 and not empty.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  auto value = static_cast<char32_t>(length == 1 ? lead : lead & (0x7fu >> length));
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  text.remove_prefix(length);
  return value;
}

// utf-8-addr-xtext (RFC 6533 §3): for where only ASCII may stand.
std::string unicode_xtext(std::string_view utf8) {
  constexpr std::string_view kSpecials = " \\+=";
  std::string out;
  while (!utf8.empty()) {
    const char32_t c = take_character(utf8);
    if (c < 0x80 && !kSpecials.contains(static_cast<char>(c))) {
      out.push_back(static_cast<char>(c));
      continue;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string digits;
    for (char32_t rest = c; rest != 0; rest >>= 4) digits.insert(digits.begin(), kDigits[rest & 0xf]);
    out.append("\\x{").append(digits).append("}");
  }
  return out;
}

// address-type = atom (RFC 3464 §2.1.2), "unknown" where it can't be told (§2.3.1).
std::string_view address_type(std::string_view type) {
  const auto is_good = [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-'; };
  return !type.empty() && type.size() <= 40 && std::ranges::all_of(type, is_good) ? type : "unknown";
}

bool is_eight_bit(std::string_view text) { return !mime::is_ascii(text); }

// Can it stand in another message as it is?
bool is_returnable(std::string_view message) {
  if (!message.ends_with("\r\n")) return false;
  while (!message.empty()) {
    const std::size_t end = message.find('\n');
    const std::string_view line = message.substr(0, end);
    if (!line.ends_with('\r') || line.size() > kMaxLine + 1) return false;
    if (line.find('\r') != line.size() - 1 || line.contains('\0')) return false;
    message.remove_prefix(end + 1);
  }
  return true;
}

// One line of a header as it may be returned: too long ones are folded anew, between characters.
void append_header_line(std::string& out, std::string_view line, mime::TextKind kind) {
  const bool is_continuation = !line.empty() && base::is_space(line.front());
  std::string text(line);
  std::ranges::replace_if(text, [](char c) { return base::is_control(c) && c != '\t'; }, ' ');
  if (kind == mime::TextKind::utf8) text = mime::sanitized_utf8(text);
  // A line of blanks alone is a fold that RFC 5322 §3.2.2 forbids to make.
  if (is_continuation && base::trimmed(text).empty()) return;
  std::string_view rest = text;
  for (std::size_t room = kMaxLine; rest.size() > room; room = kMaxLine - 1) {
    std::size_t cut = room;
    while (cut > room - 4 && (static_cast<unsigned char>(rest[cut]) & 0xc0) == 0x80) --cut;
    out.append(rest.substr(0, cut)).append("\r\n ");
    rest.remove_prefix(cut);
  }
  out.append(rest).append("\r\n");
}

std::string returned_header(std::string_view block, mime::TextKind kind) {
  std::string out;
  mime::FieldReader reader(block);
  for (mime::Field field; reader.next(field);) {
    std::string printed;
    if (field.raw.size() > kMaxReturnedHeader) break;
    for (std::string_view rest = field.raw; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      append_header_line(printed, line, kind);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (out.size() + printed.size() > kMaxReturnedHeader) break;
    out.append(printed);
  }
  return out;
}

// The original's Message-ID, for In-Reply-To. Empty if it is none that can be printed on a line.
std::string original_message_id(std::string_view header) {
  const auto value = mime::find_field(header, "Message-ID");
  if (!value || value->size() > mime::kMaxFieldText) return {};
  std::string id = mime::unfold(*value);
  const auto is_good = [](char c) { return c > ' ' && c < 0x7f; };
  const bool is_id = id.size() > 2 && id.starts_with('<') && id.find('>') == id.size() - 1 && id.rfind('<') == 0;
  return is_id && std::ranges::all_of(id, is_good) ? id : std::string();
}

// A boundary that is nowhere in the parts. Where it is, it grows by the digit that follows it the most rarely, so that
// each look at the parts leaves a tenth of the places at most, however they were made up.
std::string find_boundary(std::string_view id, const std::array<std::string_view, 3>& parts) {
  std::string boundary = "=_";
  for (const char c : id.substr(0, 40)) {
    if (base::is_alpha(c) || base::is_digit(c)) boundary.push_back(c);
  }
  for (;;) {
    std::array<std::size_t, 10> followers{};
    bool is_found = false;
    for (const std::string_view part : parts) {
      for (std::size_t at = part.find(boundary); at != std::string_view::npos; at = part.find(boundary, at + 1)) {
        is_found = true;
        const std::size_t behind = at + boundary.size();
        if (behind < part.size() && base::is_digit(part[behind]))
          ++followers[static_cast<std::size_t>(part[behind] - '0')];
      }
    }
    if (!is_found) return boundary;
    boundary.push_back(static_cast<char>('0' + (std::ranges::min_element(followers) - followers.begin())));
  }
}

class Printer {
 public:
  explicit Printer(const Report& report)
      : report_(report),
        kind_(report.is_smtputf8 || !report.to.is_ascii() ? mime::TextKind::utf8 : mime::TextKind::ascii) {}

  std::string print() {
    const bool is_whole =
        !report_.message.empty() && has_action(report_, Action::failed) && is_returnable(report_.message);
    std::string_view header = report_.header;
    if (header.empty()) header = mime::header_block(report_.message);
    const std::string own_header = is_whole ? std::string() : returned_header(header, kind_);
    const std::string_view returned = is_whole ? report_.message : std::string_view(own_header);
    const std::string words = words_for_people(is_whole, !returned.empty());
    const std::string status = delivery_status();
    const std::array<std::string_view, 3> parts{words, status, returned};
    const std::string boundary = find_boundary(report_.id, parts);

    out_.reserve(words.size() + status.size() + returned.size() + 4'096);
    print_header(boundary, std::ranges::any_of(parts, is_eight_bit), original_message_id(header));
    out_.append("This is a report in MIME format.\r\n");
    print_part(boundary, is_eight_bit(words) ? "text/plain; charset=utf-8" : "text/plain; charset=us-ascii", words);
    print_part(boundary, is_global() ? "message/global-delivery-status" : "message/delivery-status", status);
    if (!returned.empty()) print_part(boundary, returned_type(is_whole, returned), returned);
    out_.append("\r\n--").append(boundary).append("--\r\n");
    return std::move(out_);
  }

 private:
  bool is_global() const { return kind_ == mime::TextKind::utf8; }

  std::string text(std::string_view value, std::size_t limit = mime::kMaxFieldText) const {
    return mime::field_text(value, kind_, limit);
  }
  void field(std::string& out, std::string_view name, std::string_view value) const {
    out.append(name).append(": ").append(text(value)).append("\r\n");
  }

  // In UTF-8 or, where only ASCII may stand, escaped.
  std::string unicode_address(std::string_view value) const {
    const std::string utf8 = mime::field_text(value, mime::TextKind::utf8);
    return is_global() ? utf8 : unicode_xtext(utf8);
  }
  std::string address(const Path& path) const {
    return path.is_ascii() ? text(path.text()) : unicode_address(path.text());
  }

  std::string_view returned_type(bool is_whole, std::string_view returned) const {
    if (is_whole) return is_global() ? "message/global" : "message/rfc822";
    if (is_global()) return "message/global-headers";
    const bool is_utf8 = is_eight_bit(returned) && base::is_utf8(returned);
    return is_utf8 ? "text/rfc822-headers; charset=utf-8" : "text/rfc822-headers";
  }

  void print_header(std::string_view boundary, bool has_eight_bit, std::string_view original_id) {
    const std::string host = text(report_.host);
    field(out_, "Date", report_.date);
    // The name that people know such mail by. RFC 3464 §2 wants a reply to reach whoever runs the system.
    field(out_, "From", "Mail Delivery <MAILER-DAEMON@" + host + ">");
    field(out_, "Reply-To", "<postmaster@" + host + ">");
    field(out_, "To", "<" + report_.to.text() + ">");
    field(out_, "Subject", subject_of(report_));
    field(out_, "Message-ID", "<" + text(report_.id, 200) + "@" + host + ">");
    if (!original_id.empty()) {
      field(out_, "In-Reply-To", original_id);
      field(out_, "References", original_id);
    }
    field(out_, "Auto-Submitted", "auto-replied");  // RFC 3834 §5
    field(out_, "MIME-Version", "1.0");
    // RFC 6522 §3: the report-type is the second part's subtype.
    out_.append("Content-Type: multipart/report; report-type=");
    out_.append(is_global() ? "global-delivery-status" : "delivery-status").append(";\r\n boundary=\"");
    out_.append(boundary).append("\"\r\n");
    if (has_eight_bit) field(out_, "Content-Transfer-Encoding", "8bit");
    out_.append("\r\n");
  }

  void print_part(std::string_view boundary, std::string_view type, std::string_view content) {
    out_.append("\r\n--").append(boundary).append("\r\n");
    field(out_, "Content-Type", type);
    if (is_eight_bit(content)) field(out_, "Content-Transfer-Encoding", "8bit");
    out_.append("\r\n").append(content);
  }

  std::string words_for_people(bool is_whole, bool is_any_returned) const {
    std::string out = "This is the mail system at " + text(report_.host) + ".\r\n";
    for (const Outcome& outcome : kOutcomes) {
      if (!has_action(report_, outcome.action)) continue;
      out.append("\r\n").append(outcome.before).append("\r\n\r\n");
      for (const ReportedRecipient& recipient : report_.recipients) {
        if (recipient.action != outcome.action) continue;
        out.append("  <").append(address(recipient.recipient)).append(">\r\n");
        if (!recipient.reason.empty()) out.append("    ").append(text(recipient.reason)).append("\r\n");
      }
      out.append("\r\n").append(outcome.after).append("\r\n");
    }
    out.append("\r\n");
    if (is_any_returned) {
      out.append(is_whole ? "Your message is attached." : "The header of your message is attached.").append("\r\n");
    }
    if (!report_.message_id.empty()) {
      out.append("This system took it in as ").append(text(report_.message_id, 200));
      if (!report_.arrival_date.empty()) out.append(",\r\non ").append(text(report_.arrival_date, 200));
      out.append(".\r\n");
    }
    out.append("Questions are answered by <postmaster@").append(text(report_.host)).append(">.\r\n");
    return out;
  }

  std::string delivery_status() const {
    std::string out;
    // ENVID and ORCPT came as xtext; these fields hold what was meant by it (RFC 3461 §6.3).
    if (!report_.envelope_id.empty()) field(out, "Original-Envelope-Id", report_.envelope_id);
    field(out, "Reporting-MTA", "dns; " + std::string(report_.host));
    if (!report_.arrival_date.empty()) field(out, "Arrival-Date", report_.arrival_date);
    for (const ReportedRecipient& recipient : report_.recipients) {
      out.append("\r\n");
      print_recipient(out, recipient);
    }
    return out;
  }

  void print_recipient(std::string& out, const ReportedRecipient& recipient) const {
    if (!recipient.original.empty()) {
      const std::string_view type = address_type(recipient.original_type);
      const bool is_unicode = base::equals_ignoring_case(type, "utf-8");
      const std::string original = is_unicode ? unicode_address(recipient.original) : text(recipient.original);
      field(out, "Original-Recipient", std::string(type) + "; " + original);
    }
    const bool is_ascii = recipient.recipient.is_ascii();
    field(out, "Final-Recipient", (is_ascii ? "rfc822; " : "utf-8; ") + address(recipient.recipient));
    field(out, "Action", outcome_of(recipient.action).name);
    field(out, "Status", status_of(recipient));
    if (recipient.reason.empty()) return;
    // "smtp" is for what a server replied (RFC 3461 §9.2).
    const std::string_view reason = recipient.reason;
    const bool is_reply = reason.size() > 3 && std::ranges::all_of(reason.substr(0, 3), base::is_digit);
    field(out, "Diagnostic-Code", (is_reply ? "smtp; " : "x-portreeve; ") + recipient.reason);
  }

  const Report& report_;
  mime::TextKind kind_;
  std::string out_;
};

}  // namespace

std::string print_report(const Report& report) { return Printer(report).print(); }

}  // namespace portreeve::smtp
