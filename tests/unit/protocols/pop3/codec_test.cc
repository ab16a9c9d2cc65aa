#include "protocols/pop3/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portreeve::pop3 {
namespace {

using testing::Optional;

TEST(Pop3Line, EndsAtTheFirstLf) {
  struct Case {
    std::string bytes;
    Line::Kind kind;
    std::string text;
    std::size_t consumed;
  };
  const std::vector<Case> cases{
      {"", Line::Kind::need_more, "", 0},
      {"NOOP", Line::Kind::need_more, "", 0},
      {"NOOP\r", Line::Kind::need_more, "", 0},
      {"NOOP\r\n", Line::Kind::line, "NOOP", 6},
      {"NOOP\n", Line::Kind::line, "NOOP", 5},
      {"\r\n", Line::Kind::line, "", 2},
      {"\n", Line::Kind::line, "", 1},
      {"STAT\r\nLIST\r\n", Line::Kind::line, "STAT", 6},
      // Only the CR before the LF belongs to the line's end.
      {"A\r\r\n", Line::Kind::line, "A\r", 4},
      {"A\rB\r\n", Line::Kind::line, "A\rB", 5},
      {std::string("A\0B\r\n", 5), Line::Kind::line, std::string("A\0B", 3), 5},
      // The limit is 10.
      {"0123456789\r\n", Line::Kind::line, "0123456789", 12},
      {"0123456789\n", Line::Kind::line, "0123456789", 11},
      {"0123456789a\n", Line::Kind::too_long, "", 0},
      {"0123456789a\r\n", Line::Kind::too_long, "", 0},
      {"0123456789a", Line::Kind::need_more, "", 0},
      {"0123456789ab", Line::Kind::too_long, "", 0},
      {"0123456789abcdefghijklmn\r\n", Line::Kind::too_long, "", 0},
  };
  for (const Case& c : cases) {
    const Line line = next_line(c.bytes, 10);
    EXPECT_EQ(line.kind, c.kind) << c.bytes;
    EXPECT_EQ(line.text, c.text) << c.bytes;
    EXPECT_EQ(line.consumed, c.consumed) << c.bytes;
  }
}

TEST(Pop3Command, RefusesMalformedArguments) {
  const std::vector<std::string> cases{
      // nothing where something is wanted
      "RETR", "RETR ", "DELE", "TOP", "TOP 1", "TOP 1 ", "USER", "USER ", "USER   ", "PASS",
      // not UTF-8
      "USER \xff", "PASS \xc3", "PASS \xed\xa0\x80",
      // something where nothing is wanted
      "STAT 1", "NOOP x", "QUIT now", "RSET 1", "CAPA x", "STLS x", "UTF8 x",
      // not numbers
      "RETR x", "RETR -1", "RETR +1", "RETR 1x", "RETR 1.0", "LIST x", "LIST 1x", "UIDL *", "DELE 0x1", "TOP x 1",
      "TOP 1 x", "TOP 1 -1", "TOP 1x 1",
      // too many
      "RETR 1 2", "LIST 1 2", "UIDL 1 2", "DELE 1 2", "TOP 1 2 3"};
  for (const std::string& line : cases) {
    const auto command = parse(line);
    ASSERT_FALSE(command.has_value()) << line;
    EXPECT_EQ(command.error(), Fault::syntax) << line;
  }
}

TEST(Pop3Command, KnowsItsVerbs) {
  for (const std::string line : {"", " ", "X", "RETRX 1", "RET 1", "LAST", "APOP a b", "RETR\t1", "NOOP\r", "1", "-",
                                 "\xff\xfe", "USER\xa0me", "XTND XMIT", " NOOP", "GET", "GET / FOO"}) {
    const auto command = parse(line);
    ASSERT_FALSE(command.has_value()) << line;
    EXPECT_EQ(command.error(), Fault::unknown_verb) << line;
  }
  EXPECT_EQ(parse(std::string("NOOP\0", 5)).error(), Fault::unknown_verb);
}

TEST(Pop3Command, TellsOtherProtocols) {
  for (const std::string line : {"GET / HTTP/1.1", "POST /x HTTP/1.0", "OPTIONS * HTTP/1.1", "\x16\x03\x01\x02garbage",
                                 "CONNECT a:110 HTTP/1.1"}) {
    const auto command = parse(line);
    ASSERT_FALSE(command.has_value()) << line;
    EXPECT_EQ(command.error(), Fault::foreign) << line;
  }
}

TEST(Pop3Command, ParsesNumbers) {
  struct Case {
    std::string line;
    Verb verb;
    std::optional<std::uint32_t> message;
    std::uint32_t lines;
  };
  const std::vector<Case> cases{
      {"RETR 1", Verb::retr, 1, 0},
      {"retr 1", Verb::retr, 1, 0},
      {"ReTr 0012", Verb::retr, 12, 0},
      {"RETR  7  ", Verb::retr, 7, 0},
      {"RETR 0", Verb::retr, 0, 0},
      {"DELE 3", Verb::dele, 3, 0},
      {"LIST", Verb::list, std::nullopt, 0},
      {"LIST ", Verb::list, std::nullopt, 0},
      {"LIST 2", Verb::list, 2, 0},
      {"UIDL", Verb::uidl, std::nullopt, 0},
      {"UIDL 2", Verb::uidl, 2, 0},
      {"TOP 1 0", Verb::top, 1, 0},
      {"TOP  1  10 ", Verb::top, 1, 10},
      {"STAT ", Verb::stat, std::nullopt, 0},
      // A number without end is a message that isn't there, or more lines than there are.
      {"RETR 4294967295", Verb::retr, 4294967295U, 0},
      {"RETR 4294967296", Verb::retr, 4294967295U, 0},
      {"RETR 99999999999999999999999999999999999999", Verb::retr, 4294967295U, 0},
      {"TOP 1 18446744073709551617", Verb::top, 1, 4294967295U},
  };
  for (const Case& c : cases) {
    const auto command = parse(c.line);
    ASSERT_TRUE(command.has_value()) << c.line;
    EXPECT_EQ(command->verb, c.verb) << c.line;
    EXPECT_EQ(command->message, c.message) << c.line;
    EXPECT_EQ(command->lines, c.lines) << c.line;
  }
}

TEST(Pop3Command, KeepsTheBlanksOfPasswords) {
  struct Case {
    std::string line;
    std::string text;
  };
  const std::vector<Case> cases{
      {"PASS secret", "secret"},
      {"PASS two words", "two words"},
      {"PASS  in front", " in front"},
      {"pass behind  ", "behind  "},
      {"PASS ", ""},
      {"PASS   ", "  "},
      {"PASS \xc3\xbc\tx", "\xc3\xbc\tx"},
      {"USER alice@example.test", "alice@example.test"},
      {"USER  alice ", "alice"},
      {"AUTH", ""},
      {"AUTH PLAIN", "PLAIN"},
      {"AUTH  PLAIN AGEA", "PLAIN AGEA"},
  };
  for (const Case& c : cases) {
    const auto command = parse(c.line);
    ASSERT_TRUE(command.has_value()) << c.line;
    EXPECT_EQ(command->text, c.text) << c.line;
  }
}

TEST(Pop3Auth, SplitsMechanismAndResponse) {
  EXPECT_EQ(parse_auth(""), std::nullopt);
  EXPECT_EQ(parse_auth("PLAIN a b"), std::nullopt);
  EXPECT_EQ(parse_auth("PLAIN "), std::nullopt);
  EXPECT_EQ(parse_auth("PLAIN")->mechanism, "PLAIN");
  EXPECT_EQ(parse_auth("PLAIN")->initial_response, std::nullopt);
  EXPECT_THAT(parse_auth("login  QQ==")->initial_response, Optional(std::string_view("QQ==")));
  EXPECT_THAT(parse_auth("PLAIN =")->initial_response, Optional(std::string_view("=")));
}

TEST(Pop3State, AllowsEachVerbWhereItBelongs) {
  const auto both = [](Verb verb) {
    return is_allowed(verb, State::authorization) && is_allowed(verb, State::transaction);
  };
  EXPECT_TRUE(both(Verb::capa));
  EXPECT_TRUE(both(Verb::quit));
  for (const Verb verb : {Verb::user, Verb::pass, Verb::auth, Verb::stls}) {
    EXPECT_TRUE(is_allowed(verb, State::authorization));
    EXPECT_FALSE(is_allowed(verb, State::transaction));
  }
  for (const Verb verb :
       {Verb::stat, Verb::list, Verb::uidl, Verb::retr, Verb::top, Verb::dele, Verb::rset, Verb::noop}) {
    EXPECT_FALSE(is_allowed(verb, State::authorization));
    EXPECT_TRUE(is_allowed(verb, State::transaction));
  }
}

}  // namespace
}  // namespace portreeve::pop3
