#include "core/mime/utf8.h"

#include <gtest/gtest.h>

namespace portreeve::mime {
namespace {

TEST(Utf8, Characters) {
  std::string_view text = "a\xe2\x82\xac\xff";
  EXPECT_EQ(take_character(text), U'a');
  EXPECT_EQ(take_character(text), U'\u20ac');
  EXPECT_EQ(take_character(text), std::nullopt);
  EXPECT_EQ(text, "\xff");
  std::string out;
  EXPECT_TRUE(append_character(out, U'\U0010ffff'));
  EXPECT_EQ(out, "\xf4\x8f\xbf\xbf");
  EXPECT_FALSE(append_character(out, 0xd800));
  EXPECT_FALSE(append_character(out, 0x110000));
  EXPECT_FALSE(append_character(out, 0xffffffff));
}

}  // namespace
}  // namespace portreeve::mime
