#include "protocols/pop3/codec.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/ascii.h"
#include "core/base/utf8.h"

namespace portreeve::pop3 {
namespace {

enum class Arguments : std::uint8_t { none, text, message, optional_message, message_and_lines, optional_text };

constexpr std::uint8_t kAuthorization = 1;
constexpr std::uint8_t kTransaction = 2;

struct Rule {
  std::string_view name;
  Verb verb;
  std::uint8_t states;
  Arguments arguments;
};

// What may be said when (RFC 1939 §9, RFC 2449 §5, RFC 2595 §4, RFC 5034 §4, RFC 6856 §2 and §3). In the order of Verb.
constexpr std::array kRules{
    Rule{"AUTH", Verb::auth, kAuthorization, Arguments::optional_text},
    Rule{"CAPA", Verb::capa, kAuthorization | kTransaction, Arguments::none},
    Rule{"DELE", Verb::dele, kTransaction, Arguments::message},
    Rule{"LANG", Verb::lang, kAuthorization | kTransaction, Arguments::optional_text},
    Rule{"LIST", Verb::list, kTransaction, Arguments::optional_message},
    Rule{"NOOP", Verb::noop, kTransaction, Arguments::none},
    Rule{"PASS", Verb::pass, kAuthorization, Arguments::text},
    Rule{"QUIT", Verb::quit, kAuthorization | kTransaction, Arguments::none},
    Rule{"RETR", Verb::retr, kTransaction, Arguments::message},
    Rule{"RSET", Verb::rset, kTransaction, Arguments::none},
    Rule{"STAT", Verb::stat, kTransaction, Arguments::none},
    Rule{"STLS", Verb::stls, kAuthorization, Arguments::none},
    Rule{"TOP", Verb::top, kTransaction, Arguments::message_and_lines},
    Rule{"UIDL", Verb::uidl, kTransaction, Arguments::optional_message},
    Rule{"USER", Verb::user, kAuthorization, Arguments::text},
    Rule{"UTF8", Verb::utf8, kAuthorization, Arguments::none},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].verb) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

constexpr std::array<std::string_view, 8> kHttpMethods{"GET",    "HEAD",    "POST",    "PUT",
                                                       "DELETE", "OPTIONS", "CONNECT", "PATCH"};

bool is_foreign(std::string_view line) {
  // A TLS record of a handshake: the peer took this port for one with TLS from the first byte.
  if (line.starts_with("\x16\x03")) return true;
  const std::string_view word = line.substr(0, line.find(' '));
  return line.contains(" HTTP/") && std::ranges::find(kHttpMethods, word) != kHttpMethods.end();
}

// number = 1*DIGIT; the rest of `text` is what follows it.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && base::is_digit(text[digits])) {
    value = std::min<std::uint64_t>(value * 10 + static_cast<std::uint64_t>(text[digits] - '0'),
                                    std::numeric_limits<std::uint32_t>::max());
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<std::uint32_t>(value);
}

bool take_blanks(std::string_view& text) {
  const std::size_t before = text.size();
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text.size() < before;
}

bool parse_numbers(std::string_view text, Arguments wanted, Command& command) {
  text = base::trimmed(text);
  if (text.empty()) return wanted == Arguments::optional_message;
  command.message = take_number(text);
  if (!command.message) return false;
  if (wanted == Arguments::message_and_lines) {
    if (!take_blanks(text)) return false;
    const std::optional<std::uint32_t> lines = take_number(text);
    if (!lines) return false;
    command.lines = *lines;
  }
  return text.empty();
}

// `text` is what follows the verb, with the blank before it.
bool parse_arguments(std::string_view text, Arguments wanted, Command& command) {
  switch (wanted) {
    case Arguments::none: return base::trimmed(text).empty();
    case Arguments::message:
    case Arguments::optional_message:
    case Arguments::message_and_lines: return parse_numbers(text, wanted, command);
    case Arguments::optional_text: command.text = base::trimmed(text); return true;
    case Arguments::text: break;
  }
  if (text.empty()) return false;
  // RFC 1939 §7: PASS has one argument, so that blanks in it, also at its ends, are the password's own.
  command.text = command.verb == Verb::pass ? text.substr(1) : base::trimmed(text);
  // RFC 6856 §2.2: names and passwords that aren't UTF-8 are refused.
  return (command.verb == Verb::pass || !command.text.empty()) && base::is_utf8(command.text);
}

}  // namespace

Line next_line(std::string_view bytes, std::size_t limit) {
  const std::size_t end = bytes.substr(0, limit + 2).find('\n');
  if (end == std::string_view::npos) {
    return {.kind = bytes.size() >= limit + 2 ? Line::Kind::too_long : Line::Kind::need_more};
  }
  const std::size_t length = end > 0 && bytes[end - 1] == '\r' ? end - 1 : end;
  if (length > limit) return {.kind = Line::Kind::too_long};
  return {.kind = Line::Kind::line, .text = bytes.substr(0, length), .consumed = end + 1};
}

bool is_allowed(Verb verb, State state) {
  const std::uint8_t wanted = state == State::authorization ? kAuthorization : kTransaction;
  return (kRules[static_cast<std::size_t>(verb)].states & wanted) != 0;
}

std::expected<Command, Fault> parse(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  const auto* const rule =
      std::ranges::find_if(kRules, [&](const Rule& r) { return base::equals_ignoring_case(r.name, word); });
  if (rule == kRules.end()) return std::unexpected(is_foreign(line) ? Fault::foreign : Fault::unknown_verb);
  Command command{.verb = rule->verb, .message = {}, .lines = 0, .text = {}};
  if (!parse_arguments(line.substr(word.size()), rule->arguments, command)) return std::unexpected(Fault::syntax);
  return command;
}

std::optional<AuthArguments> parse_auth(std::string_view text) {
  AuthArguments arguments;
  const std::size_t end = text.find(' ');
  arguments.mechanism = text.substr(0, end);
  if (arguments.mechanism.empty()) return std::nullopt;
  if (end == std::string_view::npos) return arguments;
  const std::string_view rest = base::trimmed(text.substr(end));
  if (rest.empty() || rest.contains(' ')) return std::nullopt;
  arguments.initial_response = rest;
  return arguments;
}

}  // namespace portreeve::pop3
