#include "core/base/log.h"

#include <gtest/gtest.h>

namespace portreeve::base::log {
namespace {

TEST(LogLine, HasEventAndFieldsInOrder) {
  EXPECT_EQ(format_line("login", {{"id", "c1"}, {"account", "alice@example.test"}, {"tries", 3}}),
            "login id=c1 account=alice@example.test tries=3");
}

TEST(LogLine, QuotesWhatIsNotOneWord) {
  EXPECT_EQ(format_line("x", {{"a", "two words"}, {"b", ""}, {"c", "a=b"}, {"d", "say \"hi\" \\"}}),
            R"(x a="two words" b="" c="a=b" d="say \"hi\" \\")");
}

// A peer chooses HELO names and addresses: they must not be able to forge a second line.
TEST(LogLine, EscapesControlBytes) {
  EXPECT_EQ(format_line("x", {{"helo", "a\r\nlogin id=c9"}}), R"(x helo="a\x0d\x0alogin id=c9")");
  EXPECT_EQ(format_line("x", {{"helo", std::string_view("\0\x7f", 2)}}), R"(x helo="\x00\x7f")");
}

TEST(LogLine, KeepsUtf8) { EXPECT_EQ(format_line("x", {{"to", "grüße@example.test"}}), "x to=grüße@example.test"); }

TEST(LogLine, PrintsNegativeNumbers) { EXPECT_EQ(format_line("x", {{"n", -5}}), "x n=-5"); }

}  // namespace
}  // namespace portreeve::base::log
