#include "core/mime/transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace portreeve::mime {
namespace {

std::string in_pieces(TransferEncoding encoding, std::string_view bytes, auto next_size) {
  TransferDecoder decoder(encoding);
  std::string out;
  while (!bytes.empty()) {
    std::size_t size = std::min<std::size_t>(next_size(), bytes.size());
    decoder.feed(std::string(bytes.substr(0, size)), out);
    bytes.remove_prefix(size);
  }
  decoder.finish(out);
  return out;
}

std::string decoded(TransferEncoding encoding, std::string_view bytes) {
  std::string whole = in_pieces(encoding, bytes, [] { return std::string::npos; });
  EXPECT_EQ(in_pieces(encoding, bytes, [] { return 1U; }), whole) << bytes;
  EXPECT_EQ(in_pieces(encoding, bytes, [] { return 2U; }), whole) << bytes;
  EXPECT_EQ(in_pieces(encoding, bytes, [] { return 5U; }), whole) << bytes;
  EXPECT_EQ(decode_transfer(encoding, bytes, bytes.size()), whole);
  return whole;
}

std::string encoded_in_pieces(TransferEncoding encoding, std::string_view bytes, std::size_t size) {
  TransferEncoder encoder(encoding);
  std::string out;
  while (!bytes.empty()) {
    encoder.feed(std::string(bytes.substr(0, size)), out);
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  encoder.finish(out);
  return out;
}

std::string encoded(TransferEncoding encoding, std::string_view bytes) {
  std::string whole = encoded_in_pieces(encoding, bytes, std::string::npos);
  for (std::size_t size : {1U, 2U, 7U}) EXPECT_EQ(encoded_in_pieces(encoding, bytes, size), whole) << bytes;
  EXPECT_EQ(decoded(encoding, whole), bytes) << whole;
  for (std::string_view rest = whole; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find("\r\n"));
    EXPECT_LE(line.size(), 76U) << whole;
    EXPECT_FALSE(line.starts_with('-')) << whole;
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
  }
  return whole;
}

struct Case {
  std::string_view encoded;
  std::string_view plain;
};

TEST(TransferEncoding, IsNamed) {
  using enum TransferEncoding;
  EXPECT_EQ(transfer_encoding(""), identity);
  EXPECT_EQ(transfer_encoding(" 7bit"), identity);
  EXPECT_EQ(transfer_encoding("8BIT"), identity);
  EXPECT_EQ(transfer_encoding(" Base64 (as it were)"), base64);
  EXPECT_EQ(transfer_encoding("quoted-printable;"), quoted_printable);
  EXPECT_EQ(transfer_encoding("x-uuencode"), unknown);
  EXPECT_TRUE(is_binary_encoding(" (really) Binary\r\n (yes); x"));
  for (std::string_view value : {"", "8bit", "binary8", "x-binary"}) EXPECT_FALSE(is_binary_encoding(value)) << value;
}

TEST(Base64, IsDecodedLeniently) {
  for (const Case& row :
       {Case{"", ""}, Case{"Zg==", "f"}, Case{"Zm8=", "fo"}, Case{"Zm9v", "foo"}, Case{"Zm9vYmFy", "foobar"},
        Case{"Zm9v\r\nYmFy\r\n", "foobar"}, Case{"Zm 9-v!", "foo"}, Case{"Zg", "f"}, Case{"Zm8", "fo"}, Case{"Z", ""},
        Case{"Zg==Zm8=", "ffo"}, Case{"====", ""}, Case{"Zm9\r\nv", "foo"}, Case{"Z===Zm9v", "foo"}}) {
    EXPECT_EQ(decoded(TransferEncoding::base64, row.encoded), row.plain) << row.encoded;
  }
}

TEST(QuotedPrintable, IsDecodedLeniently) {
  for (const Case& row : {Case{"", ""},
                          Case{"a=3Db", "a=b"},
                          Case{"=c3=A4", "\xC3\xA4"},
                          Case{"a=\r\nb", "ab"},
                          Case{"a=\nb", "ab"},
                          Case{"a= \t\r\nb", "ab"},
                          Case{"a  b \t\r\nc", "a  b\r\nc"},
                          Case{"a \nb", "a\nb"},
                          Case{"a\r\n\r\nb", "a\r\n\r\nb"},
                          Case{"a=", "a"},
                          Case{"a= ", "a"},
                          Case{"a=3", "a=3"},
                          Case{"a=zz", "a=zz"},
                          Case{"a=3z=3D", "a=3z="},
                          Case{"a==3D", "a=="},
                          Case{"a= b", "a= b"},
                          Case{"a=\rb", "a=\rb"},
                          Case{"trailing \t", "trailing"},
                          Case{"a\rb", "a\rb"},
                          Case{"=3D=\r\n=3D", "=="},
                          Case{"8bit \xFF=FF", "8bit \xFF\xFF"}}) {
    EXPECT_EQ(decoded(TransferEncoding::quoted_printable, row.encoded), row.plain) << row.encoded;
  }
}

TEST(QuotedPrintable, DoesNotDependOnThePieces) {
  std::mt19937 random(1);
  std::string_view alphabet = "=\r\n \t3Dax";
  for (int i = 0; i < 2'000; ++i) {
    std::string text(random() % 20, '\0');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    decoded(TransferEncoding::quoted_printable, text);
    decoded(TransferEncoding::base64, text);
  }
}

TEST(Identity, IsCopied) {
  EXPECT_EQ(decoded(TransferEncoding::identity, "a=3D "), "a=3D ");
  EXPECT_EQ(decoded(TransferEncoding::unknown, "begin 644"), "begin 644");
}

TEST(Base64, IsEncodedInLines) {
  for (const Case& row : {Case{"", ""}, Case{"Zg==", "f"}, Case{"Zm8=", "fo"}, Case{"Zm9v", "foo"},
                          Case{"AP/+", std::string_view("\0\xFF\xFE", 3)}, Case{"DQo=", "\r\n"}}) {
    EXPECT_EQ(encoded(TransferEncoding::base64, row.plain), row.encoded);
  }
  // 57 bytes fill a line, which ends only where another begins.
  std::string line = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";
  EXPECT_EQ(encoded(TransferEncoding::base64, std::string(57, 'A')), line);
  EXPECT_EQ(encoded(TransferEncoding::base64, std::string(58, 'A')), line + "\r\nQQ==");
}

TEST(QuotedPrintable, IsEncoded) {
  std::string full(75, 'a');
  struct Row {
    std::string plain;
    std::string encoded;
  };
  for (const Row& row : std::vector<Row>{
           {"", ""},
           {"a=b", "a=3Db"},
           {"a\r\nb\r\n", "a\r\nb\r\n"},
           {"\r\n\r\n", "\r\n\r\n"},
           {"\xC3\xA4\x7F", "=C3=A4=7F"},
           {std::string("a\0b", 3), "a=00b"},
           // Line ends that are none.
           {"a\nb", "a=0Ab"},
           {"a\rb", "a=0Db"},
           {"a\r\r\nb\n\r", "a=0D\r\nb=0A=0D"},
           // Blanks at a line's end (RFC 2045 §6.7 rule 3).
           {"a  \r\nb\t\r\n", "a =20\r\nb=09\r\n"},
           {"a ", "a=20"},
           {" \ra", " =0Da"},
           {" \r", " =0D"},
           {" a\tb c", " a\tb c"},
           // Soft line breaks, never within an escape, and with room for what ends the last line.
           {full, full},
           {full + "b", full + "=\r\nb"},
           {full + " \r\n", full + "=\r\n=20\r\n"},
           {full.substr(2) + "=", full.substr(2) + "=\r\n=3D"},
           {full.substr(3) + "=", full.substr(3) + "=3D"},
           // Nothing looks like a boundary.
           {"--a\r\n-- \r\na-b", "=2D-a\r\n=2D-=20\r\na-b"},
           {full + "--a", full + "=\r\n=2D-a"},
       }) {
    EXPECT_EQ(encoded(TransferEncoding::quoted_printable, row.plain), row.encoded);
  }
}

TEST(TransferEncoder, EndsALineWithoutAddingToIt) {
  for (auto encoding : {TransferEncoding::base64, TransferEncoding::quoted_printable}) {
    for (std::string plain : {std::string(), std::string("a"), std::string("a\r\n"), std::string(57, 'x'),
                              std::string(75, 'x'), std::string("a ")}) {
      TransferEncoder encoder(encoding);
      std::string out;
      encoder.feed(plain, out);
      encoder.finish(out);
      encoder.end_line(out);
      EXPECT_TRUE(out.empty() || out.ends_with("\r\n")) << out;
      EXPECT_FALSE(out.ends_with("\r\n\r\n")) << out;
      EXPECT_EQ(decoded(encoding, out), plain);
    }
  }
}

TEST(TransferEncoder, GivesBackWhatItWasGiven) {
  std::mt19937 random(2);
  std::string alphabet("=\r\n \t-ab\0\xFF", 10);
  for (int i = 0; i < 1'000; ++i) {
    std::string bytes(random() % 300, '\0');
    bool is_even = random() % 2 == 0;
    for (char& c : bytes) c = is_even ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    std::string quoted = encoded(TransferEncoding::quoted_printable, bytes);
    EXPECT_LE(quoted.size() * 10, bytes.size() * 32 + 100);
    encoded(TransferEncoding::base64, bytes);
  }
}

TEST(DecodeTransfer, KeepsToItsLimit) {
  std::string many(100'000, 'A');
  EXPECT_EQ(decode_transfer(TransferEncoding::base64, many, 10).size(), 10U);
  EXPECT_EQ(decode_transfer(TransferEncoding::quoted_printable, many, 10), "AAAAAAAAAA");
}

TEST(TransferDecoder, TakesLinearTime) {
  for (std::string_view piece : {" ", "= ", "=", "=\t\t\t\t\t\t\t", "\r", "=\r", "=3"}) {
    std::string text;
    while (text.size() < 4'000'000) text += piece;
    std::string out;
    TransferDecoder decoder(TransferEncoding::quoted_printable);
    decoder.feed(text, out);
    decoder.finish(out);
    EXPECT_LE(out.size(), text.size());
    in_pieces(TransferEncoding::quoted_printable, "=" + text.substr(0, 1'000'000) + "x",
              [] { return std::string::npos; });
  }
}

}  // namespace
}  // namespace portreeve::mime
