// Messages made to cost time or memory: both stay bounded, and what comes out stays valid.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/mime/tree.h"
#include "tests/unit/core/mime/feeding.h"

namespace portreeve::mime {
namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

bool is_balanced(const std::string& printed) {
  // Good for what these tests print, where no string has a parenthesis in it.
  return std::ranges::count(printed, '(') == std::ranges::count(printed, ')');
}

TEST(Limits, MorePartsBelongToTheLast) {
  std::string message =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + repeated("--b\r\n\r\nx\r\n", 5) + "--b--\r\n";
  Summary summary = summarize_all_ways(message, {.max_parts = 3});
  ASSERT_EQ(summary.parts.size(), 3U);
  const Part& last = summary.parts.back();
  EXPECT_EQ(message.substr(last.body_begin, last.body_end - last.body_begin),
            "x\r\n--b\r\n\r\nx\r\n--b\r\n\r\nx\r\n--b\r\n\r\nx\r\n--b--\r\n");
  // As many as are allowed end as they should.
  EXPECT_EQ(summarize_all_ways(message, {.max_parts = 6}).parts.back().body_end, message.rfind("\r\n--b--"));
}

TEST(Limits, TenThousandParts) {
  std::string message =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + repeated("--b\r\nContent-Type: a/b\r\n\r\nx\r\n", 10'000);
  Summary summary = summarize(message);
  EXPECT_EQ(summary.parts.size(), Limits{}.max_parts);
  EXPECT_TRUE(is_balanced(summary.body_structure));
}

TEST(Limits, DeeperMultipartsAreOneLeaf) {
  std::string message;
  for (int i = 0; i < 300; ++i) {
    std::string boundary = "b" + std::to_string(i) + "x";
    message += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  Summary summary = summarize_all_ways(message);
  EXPECT_EQ(summary.parts.size(), Limits{}.max_depth + 1);
  EXPECT_TRUE(is_balanced(summary.body_structure));
  EXPECT_NE(summary.body.find("\"application\" \"octet-stream\""), std::string::npos);
  EXPECT_FALSE(summary.parts.back().is_multipart);
}

TEST(Limits, DeeperMessagesAreOneLeaf) {
  std::string message = repeated("Content-Type: message/rfc822\r\n\r\n", 500);
  Summary summary = summarize_all_ways(message);
  EXPECT_EQ(summary.parts.size(), Limits{}.max_depth + 1);
  EXPECT_FALSE(summary.parts.back().is_message);
  EXPECT_TRUE(is_balanced(summary.body_structure));
}

TEST(Limits, ManyBoundariesOpenAtOnce) {
  std::string message;
  std::string boundary;
  for (int i = 0; i < 99; ++i) {
    boundary += "bbbbbbbb";
    message += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  message += "\r\n" + repeated("--" + boundary + "c\r\n", 2'000);
  EXPECT_EQ(summarize(message).parts.size(), 100U);
}

TEST(Limits, HeaderBeyondTheLimitIsCarriedNotParsed) {
  std::string message = "Subject: s\r\n" + repeated("X: y\r\n", 1'000) + "To: late@x\r\n\r\nbody\r\n";
  Summary summary = summarize_all_ways(message, {.max_header_bytes = 1'000});
  EXPECT_EQ(summary.envelope, R"((NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL))");
  EXPECT_EQ(summary.header_bytes, message.size() - 6);
  EXPECT_EQ(summary.body, R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1))");
}

TEST(Limits, BoundariesEndHeadersBeyondTheLimit) {
  std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + repeated("X: y\r\n", 1'000) +
                        "--b\r\n\r\ntwo\r\n--b--\r\n";
  EXPECT_EQ(summarize_all_ways(message, {.max_header_bytes = 1'000}).parts.size(), 3U);
}

TEST(Limits, MillionFields) {
  Summary summary = summarize(repeated("To: a\r\n", 1'000'000) + "\r\n");
  EXPECT_LT(summary.envelope.size(), 4U << 20);
}

TEST(Limits, OneLineThatNeverEnds) {
  std::string line(8U << 20, '-');
  EXPECT_EQ(summarize(line).parts.size(), 1U);
  EXPECT_EQ(summarize("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + line).parts.size(), 2U);
}

TEST(Limits, WhatIsPrintedOfAllHeadersTogetherIsBounded) {
  std::string parameter(60'000, 'p');
  std::string part = "--b\r\nContent-Type: application/x; name=" + parameter + "\r\n\r\n";
  std::string message_part = "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: " + parameter + "\r\n\r\nx\r\n";
  std::string multipart = "--b\r\nContent-Type: multipart/" + parameter + "; boundary=c\r\n\r\n";
  Summary summary = summarize("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + repeated(part, 60) +
                              repeated(message_part, 60) + repeated(multipart, 60));
  EXPECT_LT(summary.body_structure.size(), 2 * kMaxKeptBytes);
  EXPECT_TRUE(is_balanced(summary.body_structure));
  EXPECT_EQ(summary.parts.size(), 1U + 60 + 120 + 120);
}

// Bytes that mean something to the parser, in any order: no crash, no difference between pieces, valid offsets.
TEST(Limits, RandomMessages) {
  constexpr std::string_view kPieces[] = {"\r\n",
                                          "\n",
                                          "\r",
                                          "-",
                                          "--",
                                          "--b",
                                          "--b--",
                                          "--bb",
                                          "b",
                                          " ",
                                          ":",
                                          "x",
                                          "\r\n\r\n",
                                          "Content-Type: multipart/mixed; boundary=b\r\n",
                                          "Content-Type: multipart/digest; boundary=bb\r\n\r\n",
                                          "Content-Type: message/rfc822\r\n\r\n",
                                          "Content-Type: text/plain\r\n\r\n",
                                          "Subject: \xC3\xA4\r\n",
                                          "\r\n--b\r\n",
                                          "\r\n--bb\n"};
  std::mt19937 random(7);
  for (int i = 0; i < 3'000; ++i) {
    std::string message = i % 2 == 0 ? "Content-Type: multipart/mixed; boundary=b\r\n\r\n" : "";
    for (auto count = random() % 30; count > 0; --count) message += kPieces[random() % std::size(kPieces)];
    Limits limits{.max_depth = 1 + random() % 6, .max_parts = 1 + random() % 10, .max_header_bytes = random() % 200};
    Summary summary = summarize_all_ways(message, limits);
    ASSERT_EQ(summary.size, message.size());
    ASSERT_LE(summary.parts.size(), limits.max_parts);
    ASSERT_EQ(summary.body.find("18446744073"), std::string::npos) << "a length or a count below zero";
    for (const Part& part : summary.parts) {
      ASSERT_LE(part.header_begin, part.body_begin);
      ASSERT_LE(part.body_begin, part.body_end);
      if (part.parent < 0) continue;
      const Part& parent = summary.parts[static_cast<std::size_t>(part.parent)];
      ASSERT_LE(parent.body_begin, part.header_begin);
      ASSERT_LE(part.body_end, parent.body_end);
    }
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace portreeve::mime
