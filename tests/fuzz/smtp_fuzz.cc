// Commands, replies and the end of data of SMTP: nothing crashes, no reply can be forged, and a message is read the
// same however it was cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocols/smtp/command.h"
#include "protocols/smtp/data.h"
#include "protocols/smtp/trace.h"

namespace {

using namespace portreeve::smtp;

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

void read_command(std::string_view line) {
  const auto command = parse_command(line);
  if (!command) {
    std::string printed;
    command.error().print(printed);
    require(printed.ends_with("\r\n") && std::ranges::count(printed, '\n') == 1);
    return;
  }
  if (const auto* mail = std::get_if<Mail>(&*command)) read_again(mail->from, PathKind::reverse);
  if (const auto* rcpt = std::get_if<Rcpt>(&*command)) read_again(rcpt->to, PathKind::forward);
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

void read_header(std::string_view bytes) {
  const std::size_t end = find_header_end(bytes, 0);
  require(end == std::string_view::npos || end <= bytes.size());
  (void)has_field(bytes, "Date");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string_view lines = bytes;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    read_command(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  read_data(bytes);
  read_header(bytes);
  return 0;
}
