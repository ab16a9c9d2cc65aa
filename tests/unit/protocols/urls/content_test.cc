// The text that a URL stands for.
#include "protocols/urls/content.h"

#include <gtest/gtest.h>

#include "tests/unit/protocols/urls/fake_store.h"

namespace portreeve::urls {
namespace {

constexpr std::string_view kMessage =
    "Subject: one\r\nX: y\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\n\r\nfirst\r\n--b\r\nContent-Type: text/html\r\n\r\nsecond\r\n--b--\r\n";

class ContentTest : public ::testing::Test {
 protected:
  ContentTest() { store_.message = kMessage; }

  // In pieces of 4 bytes; an error in brackets.
  std::string read(std::string_view text) {
    const auto content = open_content(store_, testing::kInbox, *parse_url(text));
    if (!content) return "[" + content.error().detail + "]";
    std::string out;
    while ((*content)->left() > 0) {
      const std::uint64_t left = (*content)->left();
      if (const auto more = (*content)->read(4, out); !more) return out + "[" + more.error().detail + "]";
      EXPECT_EQ((*content)->left(), left - std::min<std::uint64_t>(left, 4));
    }
    return out;
  }

  testing::FakeStore store_;
};

TEST_F(ContentTest, OfMessagesAndParts) {
  EXPECT_EQ(read("/x/;UID=5"), kMessage);
  EXPECT_EQ(read("/x;UIDVALIDITY=7/;UID=5/;SECTION=1"), "first");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=2.MIME"), "Content-Type: text/html\r\n\r\n");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=HEADER.FIELDS%20(X%20Y)"), "X: y\r\n\r\n");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=HEADER.FIELDS.NOT%20(Content-Type)/;PARTIAL=9.8"), "one\r\nX: ");
  EXPECT_EQ(store_.opened, 0);
}

TEST_F(ContentTest, PartialRanges) {
  EXPECT_EQ(read("/x/;UID=5/;SECTION=2/;PARTIAL=3"), "ond");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=2/;PARTIAL=1.2"), "ec");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=2/;PARTIAL=4.4294967295"), "nd");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=2/;PARTIAL=6.1"), "");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=2/;PARTIAL=4294967295.4294967295"), "");
}

TEST_F(ContentTest, WhatIsNotThere) {
  EXPECT_EQ(read("/x/;UID=6"), "[there is no such message]");
  EXPECT_EQ(read("/x;UIDVALIDITY=8/;UID=5"), "[the mailbox is another one]");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=3"), "[the message has no such part]");
  EXPECT_EQ(read("/x/;UID=5/;SECTION=1.HEADER"), "[the message has no such part]");
  EXPECT_FALSE(open_content(store_, 11, *parse_url("/x/;UID=5")));
}

TEST_F(ContentTest, ADamagedBodyIsToldOf) {
  store_.readable = 6;
  EXPECT_EQ(read("/x/;UID=5"), "Subjec[a body is shorter than its summary says]");
}

}  // namespace
}  // namespace portreeve::urls
