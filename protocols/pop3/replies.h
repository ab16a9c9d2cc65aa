// Writers for POP3's answers. What they print is fixed when the server is compiled, save for numbers: an answer can't
// hold a line break or anything else of a peer's making. A translation is a Text that a table has in another language.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace portreeve::pop3 {

// Text of one line, checked at compile time. RFC 2449 §4: an answer's first line has 512 octets at most.
class Text {
 public:
  template <std::size_t N>
  consteval Text(const char (&literal)[N]) : text_(literal, N - 1) {  // NOLINT: a literal is a Text
    static_assert(N < 500);
    for (const char c : text_) {
      if (c < ' ' || c > '~') throw "an answer is one line of printable ASCII";
    }
  }
  constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

// RFC 2449 §8, RFC 3206 §4: who has to act on a refusal.
enum class Code {
  none,
  auth,         // the user: name or password
  sys_temp,     // nobody: try again later
  sys_perm,     // the server's operator
  in_use,       // the user: another session has the maildrop (RFC 2449 §8.1.1)
  login_delay,  // the user: too soon after the last login (RFC 2449 §8.1.2)
  utf8,         // the client: it should ask with UTF8 (RFC 6856 §5)
};

void write_ok(std::string& out, Text text);
void write_error(std::string& out, Code code, Text text);
void write_translated_ok(std::string& out, std::string_view translation);
void write_translated_error(std::string& out, Code code, std::string_view translation);
// "+OK <a> <b>": STAT and LIST n.
void write_ok(std::string& out, std::uint64_t a, std::uint64_t b);
// "+OK <count> <what>".
void write_count(std::string& out, std::uint64_t count, std::string_view what_translated);
// One line of LIST: "<number> <size>".
void write_size(std::string& out, std::uint32_t number, std::uint32_t size);
// One line of UIDL, "<number> <uidvalidity>.<uid>": unique for as long as the server stands (RFC 1939 §7).
void write_unique_id(std::string& out, std::uint32_t number, std::uint32_t uid_validity, std::uint32_t uid);
// "+ <base64>": a SASL challenge.
void write_challenge(std::string& out, std::string_view base64);
// "+OK <tag> <translation>": LANG with an argument (RFC 6856 §3).
void write_language(std::string& out, std::string_view tag, std::string_view translation);
// One line of LANG without: "<tag> <name>".
void write_known_language(std::string& out, std::string_view tag, std::string_view name);
void write_end(std::string& out);

// --- CAPA (RFC 2449 §5)
struct Abilities {
  bool is_tls_offered = false;    // STLS would work now
  bool may_ask_password = false;  // USER, PASS and AUTH would
  std::span<const std::string> sasl_mechanisms = {};
  std::uint64_t login_delay = 0;  // seconds; 0: none
};
// Without the +OK before it.
void write_capabilities(std::string& out, const Abilities& abilities);

}  // namespace portreeve::pop3
