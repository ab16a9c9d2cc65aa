// The grammar of POP3 commands (RFC 1939 §3, RFC 2449 §3): bytes in, a command or an error out.
//
// Knows no connection and no mailbox. Nothing here allocates in proportion to what a peer claims.
// Threads: pure functions and values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::pop3 {

// --- lines
struct Line {
  enum class Kind { need_more, line, too_long };
  Kind kind = Kind::need_more;
  std::string_view text = {};  // without its CRLF; a view into the bytes given
  std::size_t consumed = 0;    // with it
};

// The first line of `bytes`. A lone LF ends one too: people type at servers, and commands can't be smuggled in POP3,
// where nothing that a third party wrote is sent to the server.
// too_long: the line has more than `limit` bytes; its end may not be in `bytes` yet.
Line next_line(std::string_view bytes, std::size_t limit);

// --- commands
enum class Verb : std::uint8_t {
  auth,
  capa,
  dele,
  lang,
  list,
  noop,
  pass,
  quit,
  retr,
  rset,
  stat,
  stls,
  top,
  uidl,
  user,
  utf8
};

enum class State : std::uint8_t { authorization, transaction };

// May the command be given in that state?
bool is_allowed(Verb verb, State state);

struct Command {
  Verb verb = Verb::noop;
  std::optional<std::uint32_t> message;  // its number; what is too large for 32 bits is the largest
  std::uint32_t lines = 0;               // of TOP
  std::string text;                      // the argument of USER and PASS, which is UTF-8, of AUTH and of LANG
};

enum class Fault {
  unknown_verb,
  syntax,  // the arguments aren't what the verb wants
  foreign  // another protocol is spoken here (HTTP, TLS): the session should end
};

std::expected<Command, Fault> parse(std::string_view line);

// The arguments of AUTH (RFC 5034 §4).
struct AuthArguments {
  std::string_view mechanism;
  std::optional<std::string_view> initial_response;  // base64; "=" stands for an empty one and is given as it came
};
std::optional<AuthArguments> parse_auth(std::string_view text);

}  // namespace portreeve::pop3
