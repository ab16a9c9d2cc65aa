// Takes a client's bytes apart into commands (RFC 3501 §9, with LITERAL+ of RFC 7888 and SASL-IR of RFC 4959).
//
// Sans-I/O. The session gives what its stream has buffered and does what the step says:
//
//   Step step = parser.next(stream.buffered());
//   … use step.event …; stream.consume(step.consumed);
//   NeedMore       fill the stream (with fill_limit()) and call next() again, with the bytes not consumed and more
//   AcceptLiteral  as NeedMore, but first send "+ …", or the client won't go on
//   Command        run it. An Append leaves its message unread, see below.
//   Rejected       send the reply under the tag; if it is fatal (BYE), end the session
//
// `consumed` may be more than zero with any event. The parser drops on its own what a refused command still sends: the
// rest of its line, and non-synchronizing literals.
//
// APPEND. After a Command or an AppendStretch that ends with a message's literal the parser expects one of:
//   - next(), once the session has read and consumed exactly the literal's bytes. It answers AppendStretch: the next
//     message, or the command's end if that has no literal; or Rejected if something else follows.
//   - cancel_append(): the literal is synchronizing and wasn't asked for; the client sends nothing more of it.
//   - skip_append(unread): the rest of the literal and of its line are dropped in the next calls; no event follows.
//
// Limits. What next() leaves unconsumed stays below fill_limit(); nothing is allocated by a number that the client
// names. Every refusal leaves the parser at the start of the next command, save a fatal one.
// Threads: belongs to its session.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocols/imap/command.h"
#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/response.h"

namespace portreeve::imap {

struct Limits {
  std::size_t max_line_bytes = std::size_t{64} * 1024;     // without literals
  std::size_t max_literal_bytes = std::size_t{64} * 1024;  // one, other than APPEND's message
  std::size_t max_command_bytes = std::size_t{256} * 1024;
  std::size_t max_literals = 64;  // in a command
  // A literal, of a message too, that the client sends without asking.
  std::uint64_t max_unasked_literal_bytes = std::numeric_limits<std::uint64_t>::max();
  std::size_t max_search_depth = 32;
  std::size_t max_search_keys = 2'000;
  std::size_t max_list_items = 1'000;  // flags, fetch items, header fields, patterns …
  std::uint64_t max_append_bytes = std::uint64_t{64} * 1024 * 1024;
  std::uint64_t max_skipped_bytes = std::uint64_t{128} * 1024 * 1024;  // dropped of one refused command; more is fatal
  NameForm name_form = NameForm::modified_utf7;                        // of mailboxes
};

struct NeedMore {};
struct AcceptLiteral {};
struct Line {
  std::string_view text;  // into the bytes given, without CRLF
};
struct Rejected {
  std::string tag;  // empty: it has none that can be told
  Reply reply;
  bool is_fatal = false;
};

struct Step {
  std::size_t consumed = 0;
  std::variant<NeedMore, AcceptLiteral, Command, AppendStretch, Line, Rejected> event;
};

class Parser {
 public:
  explicit Parser(const Limits& limits) : limits_(limits) {}
  // Between commands only: after login a client may send more.
  void set_limits(const Limits& limits) { limits_ = limits; }

  Step next(std::string_view bytes);
  // The next line as it is, for what isn't a command: IDLE's DONE, a SASL response. NeedMore, Line or Rejected (too
  // long; without a tag).
  Step next_line(std::string_view bytes);

  void cancel_append() { start_command(); }
  void skip_append(std::uint64_t unread);

  // For Stream::fill().
  std::size_t fill_limit() const { return limits_.max_command_bytes + 2; }
  // Is a command half here? Then the session's deadline is one for input, not for idling.
  bool is_within_command() const { return phase_ != Phase::command || searched_ != 0; }

 private:
  enum class Phase : std::uint8_t {
    command,
    append_tail,   // behind a message's literal
    skip_literal,  // to_skip_ bytes of a refused command's literal
    skip_line,     // up to the LF
    doomed,        // more to skip than is bearable: BYE comes next
    dead,
  };

  Step next_command(std::string_view bytes);
  // `text` is the command, or what it has behind a message, up to the end of its last line.
  Step finish(Command command, std::size_t consumed, std::string_view text);
  Step finish(AppendStretch stretch, std::size_t consumed, std::string_view text);
  // Awaits the literal, if there is one. The refusal if it is too big.
  std::optional<Reply> begin_literal(const AppendStretch& stretch, std::string tag, AppendPlace place);
  bool is_unasked_too_big(const auto& literal) const {
    return !literal.is_synchronizing && literal.size > limits_.max_unasked_literal_bytes;
  }
  Step reject(std::string_view text, std::size_t begin, Rejected rejected);
  // Where the last line isn't whole yet.
  Step reject_unended(std::string_view text, std::size_t begin, Rejected rejected);
  // Drops what it can at the front of `bytes`; how much. Leaves Phase::command once the refused command is over.
  // Drops what is left of a refused command, and moves `begin` behind it. A step if that is all there is to tell.
  std::optional<Step> pass_refused(std::string_view bytes, std::size_t& begin);
  std::size_t skip(std::string_view bytes);
  void end_skipped_line();
  // Before the `size` bytes of a refused command's literal.
  void skip_literal(std::uint64_t size);
  Step die(std::size_t consumed);
  void start_command();

  Limits limits_;
  Phase phase_ = Phase::command;
  // Of the command at the front of the bytes, all from its first byte.
  std::size_t line_begin_ = 0;  // where the line being searched began: 0, or behind a literal
  std::size_t searched_ = 0;    // no LF before this one
  std::size_t literals_ = 0;
  std::string append_tag_;
  AppendPlace append_place_;
  // Of a refused command.
  std::uint64_t to_skip_ = 0;
  std::uint64_t skipped_ = 0;
  std::string skipped_tail_;  // the last bytes of a line being skipped, for its literal marker
};

}  // namespace portreeve::imap
