#include "protocols/imap/sequence_set.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::imap {
namespace {

TEST(SequenceSet, Parse) {
  for (std::string_view text : {"1", "*", "1:2", "2:1", "1:*", "*:1", "*:*", "1,2,3", "4294967295", "5,1:3,*"}) {
    EXPECT_TRUE(SequenceSet::parse(text)) << text;
  }
  for (std::string_view text : {"", "0", "01", "1:", ":1", "1,", ",1", "1,,2", "1:2:3", "-1", "+1", "1 ", " 1", "x",
                                "4294967296", "1:0", "**"}) {
    EXPECT_FALSE(SequenceSet::parse(text)) << text;
  }
}

TEST(SequenceSet, ParseFrontStopsWhereTheSetEnds) {
  SequenceSet set;
  EXPECT_EQ(SequenceSet::parse_front("1:3,5 FLAGS", set), 5u);
  EXPECT_EQ(set.ranges(), (std::vector<NumberRange>{{1, 3}, {5, 5}}));
  EXPECT_EQ(SequenceSet::parse_front("7)", set), 1u);
  EXPECT_EQ(set.ranges(), (std::vector<NumberRange>{{7, 7}}));
  EXPECT_EQ(SequenceSet::parse_front("7,)", set), 0u);
}

TEST(SequenceSet, Normalized) {
  struct Case {
    std::string_view set;
    std::uint32_t largest;
    std::string_view expected;
  };
  for (const Case& test : std::initializer_list<Case>{
           {"1:3", 10, "1:3"},
           {"3:1", 10, "1:3"},
           {"*", 10, "10"},
           {"8:*", 10, "8:10"},
           {"*:8", 10, "8:10"},
           {"12:*", 10, "10:12"},  // RFC 3501 §6.4.8: always the last message too
           {"*:*", 10, "10"},
           {"5,3,1", 10, "1,3,5"},
           {"1,2,3,4", 10, "1:4"},
           {"1:5,3:8,20,9", 10, "1:9,20"},
           {"1:10,2:3", 10, "1:10"},
           {"1:4294967295", 10, "1:4294967295"},
           {"4294967295,1,4294967294", 10, "1,4294967294:4294967295"},
           {"1:4294967295,*", 10, "1:4294967295"},
           {"20:30", 10, "20:30"},
           {"*", 0, ""},
           {"5:*", 0, "5"},
           {"*:5,1", 0, "1,5"},
       }) {
    std::string printed;
    write_set(printed, SequenceSet::parse(test.set).value().normalized(test.largest));
    EXPECT_EQ(printed, test.expected) << test.set << " of " << test.largest;
  }
}

TEST(SequenceSet, LargestNamed) {
  EXPECT_EQ(SequenceSet::parse("1:4,9,2").value().largest_named(), 9u);
  EXPECT_EQ(SequenceSet::parse("*").value().largest_named(), 0u);
  EXPECT_EQ(SequenceSet::parse("7:*").value().largest_named(), 7u);
}

TEST(SequenceSet, Contains) {
  auto ranges = SequenceSet::parse("2:4,8").value().normalized(0);
  for (std::uint32_t number : {2u, 3u, 4u, 8u}) EXPECT_TRUE(contains(ranges, number)) << number;
  for (std::uint32_t number : {0u, 1u, 5u, 7u, 9u, 4294967295u}) EXPECT_FALSE(contains(ranges, number)) << number;
  EXPECT_FALSE(contains({}, 1));
}

TEST(SequenceSet, WritesNumbersAsRanges) {
  auto printed = [](std::vector<std::uint32_t> numbers) {
    std::string out;
    write_set(out, numbers);
    return out;
  };
  EXPECT_EQ(printed({}), "");
  EXPECT_EQ(printed({5}), "5");
  EXPECT_EQ(printed({1, 2, 3}), "1:3");
  EXPECT_EQ(printed({1, 3, 4, 6}), "1,3:4,6");
  EXPECT_EQ(printed({4294967294, 4294967295}), "4294967294:4294967295");
}

TEST(OnPage, CountsFromEitherEnd) {
  const std::vector<std::uint32_t> numbers{2, 4, 6, 7, 9};
  const std::vector<NumberRange> ranges{{2, 2}, {4, 4}, {6, 7}, {9, 9}};
  const auto check = [&](Page page, std::string_view expected) {
    std::string text;
    write_set(text, on_page(numbers, page));
    EXPECT_EQ(text, expected);
    text.clear();
    write_set(text, on_page(ranges, page));
    EXPECT_EQ(text, expected);
  };
  check({.first = 1, .last = 2}, "2,4");
  check({.first = 2, .last = 1}, "2,4");
  check({.first = 3, .last = 4}, "6:7");
  check({.first = 4, .last = 4'000'000'000}, "7,9");
  check({.first = 6, .last = 9}, "");
  check({.first = 1, .last = 1, .is_from_end = true}, "9");
  check({.first = 2, .last = 3, .is_from_end = true}, "6:7");
  check({.first = 4, .last = 4'294'967'295, .is_from_end = true}, "2,4");
  check({.first = 6, .last = 6, .is_from_end = true}, "");
  EXPECT_TRUE(on_page(std::span<const std::uint32_t>(), {.first = 1, .last = 1}).empty());
}

}  // namespace
}  // namespace portreeve::imap
