#include "protocols/smtp/xtext.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::smtp {
namespace {

TEST(Xtext, Bytes) {
  EXPECT_EQ(encode_xtext("a b+c=d"), "a+20b+2Bc+3Dd");
  EXPECT_EQ(encode_xtext("!~\x7f\xc3"), "!~+7F+C3");
  EXPECT_EQ(encode_xtext(""), "");
  std::string every;
  for (int i = 0; i < 256; ++i) every.push_back(static_cast<char>(i));
  EXPECT_EQ(decode_xtext(encode_xtext(every)), every);
  EXPECT_EQ(decode_xtext("a+2bb"), "a+b");
}

TEST(Xtext, Refused) {
  for (const char* bad : {"+", "+2", "a+", "+2G", "+-1", "+ 1", "a b", "a=b", "\xc3\xa4", "a\x7f", "a\tb"}) {
    EXPECT_EQ(decode_xtext(bad), std::nullopt) << bad;
  }
}

TEST(Xtext, Utf8Address) {
  EXPECT_EQ(encode_utf8_address("bj\xc3\xb6rn+x=\\ y@z"), "bj\\x{F6}rn\\x{2B}x\\x{3D}\\x{5C}\\x{20}y@z");
  EXPECT_EQ(encode_utf8_address("\xe2\x82\xac\xf0\x9f\x93\xa7"), "\\x{20AC}\\x{1F4E7}");
  EXPECT_EQ(encode_utf8_address("\x01"), "\\x{01}");
  for (const char* text : {"a@b", "\xc2\x80", "\xdf\xbf", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf", "\\x{41}", " +=\\"}) {
    EXPECT_EQ(decode_utf8_address(encode_utf8_address(text)), text) << text;
  }
  EXPECT_EQ(decode_utf8_address("\xc3\xb6\\x{f6}+a"), "\xc3\xb6\xc3\xb6+a");
}

TEST(Xtext, Utf8AddressRefused) {
  for (const char* bad : {"\\", "\\x", "\\x{", "\\x{}", "\\x{41", "\\x{0000041}", "\\x{D800}", "\\x{DFFF}",
                          "\\x{110000}", "\\x{-1}", "\\x{4 1}", "\\u{41}", "a b", "\xc0\x80", "\xed\xa0\x80", "\xff"}) {
    EXPECT_EQ(decode_utf8_address(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace portreeve::smtp
