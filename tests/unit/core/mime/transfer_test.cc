#include "core/mime/transfer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

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
