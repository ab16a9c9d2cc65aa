#include "core/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::base {
namespace {

TEST(Utf8, TakesEveryCharacterOnItsOwn) {
  for (const std::string& text : {
           std::string(), std::string("plain"), std::string("a\0b", 3), std::string("\x7f"),
           std::string("\xC2\x80"),          // U+0080
           std::string("\xDF\xBF"),          // U+07FF
           std::string("\xE0\xA0\x80"),      // U+0800
           std::string("\xED\x9F\xBF"),      // U+D7FF
           std::string("\xEE\x80\x80"),      // U+E000
           std::string("\xEF\xBF\xBF"),      // U+FFFF
           std::string("\xF0\x90\x80\x80"),  // U+10000
           std::string("\xF4\x8F\xBF\xBF"),  // U+10FFFF
       }) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, SaysWhereItEnds) {
  struct Row {
    std::string wrong;
    const char* why;
  };
  for (const Row& row : {
           Row{"\x80", "a tail alone"},
           Row{"\xBF", "a tail alone"},
           Row{"\xC0\xAF", "overlong, two bytes"},
           Row{"\xC1\xBF", "overlong, two bytes"},
           Row{"\xE0\x9F\xBF", "overlong, three bytes"},
           Row{"\xF0\x8F\xBF\xBF", "overlong, four bytes"},
           Row{"\xED\xA0\x80", "the first surrogate"},
           Row{"\xED\xBF\xBF", "the last surrogate"},
           Row{"\xF4\x90\x80\x80", "U+110000"},
           Row{"\xF5\x80\x80\x80", "beyond"},
           Row{"\xF8\x88\x80\x80\x80", "five bytes"},
           Row{"\xFE", "never"},
           Row{"\xFF", "never"},
           Row{"\xC3", "cut after one of two"},
           Row{"\xE2\x82", "cut after two of three"},
           Row{"\xF0\x9F\x98", "cut after three of four"},
           Row{"\xC3x", "no tail"},
           Row{"\xE2x\xAC", "no second tail"},
           Row{"\xF0\x9F\x98x", "no last tail"},
       }) {
    // At every place in a word of the machine, and with both kinds of text before and after.
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string ascii(before, 'x');
      EXPECT_EQ(utf8_prefix(ascii + row.wrong), before) << row.why;
      EXPECT_EQ(utf8_prefix(ascii + row.wrong + "more than eight bytes"), before) << row.why;
      EXPECT_EQ(utf8_prefix("\xC3\xBC" + ascii + "\xC3\xBC" + row.wrong), before + 4) << row.why;
      EXPECT_FALSE(is_utf8(ascii + row.wrong)) << row.why;
    }
  }
}

}  // namespace
}  // namespace portreeve::base
