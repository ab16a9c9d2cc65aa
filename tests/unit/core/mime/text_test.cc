#include "core/mime/text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/mime/charset.h"
#include "core/mime/find_bytes.h"

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

TEST(Composed, IsNfc) {
  for (const auto& [raw, text] : std::vector<std::pair<std::string, std::string>>{
           {"", ""},
           {"plain", "plain"},
           {"Cafe\u0301", "Caf\u00e9"},
           {"Caf\u00e9", "Caf\u00e9"},
           {"e\u0323\u0302", "\u1ec7"},
           {"e\u0302\u0323", "\u1ec7"},
           {"\u1112\u1161\u11ab", "\ud55c"},
           {"\u212b", "\u00c5"},
           {"\u00bd\ufb01", "\u00bd\ufb01"},
           {"\u0958", "\u0915\u093c"},
           {"e\u0301\xff", "e\u0301\xff"},
       }) {
    EXPECT_EQ(composed(raw), text) << raw;
    EXPECT_EQ(composed(text), text);
  }
}

// Sorted all at once, these would take minutes.
TEST(Text, EndlessAccents) {
  std::string hidden;
  while (hidden.size() < 1'000'000) hidden += "\u0f73";
  EXPECT_EQ(composed(hidden), hidden);
  EXPECT_EQ(fold(hidden).size(), 2 * hidden.size());
  std::string endless = "a";
  while (endless.size() < 1'000'000) endless += "\u0301\u0323";
  EXPECT_EQ(composed(endless), endless);
  EXPECT_GE(fold(endless).size(), endless.size() - 10);
  EXPECT_GE(fold_case(endless).size(), endless.size() - 10);
  EXPECT_EQ(collation_key(endless).size(), endless.size());
  EXPECT_TRUE(contains(endless, fold(endless)));
  std::string bearable = "e";
  for (int i = 0; i < 15; ++i) bearable += "\u0301\u0323";
  EXPECT_TRUE(composed(bearable).starts_with("\u1eb9\u0323"));
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

std::string utf8_of(char32_t code) {
  std::string out;
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
  }
  tail(0);
  return out;
}

// A letter that is in no table makes all of its run be folded at once.
TEST(Text, FoldsCharacterByCharacterAsAllAtOnce) {
  const std::string all_at_once = utf8_of(0x13A0);
  ASSERT_EQ(fold(all_at_once), all_at_once);
  std::mt19937 random(5);
  const std::vector<std::pair<char32_t, char32_t>> ranges = {
      {0x41, 0x5B},     {0x80, 0x300},    {0x80, 0x300},    {0x2F0, 0x370},     {0x370, 0x900},   {0x370, 0x530},
      {0x1E00, 0x1F00}, {0x2000, 0x2100}, {0x3000, 0x3100}, {0x3040, 0x30A0},   {0x4E00, 0x5000}, {0xAC00, 0xD7A4},
      {0x1100, 0x1200}, {0xFE00, 0xFF00}, {0xFF00, 0xFFE0}, {0x1F300, 0x1FB00}, {0x900, 0xA00},   {0xFB00, 0xFB50}};
  for (unsigned i = 0; i < 100'000; ++i) {
    std::string text;
    const auto& one = ranges[random() % ranges.size()];
    for (unsigned length = 1 + random() % 5; length > 0; --length) {
      const auto& range = random() % 2 == 0 ? one : ranges[random() % ranges.size()];
      text += utf8_of(static_cast<char32_t>(range.first + random() % (range.second - range.first)));
    }
    ASSERT_EQ(fold(text + all_at_once), fold(text) + all_at_once) << text;
  }
}

TEST(Text, FindsBytesWhereverTheyStand) {
  std::mt19937 random(3);
  for (unsigned i = 0; i < 20'000; ++i) {
    std::string haystack(random() % 90, '\0');
    for (char& c : haystack) c = static_cast<char>('a' + random() % 3);
    std::string needle(1 + random() % 6, '\0');
    for (char& c : needle) c = static_cast<char>('a' + random() % 3);
    ASSERT_EQ(has_bytes(haystack, needle), haystack.find(needle) != std::string::npos) << haystack << " " << needle;
  }
  EXPECT_TRUE(has_bytes("", ""));
  EXPECT_FALSE(has_bytes("", "a"));
  EXPECT_FALSE(has_bytes(std::string(100, 'a'), std::string(101, 'a')));
  EXPECT_TRUE(has_bytes(std::string(100, 'a') + 'b', std::string(40, 'a') + 'b'));
}

TEST(Text, IsViewedWhereNothingIsToBeDecoded) {
  std::string buffer;
  for (const std::string_view header :
       {"", "Content-Type: text/plain; charset=utf-8\r\n", "Content-Type: text/plain; charset=iso-8859-1\r\n"}) {
    const std::string body = "as it is";
    EXPECT_EQ(view_text(header, body, 100, buffer).data(), body.data()) << header;
    EXPECT_EQ(view_text(header, body, 5, buffer), "as it") << header;
  }
  for (const std::string_view charset : {"utf-16", "utf-7", "iso-2022-jp", "gb2312"}) {
    const std::string header = "Content-Type: text/plain; charset=" + std::string(charset) + "\r\n";
    const std::string body = "+AOk- ~{VPND~} \x1B$B4A";
    EXPECT_EQ(view_text(header, body, 100, buffer), decode_text(header, body, 100)) << header;
    EXPECT_NE(view_text(header, body, 100, buffer).data(), body.data()) << header;
  }
  for (const std::string raw : {" plain ", "\tfolded\r\n text", "=?utf-8?Q?=C3=BC?=", "\xFC", "", "ends with\r"}) {
    EXPECT_EQ(view_header(raw, buffer), decode_header(raw)) << raw;
  }
}

}  // namespace
}  // namespace portreeve::mime
