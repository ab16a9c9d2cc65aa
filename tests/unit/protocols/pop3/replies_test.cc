#include "protocols/pop3/replies.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::pop3 {
namespace {

TEST(Pop3Replies, AreOneLine) {
  std::string out;
  write_ok(out, "fine");
  write_error(out, Code::none, "bad");
  write_error(out, Code::auth, "wrong");
  write_error(out, Code::sys_temp, "later");
  write_error(out, Code::sys_perm, "never");
  write_error(out, Code::utf8, "only so");
  write_translated_ok(out, "grüßt");
  write_translated_error(out, Code::auth, "falsch");
  write_language(out, "de", "so");
  write_known_language(out, "fr", "Français");
  EXPECT_EQ(out,
            "+OK fine\r\n"
            "-ERR bad\r\n"
            "-ERR [AUTH] wrong\r\n"
            "-ERR [SYS/TEMP] later\r\n"
            "-ERR [SYS/PERM] never\r\n"
            "-ERR [UTF8] only so\r\n"
            "+OK grüßt\r\n"
            "-ERR [AUTH] falsch\r\n"
            "+OK de so\r\n"
            "fr Français\r\n");
}

TEST(Pop3Replies, PrintNumbers) {
  std::string out;
  write_ok(out, 2, 18446744073709551615U);
  write_count(out, 0, "octets");
  write_size(out, 1, 4294967295U);
  write_unique_id(out, 3, 1700000000, 42);
  EXPECT_EQ(out,
            "+OK 2 18446744073709551615\r\n"
            "+OK 0 octets\r\n"
            "1 4294967295\r\n"
            "3 1700000000.42\r\n");
}

TEST(Pop3Replies, ChallengeKeepsItsBlank) {
  std::string out;
  write_challenge(out, "");
  write_challenge(out, "VXNlcm5hbWU6");
  EXPECT_EQ(out, "+ \r\n+ VXNlcm5hbWU6\r\n");
}

TEST(Pop3Capabilities, SayOnlyWhatWorks) {
  const std::string always =
      "TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\n"
      "UTF8 USER\r\nLANG\r\n"
      "IMPLEMENTATION Portreeve\r\n";
  const auto printed = [](const Abilities& abilities) {
    std::string out;
    write_capabilities(out, abilities);
    return out;
  };
  const std::vector<std::string> two{"PLAIN", "LOGIN"};
  EXPECT_EQ(printed({}), always + ".\r\n");
  EXPECT_EQ(printed({.is_tls_offered = true, .may_ask_password = false, .sasl_mechanisms = two}),
            always + "STLS\r\n.\r\n");
  EXPECT_EQ(printed({.is_tls_offered = false, .may_ask_password = true, .sasl_mechanisms = two}),
            always + "USER\r\nSASL PLAIN LOGIN\r\n.\r\n");
  EXPECT_EQ(printed({.is_tls_offered = true, .may_ask_password = true, .sasl_mechanisms = std::span(two).first(1)}),
            always + "USER\r\nSASL PLAIN\r\nSTLS\r\n.\r\n");
}

}  // namespace
}  // namespace portreeve::pop3
