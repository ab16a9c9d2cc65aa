#include "protocols/pop3/stuffer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portreeve::pop3 {
namespace {

// In pieces of `step` bytes.
std::string stuffed(std::string_view message, std::size_t step) {
  Stuffer stuffer;
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += step) stuffer.feed(message.substr(at, step), out);
  stuffer.finish(out);
  return out;
}

std::string excerpt(std::string_view message, std::uint32_t lines, std::size_t step) {
  Excerpt head(lines);
  std::string out;
  for (std::size_t at = 0; at < message.size() && !head.is_complete(); at += step) {
    out.append(head.take(message.substr(at, step)));
  }
  if (head.lacks_blank_line()) out.append("<blank>");
  return out;
}

struct Case {
  std::string message;
  std::string sent;
};

TEST(Pop3Stuffer, SendsLines) {
  const std::vector<Case> cases{
      {"", ".\r\n"},
      {"a\r\n", "a\r\n.\r\n"},
      // an end that is missing, or a bare LF
      {"a", "a\r\n.\r\n"},
      {"a\n", "a\r\n.\r\n"},
      {"a\nb\r\nc\n\n", "a\r\nb\r\nc\r\n\r\n.\r\n"},
      {"\n", "\r\n.\r\n"},
      {"\n\n\n", "\r\n\r\n\r\n.\r\n"},
      {"a\r\n\n", "a\r\n\r\n.\r\n"},
      // dots
      {".", "..\r\n.\r\n"},
      {".\r\n", "..\r\n.\r\n"},
      {"..\r\n", "...\r\n.\r\n"},
      {"a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"},
      {"a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n"},
      {"a.b\r\n.c.\r\n", "a.b\r\n..c.\r\n.\r\n"},
      {".\n.\n.", "..\r\n..\r\n..\r\n.\r\n"},
      // a lone CR ends no line
      {"a\rb\r\n", "a\rb\r\n.\r\n"},
      {"a\r.\r\n", "a\r.\r\n.\r\n"},
      {"a\r", "a\r\r\n.\r\n"},
      {"a\r\r\n", "a\r\r\n.\r\n"},
      {"\r", "\r\r\n.\r\n"},
      {"\r\n.\r", "\r\n..\r\r\n.\r\n"},
      {std::string("a\0b\n", 4), std::string("a\0b\r\n.\r\n", 8)},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(stuffed(c.message, c.message.size() + 1), c.sent) << testing::PrintToString(c.message);
    for (const std::size_t step : {1U, 2U, 3U}) {
      EXPECT_EQ(stuffed(c.message, step), c.sent) << testing::PrintToString(c.message) << " by " << step;
    }
  }
}

TEST(Pop3Stuffer, AtMostDoubles) {
  Stuffer stuffer;
  std::string out;
  stuffer.feed(std::string(1000, '\n'), out);
  EXPECT_EQ(out.size(), 2000U);
}

struct Top {
  std::string message;
  std::uint32_t lines;
  std::string shown;
};

TEST(Pop3Excerpt, ShowsTheHeaderAndSoManyLines) {
  const std::vector<Top> cases{
      {"A: b\r\nC: d\r\n\r\n1\r\n2\r\n3\r\n", 0, "A: b\r\nC: d\r\n\r\n"},
      {"A: b\r\nC: d\r\n\r\n1\r\n2\r\n3\r\n", 1, "A: b\r\nC: d\r\n\r\n1\r\n"},
      {"A: b\r\nC: d\r\n\r\n1\r\n2\r\n3\r\n", 3, "A: b\r\nC: d\r\n\r\n1\r\n2\r\n3\r\n"},
      {"A: b\r\nC: d\r\n\r\n1\r\n2\r\n3\r\n", 4294967295U, "A: b\r\nC: d\r\n\r\n1\r\n2\r\n3\r\n"},
      {"A: b\n\n1\n2\n", 1, "A: b\n\n1\n"},
      {"A: b\n\r\n1\n2\n", 1, "A: b\n\r\n1\n"},
      // blank lines of the body count
      {"A: b\r\n\r\n\r\n\r\nx\r\n", 2, "A: b\r\n\r\n\r\n\r\n"},
      // no header, no body, no blank line
      {"\r\n1\r\n2\r\n", 1, "\r\n1\r\n"},
      {"\n", 5, "\n"},
      {"A: b\r\n", 5, "A: b\r\n<blank>"},
      {"A: b", 0, "A: b<blank>"},
      {"", 0, "<blank>"},
      {"A: b\r\n\r\n1", 5, "A: b\r\n\r\n1"},
      // what looks like a blank line and isn't
      {"A: b\r\n \r\nC: d\r\n\r\n1\r\n", 0, "A: b\r\n \r\nC: d\r\n\r\n"},
      {"A: b\r\n\r\r\nC: d\r\n\r\n1\r\n", 0, "A: b\r\n\r\r\nC: d\r\n\r\n"},
      {"A: b\r\r\n\r\n1\r\n", 0, "A: b\r\r\n\r\n"},
      {"A: b\r\n\rx\r\n\r\n1\r\n", 0, "A: b\r\n\rx\r\n\r\n"},
  };
  for (const Top& c : cases) {
    EXPECT_EQ(excerpt(c.message, c.lines, c.message.size() + 1), c.shown) << testing::PrintToString(c.message);
    for (const std::size_t step : {1U, 2U, 3U}) {
      EXPECT_EQ(excerpt(c.message, c.lines, step), c.shown) << testing::PrintToString(c.message) << " by " << step;
    }
  }
}

}  // namespace
}  // namespace portreeve::pop3
