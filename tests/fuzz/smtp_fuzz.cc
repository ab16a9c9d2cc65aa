// Commands, replies, the end of data and headers of SMTP, and reports: nothing crashes, no reply, field or part can be
// forged, and a message is read the same however it was cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/header.h"
#include "core/mime/summary.h"
#include "core/mime/utf8.h"
#include "protocols/smtp/command.h"
#include "protocols/smtp/data.h"
#include "protocols/smtp/envelope.h"
#include "protocols/smtp/header_scanner.h"
#include "protocols/smtp/report.h"
#include "protocols/smtp/submission_header.h"
#include "protocols/smtp/trace.h"
#include "protocols/smtp/xtext.h"

namespace {

using namespace portreeve::smtp;
namespace base = portreeve::base;
namespace mime = portreeve::mime;

void require(bool holds) {
  if (!holds) std::abort();
}

// What was understood of a path must mean the same when it is printed and read again.
void read_again(const Path& path, PathKind kind) {
  const std::string printed = '<' + path.text() + '>';
  std::string_view rest = printed;
  const auto again = take_path(rest, kind);
  // Quotes that were not there before may pass the limits.
  require(again ? *again == path && rest.empty() : printed.size() > kMaxLocalBytes);
}

// Text that ends up in reports and logs: on one line, whatever was encoded.
void require_one_line(std::string_view text) { require(std::ranges::none_of(text, portreeve::base::is_control)); }

// What MAIL's parameters said, said again, means the same.
void read_again(const Mail& mail) {
  require_one_line(mail.envelope_id);
  if (mail.hold) require(mail.hold->seconds.has_value() != mail.hold->until.has_value());
  if (mail.by) require(!mail.by->returns || mail.by->seconds > 0);
  std::string line = "MAIL FROM:<>";
  if (mail.size != 0) line += " SIZE=" + std::to_string(mail.size);
  if (mail.body == BodyType::eight_bit) line += " BODY=8BITMIME";
  if (mail.body == BodyType::binary) line += " BODY=BINARYMIME";
  if (mail.is_smtputf8) line += " SMTPUTF8";
  if (mail.return_part == ReturnPart::full) line += " RET=FULL";
  if (mail.return_part == ReturnPart::headers) line += " RET=HDRS";
  if (!mail.envelope_id.empty()) line += " ENVID=" + encode_xtext(mail.envelope_id);
  if (mail.requires_tls) line += " REQUIRETLS";
  if (mail.hold && mail.hold->seconds) line += " HOLDFOR=" + std::to_string(*mail.hold->seconds);
  if (mail.by) {
    line += " BY=" + std::to_string(mail.by->seconds) + (mail.by->returns ? ";R" : ";N") + (mail.by->traces ? "T" : "");
  }
  if (mail.priority) line += " MT-PRIORITY=" + std::to_string(*mail.priority);
  const auto command = parse_command(line, Extensions::all());
  require(command.has_value());
  const Mail& again = std::get<Mail>(*command);
  require(again.size == mail.size && again.body == mail.body && again.is_smtputf8 == mail.is_smtputf8 &&
          again.return_part == mail.return_part && again.envelope_id == mail.envelope_id &&
          again.requires_tls == mail.requires_tls && again.by == mail.by && again.priority == mail.priority);
}

void read_again(const Rcpt& rcpt) {
  require_one_line(rcpt.original);
  require(rcpt.original.empty() == rcpt.original_type.empty());
  require(rcpt.notify.is_said || !(rcpt.notify.success || rcpt.notify.failure || rcpt.notify.delay));
  const bool is_utf8 = rcpt.original_type == "utf-8";
  require(is_utf8 ? base::is_utf8(rcpt.original) : std::ranges::none_of(rcpt.original, portreeve::base::is_eight_bit));
  if (rcpt.original.empty()) return;
  const std::string encoded = is_utf8 ? encode_utf8_address(rcpt.original) : encode_xtext(rcpt.original);
  const auto command = parse_command("RCPT TO:<a@b> ORCPT=" + rcpt.original_type + ';' + encoded, Extensions::all());
  // What came as UTF-8 may be too long once it is ASCII.
  require(command ? std::get<Rcpt>(*command).original == rcpt.original
                  : is_utf8 && rcpt.original_type.size() + 1 + encoded.size() > kMaxOriginalBytes);
}

void read_xtext(std::string_view bytes) {
  require(decode_xtext(encode_xtext(bytes)) == bytes);
  if (const auto text = decode_xtext(bytes)) require(decode_xtext(encode_xtext(*text)) == text);
  if (const auto text = decode_utf8_address(bytes)) {
    require(base::is_utf8(*text));
    require(decode_utf8_address(encode_utf8_address(*text)) == text);
  }
}

void read_envelope(std::string_view bytes) {
  if (const auto envelope = decode_envelope(bytes)) require(encode(*envelope) == bytes);
}

// What the command line said, kept and read again.
void keep(const Mail& mail, const Rcpt& rcpt) {
  Envelope envelope;
  envelope.from = mail.from;
  envelope.envelope_id = mail.envelope_id;
  envelope.return_part = mail.return_part;
  envelope.body = mail.body;
  envelope.by = mail.by;
  envelope.recipients.push_back(EnvelopeRecipient{.to = rcpt.to,
                                                  .notify = rcpt.notify,
                                                  .original_type = rcpt.original_type,
                                                  .original = rcpt.original,
                                                  .valid_since = rcpt.valid_since});
  require(decode_envelope(encode(envelope)) == envelope);
}

void read_command(std::string_view line, const Extensions& offered) {
  const auto command = parse_command(line, offered);
  if (!command) {
    std::string printed;
    command.error().print(printed);
    require(printed.ends_with("\r\n") && std::ranges::count(printed, '\n') == 1);
    return;
  }
  if (const auto* mail = std::get_if<Mail>(&*command)) {
    read_again(mail->from, PathKind::reverse);
    read_again(*mail);
    keep(*mail, Rcpt{});
  }
  if (const auto* rcpt = std::get_if<Rcpt>(&*command)) {
    read_again(rcpt->to, PathKind::forward);
    read_again(*rcpt);
    keep(Mail{}, *rcpt);
  }
  if (const auto* xclient = std::get_if<Xclient>(&*command)) {
    for (const auto& [name, value] : xclient->attributes) require_one_line(value);
  }
  if (const auto* ehlo = std::get_if<Ehlo>(&*command)) {
    Trace trace;
    trace.client_name = ehlo->name;
    const std::string printed = print_trace(trace, Path{}, nullptr);
    require(std::ranges::count(printed, '\n') == 4);
  }
}

struct Scan {
  std::string text;
  std::size_t used = 0;
  bool is_ended = false;
  DataFault fault = DataFault::none;
  bool operator==(const Scan&) const = default;
};

Scan scan(std::string_view bytes, std::size_t step) {
  DataScanner scanner;
  Scan result;
  std::string scratch;
  for (std::size_t end = 0; end < bytes.size() && !result.is_ended;) {
    end = std::min(end + step, bytes.size());
    const DataScanner::Piece piece = scanner.next_all(bytes.substr(result.used, end - result.used), scratch);
    require(piece.consumed <= end - result.used);
    result.text.append(piece.text);
    result.used += piece.consumed;
    result.is_ended = piece.is_end;
  }
  result.fault = scanner.fault();
  return result;
}

// RFC 5321 §4.5.2 in its plainest words, to hold the scanner against.
std::string unstuffed(std::string_view message) {
  std::string out;
  bool is_line_start = true;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (is_line_start && message[i] == '.') {
      is_line_start = false;
      continue;
    }
    out.push_back(message[i]);
    is_line_start = message[i] == '\n' && i > 0 && message[i - 1] == '\r';
  }
  return out;
}

void read_data(std::string_view bytes) {
  const Scan whole = scan(bytes, bytes.size() + 1);
  require(whole == scan(bytes, 1) && whole == scan(bytes, 5));
  const std::string framed = std::string("\r\n").append(bytes);
  const std::size_t end = framed.find("\r\n.\r\n");
  require(whole.is_ended == (end != std::string::npos));
  if (whole.is_ended) {
    require(whole.used == end + 3 && whole.text == unstuffed(bytes.substr(0, end)));
  }
}

// In chunks the faults are the same, however the text was cut, and what is mended has none.
void read_chunks(std::string_view bytes) {
  ChunkChecker whole;
  ChunkChecker pieces;
  NewlineMender mender;
  std::string mended;
  whole.feed(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    pieces.feed(bytes.substr(at, 3));
    mender.feed(bytes.substr(at, 3), mended);
  }
  whole.finish();
  pieces.finish();
  mender.finish(mended);
  require(whole.fault() == pieces.fault());
  ChunkChecker after;
  after.feed(mended);
  after.finish();
  require(after.fault() == (bytes.contains('\0') ? DataFault::nul : DataFault::none));
  if (whole.fault() == DataFault::none) require(mended == bytes);
}

HeaderScanner scan_header(std::string_view bytes, std::size_t step) {
  HeaderScanner scanner({.max_fields = 20, .max_bytes = 600, .max_received = 3});
  for (std::size_t at = 0; at < bytes.size(); at += step) scanner.feed(bytes.substr(at, step));
  scanner.finish();
  return scanner;
}

std::vector<mime::Field> fields_of(std::string_view block) {
  std::vector<mime::Field> fields;
  mime::FieldReader reader(block);
  for (mime::Field field; reader.next(field);) fields.push_back(field);
  return fields;
}

bool is_bcc(const mime::Field& field) {
  return base::equals_ignoring_case(field.name, "Bcc") || base::equals_ignoring_case(field.name, "Resent-Bcc");
}

// Other fields are neither lost nor added nor changed, and the header ends where it ended.
void complete(std::string_view header) {
  (void)examine_submission(header);
  const std::string completed = complete_submission(header, "d", "<m>");
  require(mime::header_block(completed).size() == completed.size());
  require(mime::find_field(completed, "Date") && mime::find_field(completed, "Message-ID"));
  std::vector<mime::Field> before = fields_of(header);
  std::vector<mime::Field> after = fields_of(completed);
  if (!mime::find_field(header, "Message-ID")) after.erase(after.begin());
  if (!mime::find_field(header, "Date")) after.erase(after.begin());
  std::erase_if(before, is_bcc);
  require(std::ranges::equal(before, after, [](const mime::Field& a, const mime::Field& b) {
    // The last line may have got the end that it lacked.
    return a.name == b.name && b.raw.starts_with(a.raw) && b.raw.size() <= a.raw.size() + 2;
  }));
}

void read_submission(std::string_view bytes) {
  const HeaderScanner whole = scan_header(bytes, bytes.size() + 1);
  for (const std::size_t step : {1u, 5u}) {
    const HeaderScanner cut = scan_header(bytes, step);
    require(cut.size() == whole.size() && cut.fault() == whole.fault() && cut.fields() == whole.fields());
    require(cut.received() == whole.received() && cut.has_eight_bit() == whole.has_eight_bit());
    require(cut.has_blank_line() == whole.has_blank_line() && cut.valid_since() == whole.valid_since());
    require(cut.priorities() == whole.priorities() && cut.tls_required() == whole.tls_required());
  }
  if (whole.fault() != HeaderScanner::Fault::none) return;
  // What it takes for the header is fields alone, and the same ones as everybody else reads.
  const std::string_view header = bytes.substr(0, whole.size());
  const std::vector<mime::Field> fields = fields_of(header);
  std::size_t length = whole.has_blank_line() ? (header.ends_with("\r\n") ? 2 : 1) : 0;
  for (const mime::Field& field : fields) length += field.raw.size();
  require(fields.size() == whole.fields() && length == header.size());
  complete(header);
}

void report(std::string_view bytes) {
  const auto word = [&bytes](std::size_t n) { return bytes.substr(std::min(bytes.size(), n * 7), 30 + n * 20); };
  Report report;
  report.host = word(0);
  report.id = word(1);
  report.date = word(2);
  report.to = {std::string(word(3)), std::string(word(4))};
  report.envelope_id = word(5);
  report.arrival_date = word(6);
  report.message_id = word(7);
  report.recipients = {{.recipient = {std::string(word(8)), std::string(word(9))},
                        .original_type = std::string(word(10)),
                        .original = std::string(word(11)),
                        .action = ReportedRecipient::Action::failed,
                        .status = std::string(word(12)),
                        .reason = std::string(word(13))},
                       {.recipient = {std::string(word(13)), "x"},
                        .original_type = "utf-8",
                        .original = std::string(bytes),
                        .action = ReportedRecipient::Action::delayed,
                        .status = "4.4.1",
                        .reason = std::string(bytes)}};
  report.header = bytes;
  if (bytes.size() % 2 == 0) report.message = bytes;
  report.is_smtputf8 = bytes.size() % 3 == 0;
  const std::string printed = print_report(report);

  const mime::Summary summary = mime::summarize(printed);
  require(summary.bare_lfs == 0 && !summary.is_unended);
  constexpr std::size_t kMost = 12;  // fields, with Content-Transfer-Encoding and both that name the original
  const std::size_t count = fields_of(printed).size();
  require(count >= kMost - 3 && count <= kMost && !mime::find_field(printed, "Bcc"));
  const mime::Part* const status = mime::find_part(summary, {2});
  require(status != nullptr && mime::find_part(summary, {4}) == nullptr);
  require(std::ranges::count_if(summary.parts, [](const mime::Part& part) { return part.parent == 0; }) <= 3);
  std::string_view rest = std::string_view(printed).substr(status->body_begin, status->body_end - status->body_begin);
  for (const std::size_t most : {3u, 5u, 5u}) {
    require(!rest.empty() && fields_of(rest).size() <= most);
    rest.remove_prefix(mime::header_block(rest).size());
  }
  require(rest.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string_view lines = bytes;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    read_command(lines.substr(0, end), Extensions::all());
    read_command(lines.substr(0, end), {});
    read_xtext(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  read_envelope(bytes);
  read_data(bytes);
  read_chunks(bytes);
  read_submission(bytes);
  report(bytes);
  return 0;
}
