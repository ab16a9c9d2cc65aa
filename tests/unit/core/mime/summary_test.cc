// What a summary says beside envelope and structure, and its packed form.
#include "core/mime/summary.h"

#include <gtest/gtest.h>

#include <string>

#include "core/mime/lines.h"
#include "core/mime/summary_codec.h"
#include "tests/unit/core/mime/feeding.h"

namespace portreeve::mime {
namespace {

TEST(Summary, CountsBareLineFeeds) {
  struct Row {
    const char* message;
    std::uint64_t bare_lfs;
  };
  for (const Row& row :
       {Row{"", 0}, Row{"\n", 1}, Row{"\r\n", 0}, Row{"A: b\n\r\nc\n\n\r\n", 3}, Row{"A: b\r\n\r\nc\r\r\n", 0},
        Row{"A: b\r\n\r\n\n", 1}, Row{"Content-Type: multipart/mixed; boundary=b\n\r\n\n--b\n\n-\n--\n--b--\n\n", 8}}) {
    EXPECT_EQ(summarize_all_ways(row.message).bare_lfs, row.bare_lfs) << row.message;
  }
}

TEST(Summary, TellsWhetherTheLastLineIsEnded) {
  EXPECT_FALSE(summarize_all_ways("").is_unended);
  EXPECT_FALSE(summarize_all_ways("A: b\r\n\r\nbody\n").is_unended);
  EXPECT_TRUE(summarize_all_ways("A: b\r\n\r\nbody").is_unended);
  EXPECT_TRUE(summarize_all_ways("A: b\r\n\r\nbody\r").is_unended);
}

TEST(Summary, MeasuresTheHeader) {
  EXPECT_EQ(summarize_all_ways("A: b\r\n\r\nbody").header_bytes, 8U);
  EXPECT_EQ(summarize_all_ways("A: b\n\nbody").header_bytes, 6U);
  EXPECT_EQ(summarize_all_ways("A: b\r\n").header_bytes, 6U);
  EXPECT_EQ(summarize_all_ways("\r\nbody").header_bytes, 2U);
  EXPECT_EQ(summarize_all_ways("").header_bytes, 0U);
  EXPECT_EQ(summarize_all_ways("A: b\r\n \r\nc: d\r\n\r\nbody").header_bytes, 17U);
  EXPECT_EQ(summarize_all_ways("A: b\r").header_bytes, 5U);
}

TEST(Summary, ReadsTheDate) {
  Summary summary = summarize_all_ways("Date: Wed, 17 Jul 1996 02:44:25 -0700\r\nDate: 1 Jan 2000 00:00 GMT\r\n\r\n");
  EXPECT_EQ(summary.date, 837'596'665);
  EXPECT_EQ(summary.date_zone_minutes, -420);
  EXPECT_EQ(summarize_all_ways("Date: soon\r\n\r\n").date, std::nullopt);
  EXPECT_EQ(summarize_all_ways("\r\nDate: Wed, 17 Jul 1996 02:44:25 -0700\r\n").date, std::nullopt);
}

TEST(Summary, MarksHeadersThatAreNotAscii) {
  EXPECT_FALSE(summarize_all_ways("Subject: a\r\n\r\n\xC3\xA4\r\n").is_utf8);
  EXPECT_TRUE(summarize_all_ways("Subject: \xC3\xA4\r\n\r\n").is_utf8);
  EXPECT_TRUE(summarize_all_ways("Content-Type: message/rfc822\r\n\r\nSubject: \xC3\xA4\r\n\r\n").is_utf8);
  EXPECT_TRUE(summarize_all_ways("Content-Type: message/global\r\n\r\nSubject: a\r\n\r\n").is_utf8);
}

TEST(Summary, CanBeMovedWhileItIsBuilt) {
  SummaryBuilder builder;
  builder.feed("Subject: a\r\n");
  SummaryBuilder moved = std::move(builder);
  moved.feed("\r\nb");
  EXPECT_EQ(moved.finish(), summarize("Subject: a\r\n\r\nb"));
}

TEST(Lines, AreCountedAtAnyAlignment) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += i % 3 == 0 ? "ab\n" : i % 3 == 1 ? "\r\n" : "x-\n\n";
  for (std::size_t begin = 1; begin < 300; ++begin) {
    std::string_view rest = std::string_view(text).substr(begin);
    LineScan expected{.consumed = rest.size()};
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] != '\n') continue;
      ++expected.lfs;
      if (text[begin + i - 1] != '\r') ++expected.bare_lfs;
    }
    LineScan scan = count_lines(rest, text[begin - 1]);
    EXPECT_EQ(scan.consumed, expected.consumed);
    EXPECT_EQ(scan.lfs, expected.lfs);
    EXPECT_EQ(scan.bare_lfs, expected.bare_lfs);
  }
}

TEST(Lines, ScansStopAtDashes) {
  for (std::size_t before = 0; before < 600; before += 7) {
    std::string text = std::string(before, 'x') + "-\n-x\n" + std::string(before, 'y') + "\r\n--b\n";
    LineScan scan = scan_to_dashes(text, '\n');
    EXPECT_EQ(scan.consumed, text.size() - 4);
    EXPECT_EQ(scan.lfs, 3U);
    EXPECT_EQ(scan.bare_lfs, 2U);
  }
  EXPECT_EQ(scan_to_dashes("ab\n", 'x').consumed, 3U);
  EXPECT_EQ(scan_to_dashes("ab\n-", 'x').consumed, 3U);
  EXPECT_EQ(scan_to_dashes("ab\n-a", 'x').consumed, 5U);
  EXPECT_EQ(scan_to_dashes("--", '\n').consumed, 2U);
}

TEST(Lines, TellBinaryDataAtAnyAlignment) {
  std::string text(9'000, 'x');
  EXPECT_FALSE(has_binary(text, 'x'));
  for (std::size_t at : {0U, 1U, 239U, 4'095U, 4'096U, 4'097U, 8'192U, 8'193U, 8'998U}) {
    for (std::string_view bad : {std::string_view("\0", 1), std::string_view("\n"), std::string_view("\rx")}) {
      EXPECT_TRUE(has_binary(std::string(text).replace(at, bad.size(), bad), 'x')) << at;
    }
    EXPECT_FALSE(has_binary(std::string(text).replace(at, 2, "\r\n"), 'x')) << at;
  }
  EXPECT_FALSE(has_binary("", '\r'));
  EXPECT_FALSE(has_binary("\r", 'x'));
  EXPECT_TRUE(has_binary("\r", '\r'));
  EXPECT_TRUE(has_binary("\n", 'x'));
  EXPECT_FALSE(has_binary("\nx", '\r'));
  EXPECT_TRUE(has_binary("x", '\r'));
}

Summary sample() {
  return summarize(
      "Date: Wed, 17 Jul 1996 02:44:25 -0700\r\nSubject: \xC3\xA4\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
      "--b\n\nx\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b\r\n\r\ny\r\n--b--\r\n");
}

TEST(Codec, GoesBothWays) {
  Summary summary = sample();
  EXPECT_EQ(decode(encode(summary)), summary);
  summary.date = -1;
  summary.size = std::uint64_t{1} << 63 | 5;
  summary.parts.back().body_end = summary.size;
  EXPECT_EQ(decode(encode(summary)), summary);
}

TEST(Codec, ViewsWithoutCopying) {
  Summary summary = sample();
  std::string packed = encode(summary);
  auto view = view_summary(packed);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->size, summary.size);
  EXPECT_EQ(view->bare_lfs, summary.bare_lfs);
  EXPECT_EQ(view->header_bytes, summary.header_bytes);
  EXPECT_EQ(view->date, summary.date);
  EXPECT_EQ(view->date_zone_minutes, -420);
  EXPECT_EQ(view->envelope, summary.envelope);
  EXPECT_EQ(view->body, summary.body);
  EXPECT_EQ(view->body_structure, summary.body_structure);
  EXPECT_TRUE(view->is_utf8);
  EXPECT_FALSE(view->is_unended);
  EXPECT_EQ(view->parts(), summary.parts);
  EXPECT_TRUE(view->envelope.data() > packed.data() && view->envelope.data() < packed.data() + packed.size());
}

TEST(Codec, RefusesWhatItDidNotMake) {
  std::string packed = encode(sample());
  EXPECT_FALSE(decode(""));
  EXPECT_FALSE(decode("nonsense"));
  EXPECT_FALSE(decode(packed + "x"));
  for (std::size_t size = 0; size < packed.size(); ++size) EXPECT_FALSE(decode(packed.substr(0, size))) << size;
  // A part count that would take all memory.
  std::string huge = packed.substr(0, packed.size() - view_summary(packed)->packed_parts.size());
  EXPECT_FALSE(decode(huge + "\xFF\xFF\xFF\xFF\xFF\x7F"));
  EXPECT_FALSE(decode(huge + std::string(1, '\0')));
  // No number has leading zeros.
  EXPECT_FALSE(decode(std::string("\x01\x00\x80\x00", 4) + packed.substr(3)));
}

TEST(Codec, WhatItTakesItWouldMakeAgain) {
  std::string packed = encode(sample());
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = packed;
    for (auto count = 1 + random() % 3; count > 0; --count) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    if (auto summary = decode(damaged)) EXPECT_EQ(encode(*summary), damaged);
  }
}

}  // namespace
}  // namespace portreeve::mime
