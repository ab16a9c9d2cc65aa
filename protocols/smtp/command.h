// SMTP and LMTP command lines as values (RFC 5321 §4.1.1, RFC 2033, and the extensions of extensions.h).
//
// Knows the grammar only: what is allowed when, and for whom, is the session's business.
// Threads: values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/smtp/extensions.h"
#include "protocols/smtp/path.h"
#include "protocols/smtp/reply.h"

namespace portreeve::smtp {

// RFC 5321 §4.5.3.1.4 asks for 512 octets, and the extensions announced add to them, RFC 3461 the most. Long enough
// for all, and for what clients send beyond.
constexpr std::size_t kMaxLineBytes = 4096;
constexpr std::size_t kMaxAuthLineBytes = 12'288;  // RFC 4954 §4
constexpr std::size_t kMaxBurlLineBytes = 8'224;   // the longest URL that is taken, and the words beside it

constexpr std::size_t kMaxEnvelopeIdBytes = 100;  // RFC 3461 §4.4, as sent
constexpr std::size_t kMaxOriginalBytes = 500;    // RFC 3461 §4.2, type and address as sent

struct Ehlo {
  std::string name;
};
struct Helo {
  std::string name;
};
struct Lhlo {  // RFC 2033 §4.1
  std::string name;
};

enum class BodyType : std::uint8_t { seven_bit, eight_bit, binary };  // RFC 6152, RFC 3030
enum class ReturnPart : std::uint8_t { unsaid, full, headers };       // RET, RFC 3461 §4.3

// HOLDFOR or HOLDUNTIL (RFC 4865 §4): exactly one of them is set.
struct Hold {
  std::optional<std::uint64_t> seconds;  // 1 to 999,999,999
  std::optional<std::int64_t> until;     // Unix seconds
  bool operator==(const Hold&) const = default;
};

// BY (RFC 2852 §4)
struct DeliverBy {
  std::int64_t seconds = 0;  // up to nine digits; above 0 where `returns`
  bool returns = false;      // R: give it back once it is late; else N: tell the sender and go on
  bool traces = false;       // T
  bool operator==(const DeliverBy&) const = default;
};

struct Mail {
  Path from;
  std::uint64_t size = 0;  // RFC 1870 §5; 0: not said. Saturates.
  BodyType body = BodyType::seven_bit;
  bool is_smtputf8 = false;
  ReturnPart return_part = ReturnPart::unsaid;
  std::string envelope_id;  // ENVID, decoded: printable ASCII and blanks
  bool requires_tls = false;
  std::optional<Hold> hold;
  std::optional<DeliverBy> by;
  std::optional<int> priority;  // -9 to 9 (RFC 6710)
};

// NOTIFY (RFC 3461 §4.1)
struct Notify {
  bool is_said = false;  // with nothing else: NEVER
  bool success = false;
  bool failure = false;
  bool delay = false;
  bool operator==(const Notify&) const = default;
};

// RRVS (RFC 7293 §3.1)
enum class ValidSinceAction : std::uint8_t { reject, continue_ };  // R, which goes without saying, and C
struct ValidSince {
  std::int64_t time = 0;  // Unix seconds
  ValidSinceAction action = ValidSinceAction::reject;
  bool operator==(const ValidSince&) const = default;
};

struct Rcpt {
  Path to;
  Notify notify;
  // ORCPT (RFC 3461 §4.2): the type in lower case, "rfc822" or "utf-8" (RFC 6533 §3) as a rule, and the address,
  // decoded and without control characters. Both empty: not said.
  std::string original_type;
  std::string original;
  std::optional<ValidSince> valid_since;
};
struct Data {};
struct Bdat {              // RFC 3030 §2
  std::uint64_t size = 0;  // Saturates, so that nothing of such a chunk is ever taken for a command.
  bool is_last = false;
};
struct Burl {       // RFC 4468 §3
  std::string url;  // as sent
  bool is_last = false;
};
struct Rset {};
struct Noop {};
struct Vrfy {
  std::string text;
};
struct Expn {
  std::string list;
};
struct Help {
  std::string topic;  // may be empty
};
struct Quit {};
struct StartTls {};
struct Auth {
  std::string mechanism;               // as sent
  std::optional<std::string> initial;  // base64, or "=" (RFC 4954 §4)
};
// Of Postfix (XCLIENT_README). Names are of kXclientAttributes, each once; values are decoded and without control
// characters, "[UNAVAILABLE]" and "[TEMPUNAVAIL]" as they are.
struct Xclient {
  std::vector<std::pair<std::string, std::string>> attributes;
};
constexpr std::array<std::string_view, 8> kXclientAttributes = {"NAME", "ADDR",  "PORT",     "PROTO",
                                                                "HELO", "LOGIN", "DESTADDR", "DESTPORT"};
// A browser, or a page in one, talking HTTP to this port: whatever follows is not to be looked at.
struct Http {};

using Command = std::variant<Ehlo, Helo, Lhlo, Mail, Rcpt, Data, Bdat, Burl, Rset, Noop, Vrfy, Expn, Help, Quit,
                             StartTls, Auth, Xclient, Http>;

// `line` is without its CRLF. The error is the reply it gets. A parameter of an extension that isn't offered is not
// known; verbs are, whatever is offered.
std::expected<Command, Reply> parse_command(std::string_view line, const Extensions& offered);

// How long the line that begins with `text` may be.
std::size_t line_limit(std::string_view text);

}  // namespace portreeve::smtp
