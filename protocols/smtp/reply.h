// A reply to an SMTP command (RFC 5321 §4.2), with its enhanced status code (RFC 2034, RFC 3463).
//
// The text can't hold CR, LF or any other control byte, nor 8-bit text: what is put in is made harmless, so that no
// reply can be forged by what a peer sent. Lines keep to RFC 5321 §4.5.3.1.5 (512 octets).
// Threads: values.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::smtp {

class Reply {
 public:
  // `enhanced` has static storage; it is empty for replies that carry none: the greeting, EHLO's and HELO's, 334, 354.
  Reply(unsigned code, std::string_view enhanced, std::string_view text);

  // A further line of the same reply.
  Reply& add_line(std::string_view text);

  unsigned code() const { return code_; }
  std::string_view enhanced() const { return enhanced_; }
  bool is_refusal() const { return code_ >= 400; }
  // The lines, without codes, divided by LF.
  const std::string& text() const { return text_; }

  // Appends the reply as sent, each line with both codes and CRLF; without the enhanced ones where they aren't offered.
  void print(std::string& out, bool with_enhanced = true) const;

 private:
  void append_harmless(std::string_view text);

  unsigned code_;
  std::string_view enhanced_;
  std::string text_;
};

}  // namespace portreeve::smtp
