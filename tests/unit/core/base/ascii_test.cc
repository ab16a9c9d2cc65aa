#include "core/base/ascii.h"

#include <gtest/gtest.h>

namespace portreeve::base {
namespace {

TEST(Ascii, ComparesWithoutCaseButOnlyAscii) {
  EXPECT_TRUE(equals_ignoring_case("EhLo", "eHlO"));
  EXPECT_FALSE(equals_ignoring_case("ehlo", "ehlo "));
  EXPECT_FALSE(equals_ignoring_case("Ä", "ä"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(Ascii, FindsPrefixesWithoutCase) {
  EXPECT_TRUE(starts_with_ignoring_case("From: a", "FROM:"));
  EXPECT_FALSE(starts_with_ignoring_case("Fro", "from"));
  EXPECT_TRUE(starts_with_ignoring_case("x", ""));
}

TEST(Ascii, TrimsBlanksAndTabsAtBothEnds) {
  EXPECT_EQ(trimmed(" \t a b\t "), "a b");
  EXPECT_EQ(trimmed(" \t"), "");
}

TEST(Ascii, ChangesCaseOfAsciiLettersOnly) {
  EXPECT_EQ(lowered("ABCZ[\xC4"), "abcz[\xC4");
  EXPECT_EQ(uppered("abcz{\xE4"), "ABCZ{\xE4");
}

}  // namespace
}  // namespace portreeve::base
