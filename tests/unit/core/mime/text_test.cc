#include "core/mime/text.h"

#include <gtest/gtest.h>

#include <string>

#include "core/mime/charset.h"

namespace portreeve::mime {
namespace {

struct Case {
  std::string_view raw;
  std::string_view text;
};

TEST(DecodeHeader, DecodesEncodedWords) {
  for (const Case& row : {
           Case{"", ""},
           Case{" plain ", "plain"},
           // RFC 2047 §8
           Case{"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"},
           Case{"=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\xC3\xA9 Pirard"},
           Case{"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
                "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
                "If you can read this you understand the example."},
           Case{"(=?ISO-8859-1?Q?a?=)", "(a)"},
           Case{"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
           Case{"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
           Case{"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
           Case{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
           Case{"=?utf-8*de?q?Gr=c3=bc=c3=9fe?=",
                "Gr\xC3\xBC\xC3\x9F"
                "e"},
           Case{"=?UTF-8?B?w7zDtg?=", "\xC3\xBC\xC3\xB6"},
           Case{"=?UTF-8?Q?trailing_?= x", "trailing  x"},
           Case{"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xE6\x97\xA5\xE6\x9C\xAC"},
           Case{"=?gb2312?B?1tC5+g==?=", "\xE4\xB8\xAD\xE5\x9B\xBD"},
           Case{"=?koi8-r?Q?=F2=D5=D3?=", "\xD0\xA0\xD1\x83\xD1\x81"},
           // a character cut in two by the mailer
           Case{"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "\xC3\xBC"},
           // words glued to text
           Case{"x=?utf-8?Q?=C3=BC?=y", "x\xC3\xBCy"},
           Case{"=?utf-8?Q?a b?=", "a b"},
       }) {
    EXPECT_EQ(decode_header(row.raw), row.text) << row.raw;
  }
}

TEST(DecodeHeader, LeavesWhatIsMalformed) {
  for (std::string_view raw : {"=?", "=??", "=?utf-8?Q?open", "=?utf-8?X?a?=", "=?utf-8?Q?", "=?utf-8?Qa?=", "=??Q?a?=",
                               "=?x-unknown?Q?a?=", "=?x-unknown?Q?a?= =?x-unknown?Q?b?=", "=?=?=?", "a =? b ?= c"}) {
    EXPECT_EQ(decode_header(raw), raw);
  }
}

TEST(DecodeHeader, GivesUtf8Whatever) {
  EXPECT_EQ(decode_header("Gr\xC3\xBC\xC3\x9F"), "Gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(decode_header("Gr\xFC\xDF"), "Gr\xC3\xBC\xC3\x9F");  // unlabelled Latin-1
  EXPECT_EQ(decode_header("=?utf-8?Q?=FF?="), "\xEF\xBF\xBD");
  EXPECT_EQ(decode_header("=?shift_jis?Q?=82?="), "\xEF\xBF\xBD");
}

TEST(DecodeHeader, IsBounded) {
  for (std::string_view piece : {"=?utf-8?Q?=C3=BC?= ", "=?", "=?a?q?x", "=?utf-8?Q?", "=?utf-7?Q?+AGE-?= ", "\xFF"}) {
    std::string raw;
    while (raw.size() < 2'000'000) raw += piece;
    EXPECT_LE(decode_header(raw).size(), kMaxDecodedHeader);
  }
}

TEST(Charset, IsKnownByManyNames) {
  for (const char* name : {"utf8", "UTF-8", "utf_8"}) EXPECT_EQ(to_utf8(name, "\xC3\xBC", 10), "\xC3\xBC") << name;
  for (const char* name : {"windows-1252", "cp1252", "CP-1252", "x-cp1252", "iso-8859-1", "ISO_8859-1", "latin1"}) {
    EXPECT_EQ(to_utf8(name, "\xFC", 10), "\xC3\xBC") << name;
  }
  EXPECT_EQ(to_utf8("no such", "a", 10), std::nullopt);
  EXPECT_EQ(to_utf8("", "a", 10), std::nullopt);
  EXPECT_EQ(to_utf8("ISO-2022-CN-EXT", "a", 10), std::nullopt);
}

TEST(Charset, ReplacesWhatIsNotInIt) {
  EXPECT_EQ(to_utf8("utf-8",
                    "a\xFF"
                    "b\xC3",
                    100),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("utf-8", "\xED\xA0\x80", 100), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("utf-8", "\xC0\x80\xF5", 100), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("euc-jp",
                    "a\xFF"
                    "b",
                    100),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(to_utf8("utf-16",
                    std::string_view("\xFF\xFE"
                                     "a\0b",
                                     5),
                    100),
            "a\xEF\xBF\xBD");
}

TEST(Charset, CutsBetweenCharacters) {
  EXPECT_EQ(to_utf8("utf-8", "a\xC3\xBC", 2), "a");
  EXPECT_EQ(to_utf8("latin1", "a\xFC", 2), "a");
  EXPECT_EQ(sanitized_utf8("\xFF\xFF", 4), "\xEF\xBF\xBD");
}

TEST(Fold, LevelsCaseAndForm) {
  for (const Case& row : {
           Case{"", ""},
           Case{"ABC xyz", "abc xyz"},
           Case{"GR\xC3\x9C\xC3\x9F"
                "E",
                "gr\xC3\xBC"
                "sse"},
           Case{"\xCE\xA3\xCE\xAF\xCF\x82", "\xCF\x83\xCE\xAF\xCF\x83"},  // Sigma, final and not
           Case{"u\xCC\x88", "\xC3\xBC"},                                 // combining diaeresis
           Case{"xU\xCC\x88y", "x\xC3\xBCy"},
           Case{"\xEF\xBC\xA1\xEF\xBC\x91", "a1"},                        // full width
           Case{"\xEF\xAC\x81n", "fin"},                                  // ligature
           Case{"\xE2\x84\xAA", "k"},                                     // Kelvin sign
           Case{"\xD0\x9F\xD0\xA0\xD0\x98", "\xD0\xBF\xD1\x80\xD0\xB8"},  // Cyrillic
           Case{"\xC3\x84\xD0\x9F", "\xC3\xA4\xD0\xBF"},
           Case{"A\xFFZ", "a\xEF\xBF\xBDz"},
       }) {
    EXPECT_EQ(fold(row.raw), row.text) << row.raw;
    EXPECT_EQ(fold(row.text), row.text);
  }
}

TEST(FoldCase, LevelsCaseAlone) {
  for (const Case& row : {
           Case{"", ""},
           Case{"ABC xyz", "abc xyz"},
           Case{"J\xC3\x9CRGEN", "j\xC3\xBCrgen"},
           Case{"JU\xCC\x88RGEN", "j\xC3\xBCrgen"},
           Case{"\xCE\xA3\xCE\xAF\xCF\x82", "\xCF\x83\xCE\xAF\xCF\x83"},  // Sigma, final and not
           Case{"\xEF\xBC\xA1", "\xEF\xBD\x81"},                          // full width stays so
           Case{"\xC2\xBD", "\xC2\xBD"},                                  // one half
           // alpha with iota subscript and accent, in any order
           Case{"\xCE\x91\xCD\x85\xCC\x81", "\xCE\xAC\xCE\xB9"},
           Case{"\xCE\x91\xCC\x81\xCD\x85", "\xCE\xAC\xCE\xB9"},
           Case{"\xE1\xBE\xB4", "\xCE\xAC\xCE\xB9"},
           Case{"A\xFFZ", "a\xEF\xBF\xBDz"},
       }) {
    EXPECT_EQ(fold_case(row.raw), row.text) << row.raw;
    EXPECT_EQ(fold_case(row.text), row.text);
  }
}

TEST(Contains, ComparesFolded) {
  std::string text =
      "Viele Gr\xC3\xBC\xC3\x9F"
      "e";
  EXPECT_TRUE(contains(text, fold("GR\xC3\x9CSSE")));
  EXPECT_TRUE(contains(text, fold("viele")));
  EXPECT_TRUE(contains(text, ""));
  EXPECT_FALSE(contains(text, fold("Grusse")));
  EXPECT_FALSE(contains("", fold("a")));
  EXPECT_TRUE(contains("PLAIN ascii", fold("n A")));
}

TEST(Contains, FindsAcrossItsPieces) {
  for (std::size_t before : {0U, 1U, 8'188U, 8'190U, 8'191U, 8'192U, 8'193U, 16'383U, 50'000U}) {
    EXPECT_TRUE(contains(std::string(before, 'x') + "NeedLe" + std::string(10, 'x'), "needle")) << before;
    EXPECT_TRUE(contains(std::string(before, 'x') + "NeedLe", "needle")) << before;
    EXPECT_FALSE(contains(std::string(before, 'x') + "NeedL", "needle")) << before;
  }
  std::string large(10'000, 'A');
  EXPECT_TRUE(contains("b" + large, fold(large)));
  EXPECT_FALSE(contains(large.substr(1), fold(large)));
}

TEST(DecodeText, UndoesTransferEncodingAndCharset) {
  constexpr std::string_view kLatin = "Content-Type: text/plain; charset=iso-8859-1\r\n";
  EXPECT_EQ(decode_text(kLatin, "Gr\xFC\xDF", 100), "Gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(
      decode_text(std::string(kLatin) + "Content-Transfer-Encoding: quoted-printable\r\n\r\n", "Gr=FC=\r\n=DF", 100),
      "Gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(
      decode_text("Content-Type: text/html; charset=\"utf-8\"\r\ncontent-transfer-encoding: BASE64\r\n", "w7w=", 100),
      "\xC3\xBC");
  EXPECT_EQ(decode_text("", "as it is", 100), "as it is");
  EXPECT_EQ(decode_text("", "\xC3\xBC without a label", 100), "\xC3\xBC without a label");
  EXPECT_EQ(decode_text("Content-Type: text/plain; charset=us-ascii\r\n", "\xC3\xBC", 100), "\xC3\xBC");
  EXPECT_EQ(decode_text("Content-Type: text/plain; charset=made-up\r\n", "\xFC", 100), "\xC3\xBC");
}

TEST(DecodeText, KeepsToItsLimit) {
  EXPECT_EQ(decode_text("", std::string(1'000, 'a'), 10), std::string(10, 'a'));
  EXPECT_EQ(decode_text("Content-Transfer-Encoding: base64\r\n", std::string(1'000, 'A'), 10).size(), 10U);
  EXPECT_EQ(decode_text("", "short", std::string::npos), "short");
}

TEST(IsTextPart, GoesByTheType) {
  EXPECT_TRUE(is_text_part(""));
  EXPECT_TRUE(is_text_part("Content-Type: text/html\r\n"));
  EXPECT_TRUE(is_text_part("Content-Type: garbage\r\n"));
  EXPECT_FALSE(is_text_part("Content-Type: image/png\r\n"));
}

}  // namespace
}  // namespace portreeve::mime
