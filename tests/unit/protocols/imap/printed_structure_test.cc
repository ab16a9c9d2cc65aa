// Parts of printed body structures.
#include "protocols/imap/printed_structure.h"

#include <gtest/gtest.h>

#include "core/mime/summary.h"

namespace portreeve::imap {
namespace {

using Path = std::vector<std::uint32_t>;

TEST(PrintedStructure, OfTheWholeAndOfOnePart) {
  const std::string_view text = R"(("text" "plain" NIL NIL NIL "7bit" 4 0))";
  EXPECT_EQ(structure_of(text, {}), text);
  EXPECT_EQ(structure_of(text, {1}), text);
  EXPECT_EQ(structure_of(text, {2}), "");
  EXPECT_EQ(structure_of(text, {1, 1}), "");
}

TEST(PrintedStructure, OfPartsWithinParts) {
  const std::string_view text =
      R"((("text" "plain" ("a" "(\"" "b" NIL) NIL NIL "7bit" 4 0)(("image" "png" NIL NIL NIL "base64" 8)("x" "y" NIL NIL NIL "7bit" 1) "mixed") "alternative" ("boundary" "b")))";
  EXPECT_EQ(structure_of(text, {1}), R"(("text" "plain" ("a" "(\"" "b" NIL) NIL NIL "7bit" 4 0))");
  EXPECT_EQ(structure_of(text, {2, 2}), R"(("x" "y" NIL NIL NIL "7bit" 1))");
  EXPECT_EQ(structure_of(text, {2, 3}), "");
  EXPECT_EQ(structure_of(text, {3}), "");
  EXPECT_EQ(structure_of(text, {1, 1}), "");
}

TEST(PrintedStructure, OfMessagesWithin) {
  const mime::Summary summary = mime::summarize(
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
      "Subject: \xC3\xBC (\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: a/b\r\n\r\nx\r\n"
      "--c\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: c/d\r\n\r\ny\r\n--c--\r\n--b--\r\n");
  EXPECT_TRUE(structure_of(summary.body_structure, {1, 1}).starts_with(R"(("a" "b")"));
  EXPECT_TRUE(structure_of(summary.body_structure, {1, 2}).starts_with(R"(("message" "rfc822")"));
  EXPECT_TRUE(structure_of(summary.body_structure, {1, 2, 1}).starts_with(R"(("c" "d")"));
  EXPECT_EQ(structure_of(summary.body_structure, {1, 2, 2}), "");
}

TEST(PrintedStructure, WhatIsNoneHasNoParts) {
  for (const std::string_view text : {"", "(", ")", "NIL", "((", "({9}\r\nx", "({", "(\"", "(\"\\", "())", "(x"}) {
    EXPECT_EQ(structure_of(text, {}), text);
    EXPECT_LE(structure_of(text, {1, 1}).size(), text.size());
    EXPECT_LE(decoded_structure(text, 1, 1).size(), text.size() + 20);
  }
}

TEST(PrintedStructure, Decoded) {
  EXPECT_EQ(decoded_structure(R"(("image" "png" ("a" "b") NIL NIL "base64" 164 NIL))", 123, 4),
            R"(("image" "png" ("a" "b") NIL NIL "BINARY" 123 NIL))");
  EXPECT_EQ(decoded_structure(R"(("TEXT" "plain" NIL NIL NIL "quoted-printable" 164 9))", 123, 4),
            R"(("TEXT" "plain" NIL NIL NIL "BINARY" 123 4))");
}

}  // namespace
}  // namespace portreeve::imap
