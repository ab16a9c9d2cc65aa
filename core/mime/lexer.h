// The lexical parts that structured fields share: white space, comments, quoted strings (RFC 5322 §3.2).
// Threads: values.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::mime {

class Lexer {
 public:
  explicit Lexer(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  // Precondition: !at_end().
  char peek() const { return rest_.front(); }
  char take();
  std::string_view rest() const { return rest_; }
  void skip(std::size_t count) { rest_.remove_prefix(count); }
  // Takes the bytes that mean nothing anywhere in a structured field; there may be none.
  std::string_view plain();

  // Skips white space, folded or not, and comments, nested or not; an open comment goes to the end. True if there was
  // any. The text of the last comment that isn't empty goes to `comment`.
  bool skip_cfws(std::string* comment = nullptr);

  // Precondition: peek() == '"'. Appends the content without its quoting. A string that isn't closed goes to the end.
  void quoted_string(std::string& out);

  // Up to one of `stops`, comments left out, without blanks at its ends.
  std::string until(std::string_view stops);

 private:
  void skip_comment(std::string* text);

  std::string_view rest_;
};

constexpr bool is_folding_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace portreeve::mime
