#include "protocols/smtp/header_scanner.h"

#include <gtest/gtest.h>

namespace portreeve::smtp {
namespace {

using Fault = HeaderScanner::Fault;

constexpr HeaderScanner::Limits kLimits{.max_fields = 5, .max_bytes = 200, .max_received = 2};

HeaderScanner scanned(std::string_view text, std::size_t step, HeaderScanner::Limits limits = kLimits) {
  HeaderScanner scanner(limits);
  for (std::size_t at = 0; at < text.size(); at += step) scanner.feed(text.substr(at, step));
  return scanner;
}

std::string fields(std::size_t count, std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out.append(name).append(": x\r\n");
  return out;
}

TEST(HeaderScanner, FindsTheEnd) {
  const std::string endless = "A: " + std::string(300, 'x');
  const std::string name = std::string(197, 'n');
  const struct {
    std::string_view text;
    bool has_ended;
    bool has_blank_line;
    std::size_t size;
    std::size_t fields;
    Fault fault = Fault::none;
  } cases[] = {
      {"", false, false, 0, 0},
      {"A: b\r\n", false, false, 6, 1},
      {"A: b\r\n\r", false, false, 6, 1},
      {"A: b\r\n\r\n", true, true, 8, 1},
      {"A: b\r\n\r\nC: d\r\n", true, true, 8, 1},
      {"A: b\n\nC: d\n", true, true, 6, 1},
      {"\r\nA: b\r\n", true, true, 2, 0},
      {"\nA: b\r\n", true, true, 1, 0},
      // Folded; a line of blanks is no blank line.
      {"A: b\r\n c\r\n\td: e\r\n\r\n", true, true, 19, 1},
      {"A: b\r\n \r\nC:\r\n\r\n", true, true, 15, 2},
      // Obsolete syntax.
      {"Date : x\r\nA\t :\r\n\r\n", true, true, 18, 2},
      // A body at once, or after some fields.
      {"Hello,\r\nall\r\n", true, false, 0, 0},
      {"Hello Bob: come\r\n\r\n", true, false, 0, 0},
      {" A: b\r\n\r\n", true, false, 0, 0},
      {": b\r\n\r\n", true, false, 0, 0},
      {"A: b\r\nHello\r\nFrom: c\r\n\r\n", true, false, 6, 1},
      {"A: b\r\nHello\xC3\xBC: c\r\n\r\n", true, false, 6, 1},
      {"A: b\r\n\rC: d\r\n\r\n", true, false, 6, 1},
      {"A: b\r\nNo colon yet", true, false, 6, 1},
      {"A: b\r\nNo-colon-yet", false, false, 6, 1},
      // Limits.
      {endless, true, false, 200, 1, Fault::too_big},
      {name, false, false, 0, 0},
      {"A: b\r\nB: c\r\nC: d\r\nD: e\r\nE: f\r\n\r\n", true, true, 32, 5},
      {"A: b\r\nB: c\r\nC: d\r\nD: e\r\nE: f\r\nF: g\r\n\r\n", true, false, 30, 6, Fault::too_many_fields},
      {"Received: a\r\nRECEIVED : b\r\nX-Received: c\r\n\r\n", true, true, 44, 3},
      {"Received: a\r\nRECEIVED : b\r\nreceived:c\r\n\r\n", true, false, 27, 3, Fault::looping},
  };
  for (const auto& c : cases) {
    for (const std::size_t step : {c.text.size() + 1, std::size_t{1}, std::size_t{3}}) {
      const HeaderScanner scanner = scanned(c.text, step);
      EXPECT_EQ(scanner.has_ended(), c.has_ended) << c.text;
      EXPECT_EQ(scanner.has_blank_line(), c.has_blank_line) << c.text;
      EXPECT_EQ(scanner.size(), c.size) << c.text;
      EXPECT_EQ(scanner.fields(), c.fields) << c.text;
      EXPECT_EQ(scanner.fault(), c.fault) << c.text;
    }
  }
}

TEST(HeaderScanner, IsBounded) {
  // Exactly as much as is allowed, the blank line counted.
  const std::string just = "A: " + std::string(193, 'x') + "\r\n\r\n";
  ASSERT_EQ(just.size(), 200u);
  const std::string over = "A: " + std::string(194, 'x') + "\r\n\r\n";
  // What isn't known to be a field when the limit comes is no fault: a long line of a body looks like it.
  const std::string base64 = std::string(300, 'Q');
  for (const std::size_t step : {1u, 7u, 1000u}) {
    EXPECT_EQ(scanned(just, step).fault(), Fault::none);
    EXPECT_TRUE(scanned(just, step).has_blank_line());
    EXPECT_EQ(scanned(over, step).fault(), Fault::too_big);
    EXPECT_TRUE(scanned(base64, step).has_ended());
    EXPECT_EQ(scanned(base64, step).fault(), Fault::none);
    EXPECT_EQ(scanned(base64, step).size(), 0u);
    EXPECT_EQ(scanned("\r\n", step, {}).fault(), Fault::too_big);
  }
  // No name is longer than a line may be.
  const HeaderScanner::Limits wide{.max_fields = 5, .max_bytes = 5'000, .max_received = 2};
  EXPECT_EQ(scanned(std::string(997, 'n') + ": x\r\n\r\n", 9, wide).fields(), 1u);
  EXPECT_EQ(scanned(std::string(998, 'n') + ": x\r\n\r\n", 9, wide).fields(), 0u);
}

TEST(HeaderScanner, CountsHops) {
  const HeaderScanner::Limits limits{.max_fields = 1'000, .max_bytes = 100'000, .max_received = 100};
  EXPECT_EQ(scanned(fields(100, "Received") + "\r\n", 10, limits).fault(), Fault::none);
  EXPECT_EQ(scanned(fields(100, "Received") + "\r\n", 10, limits).received(), 100u);
  EXPECT_EQ(scanned(fields(101, "Received") + "\r\n", 10, limits).fault(), Fault::looping);
  EXPECT_EQ(scanned("\r\n" + fields(101, "Received"), 10, limits).received(), 0u) << "those of the body don't count";
}

TEST(HeaderScanner, SeesEightBitText) {
  const struct {
    std::string_view text;
    bool want;
  } cases[] = {
      {"A: b\r\n\r\n\xC3\xBC", false},
      {"A: \xC3\xBC\r\n\r\n", true},
      {"A: b\r\n \xFC\r\n\r\n", true},
      {"A: b\r\nGr\xC3\xBC\xC3\x9F"
       "e\r\n",
       false},  // the body already
      {"A: b\r\nbye \xFC\r\n", false},
  };
  for (const auto& c : cases) {
    for (const std::size_t step : {1u, 100u}) EXPECT_EQ(scanned(c.text, step).has_eight_bit(), c.want) << c.text;
  }
}

TEST(HeaderScanner, KeepsWhatAServerActsOn) {
  constexpr std::string_view kText =
      "require-recipient-valid-since: a@example.test;\r\n Sat, 1 Jun 2013 09:23:01 -0700 \r\n"
      "MT-Priority:3\r\n"
      "TLS-Required:\r\n\tNo\r\n"
      "TLS-Required-X: Yes\r\n"
      "Require-Recipient-Valid-Since : b@example.test; x\r\n"
      "\r\n"
      "MT-Priority: 9\r\n";
  const HeaderScanner::Limits limits{.max_fields = 50, .max_bytes = 5'000, .max_received = 2};
  for (const std::size_t step : {1u, 2u, 5u, 1'000u}) {
    const HeaderScanner scanner = scanned(kText, step, limits);
    EXPECT_THAT(scanner.valid_since(),
                testing::ElementsAre("a@example.test; Sat, 1 Jun 2013 09:23:01 -0700", "b@example.test; x"));
    EXPECT_THAT(scanner.priorities(), testing::ElementsAre("3"));
    EXPECT_THAT(scanner.tls_required(), testing::ElementsAre("No"));
  }
}

TEST(HeaderScanner, KeepsNoMoreThanSaid) {
  const HeaderScanner::Limits limits{.max_fields = 1'000, .max_bytes = 1'000'000, .max_received = 2};
  EXPECT_EQ(scanned(fields(150, "MT-Priority") + "\r\n", 100, limits).priorities().size(), HeaderScanner::kMaxValues);
  std::string folded = "TLS-Required: ";
  for (int i = 0; i < 5'000; ++i) folded += "\r\n x";
  const HeaderScanner scanner = scanned(folded + "\r\n\r\n", 100, limits);
  ASSERT_EQ(scanner.tls_required().size(), 1u);
  EXPECT_LE(scanner.tls_required().front().size(), HeaderScanner::kMaxValueBytes);
  EXPECT_TRUE(scanner.has_blank_line());
}

TEST(HeaderScanner, TheMessagesEndIsTheHeaders) {
  HeaderScanner scanner(kLimits);
  scanner.feed("TLS-Required: No \r\nHalf");
  EXPECT_FALSE(scanner.has_ended());
  scanner.finish();
  EXPECT_TRUE(scanner.has_ended());
  EXPECT_EQ(scanner.size(), 19u);
  EXPECT_EQ(scanner.fault(), Fault::none);
  EXPECT_THAT(scanner.tls_required(), testing::ElementsAre("No"));
  scanner.feed("A: b\r\n");
  EXPECT_EQ(scanner.fields(), 1u);
}

}  // namespace
}  // namespace portreeve::smtp
