// SMTP command lines as values (RFC 5321 §4.1.1; RFC 1870, 3207, 4954, 6152, 6531).
//
// Knows the grammar only: what is allowed when, and for whom, is the session's business.
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocols/smtp/path.h"
#include "protocols/smtp/reply.h"

namespace portreeve::smtp {

// RFC 5321 §4.5.3.1.4 asks for 512 octets, and the extensions announced add to them. Long enough for all, and for what
// clients send beyond.
constexpr std::size_t kMaxLineBytes = 2048;
constexpr std::size_t kMaxAuthLineBytes = 12'288;  // RFC 4954 §4

struct Ehlo {
  std::string name;
};
struct Helo {
  std::string name;
};
struct Mail {
  Path from;
  std::uint64_t size = 0;  // RFC 1870 §5; 0: not said. Saturates.
  bool is_eight_bit = false;
  bool is_smtputf8 = false;
};
struct Rcpt {
  Path to;
};
struct Data {};
struct Rset {};
struct Noop {};
struct Vrfy {};
struct Expn {};
struct Help {};
struct Quit {};
struct StartTls {};
struct Auth {
  std::string mechanism;               // as sent
  std::optional<std::string> initial;  // base64, or "=" (RFC 4954 §4)
};
// A browser, or a page in one, talking HTTP to this port: whatever follows is not to be looked at.
struct Http {};

using Command = std::variant<Ehlo, Helo, Mail, Rcpt, Data, Rset, Noop, Vrfy, Expn, Help, Quit, StartTls, Auth, Http>;

// `line` is without its CRLF. The error is the reply it gets.
std::expected<Command, Reply> parse_command(std::string_view line);

// How long the line that begins with `text` may be.
std::size_t line_limit(std::string_view text);

}  // namespace portreeve::smtp
