#include "protocols/pop3/replies.h"

#include <array>
#include <charconv>

namespace portreeve::pop3 {
namespace {

void write_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), result.ptr);
}

constexpr std::string_view code_text(Code code) {
  switch (code) {
    case Code::none: break;
    case Code::auth: return "[AUTH] ";
    case Code::sys_temp: return "[SYS/TEMP] ";
    case Code::sys_perm: return "[SYS/PERM] ";
    case Code::in_use: return "[IN-USE] ";
    case Code::login_delay: return "[LOGIN-DELAY] ";
    case Code::utf8: return "[UTF8] ";
  }
  return "";
}

void write_pair(std::string& out, std::uint64_t a, char between, std::uint64_t b) {
  write_number(out, a);
  out.push_back(between);
  write_number(out, b);
}

}  // namespace

void write_ok(std::string& out, Text text) { write_translated_ok(out, text.view()); }

void write_translated_ok(std::string& out, std::string_view translation) {
  out.append("+OK ").append(translation).append("\r\n");
}

void write_error(std::string& out, Code code, Text text) { write_translated_error(out, code, text.view()); }

void write_translated_error(std::string& out, Code code, std::string_view translation) {
  out.append("-ERR ").append(code_text(code)).append(translation).append("\r\n");
}

void write_ok(std::string& out, std::uint64_t a, std::uint64_t b) {
  out.append("+OK ");
  write_pair(out, a, ' ', b);
  out.append("\r\n");
}

void write_count(std::string& out, std::uint64_t count, std::string_view what_translated) {
  out.append("+OK ");
  write_number(out, count);
  out.append(" ").append(what_translated).append("\r\n");
}

void write_size(std::string& out, std::uint32_t number, std::uint32_t size) {
  write_pair(out, number, ' ', size);
  out.append("\r\n");
}

void write_unique_id(std::string& out, std::uint32_t number, std::uint32_t uid_validity, std::uint32_t uid) {
  write_pair(out, number, ' ', uid_validity);
  out.push_back('.');
  write_number(out, uid);
  out.append("\r\n");
}

void write_challenge(std::string& out, std::string_view base64) {
  // RFC 5034 §4: an empty challenge is "+" and a blank.
  out.append("+ ").append(base64).append("\r\n");
}

void write_language(std::string& out, std::string_view tag, std::string_view translation) {
  out.append("+OK ").append(tag).append(" ").append(translation).append("\r\n");
}

void write_known_language(std::string& out, std::string_view tag, std::string_view name) {
  out.append(tag).append(" ").append(name).append("\r\n");
}

void write_end(std::string& out) { out.append(".\r\n"); }

void write_capabilities(std::string& out, const Abilities& abilities) {
  out.append(
      "TOP\r\n"
      "UIDL\r\n"
      "RESP-CODES\r\n"
      "AUTH-RESP-CODE\r\n"
      "PIPELINING\r\n"
      "EXPIRE NEVER\r\n"
      "UTF8 USER\r\n"
      "LANG\r\n"
      "IMPLEMENTATION Portreeve\r\n");
  if (abilities.login_delay > 0) {
    out.append("LOGIN-DELAY ");
    write_number(out, abilities.login_delay);
    out.append("\r\n");
  }
  // RFC 2595 §4: a server that takes no password in clear doesn't say USER before TLS.
  if (abilities.may_ask_password) {
    out.append("USER\r\nSASL");
    for (const std::string& mechanism : abilities.sasl_mechanisms) out.append(" ").append(mechanism);
    out.append("\r\n");
  }
  if (abilities.is_tls_offered) out.append("STLS\r\n");
  write_end(out);
}

}  // namespace portreeve::pop3
