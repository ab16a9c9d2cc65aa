// How a stored message becomes the lines of a POP3 answer (RFC 1939 §3): every line ends with CRLF, a line that begins
// with a dot gets a second one, and ".CRLF" ends it all. Incremental: bytes may come in pieces of any size.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::pop3 {

// Turns a lone LF into CRLF (what Message::pop3_size counts). A lone CR stays: it ends no line.
class Stuffer {
 public:
  // Appends to `out` at most twice the bytes given.
  void feed(std::string_view bytes, std::string& out);
  // Ends the line, if one is begun.
  void end_line(std::string& out);
  // Ends the last line if the message didn't, and the answer.
  void finish(std::string& out);

 private:
  char last_ = '\n';
};

// What TOP shows of a message (RFC 1939 §7): the header, its blank line, and `lines` lines of the body.
class Excerpt {
 public:
  explicit Excerpt(std::uint32_t lines) : lines_left_(lines) {}

  // How much of `bytes`, from their beginning, is shown.
  std::string_view take(std::string_view bytes);
  // Nothing further is shown.
  bool is_complete() const { return !is_in_header_ && lines_left_ == 0; }
  // The message has ended without a blank line. Mail readers look for it, so TOP adds one.
  bool lacks_blank_line() const { return is_in_header_; }

 private:
  void end_line();

  std::uint32_t lines_left_;
  bool is_in_header_ = true;
  bool is_line_empty_ = true;    // save for a CR at its end
  bool has_pending_cr_ = false;  // the line's last byte so far
};

}  // namespace portreeve::pop3
