#include "core/mime/downgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/utf8.h"
#include "core/mime/encoded_word.h"

namespace portreeve::mime {
namespace {

std::string down(std::string_view block) { return downgraded_header(block).value_or("as it is"); }

TEST(DowngradedHeader, LeavesWhatNeedsNothing) {
  for (const std::string_view block : {"", "\r\n", "Subject: a\r\n\r\n", "Subject: =?utf-8?Q?=C3=A4?=\r\n\r\n",
                                       "Subject: \xff\r\n\r\n", "From: \xe4@b\r\n", "no field \xc3\xa4\r\n\r\n"}) {
    EXPECT_EQ(down(block), "as it is") << block;
  }
}

TEST(DowngradedHeader, KeepsTheOthersByteForByte) {
  EXPECT_EQ(down("a:b \n Subject:  x\r\nX: \xff\nComments: ä\r\n folded\r\nLast : y\n\n"),
            "a:b \n Subject:  x\r\nX: \xff\nLast : y\n\n");
  EXPECT_EQ(down("X: ä"), "");
  EXPECT_EQ(down("X: ä\r\n\r\n"), "\r\n");
}

TEST(DowngradedHeader, WritesAddresses) {
  const std::string nowhere = "\r\n <invalid@internationalized-address.invalid>";
  EXPECT_EQ(down("from: ä@b\r\n"), "From: =?utf-8?Q?=C3=A4=40b?=" + nowhere + "\r\n");
  EXPECT_EQ(down("To: a@ä\r\n"), "To: =?utf-8?Q?a=40=C3=A4?=" + nowhere + "\r\n");
  EXPECT_EQ(down("To: \"a b\"@c, \"x.y\" <d@e>, Ä <f@g>\r\n"),
            "To: <\"a b\"@c>,\r\n \"x.y\" <d@e>,\r\n =?utf-8?Q?=C3=84?= <f@g>\r\n");
  EXPECT_EQ(down("Cc: ü:;, a@b\r\n"), "Cc: =?utf-8?Q?=C3=BC?=: ;,\r\n <a@b>\r\n");
  EXPECT_EQ(down("Return-Path: <ä@b>\r\n"), "");
}

TEST(DowngradedHeader, CannotBeBrokenUp) {
  EXPECT_EQ(down("To: ä <a@[1\r\n\t.2\r\r]>\r\nSubject: ä\r=?utf-8?Q?=0D=0AX:_=00?=\r\n"),
            "To: =?utf-8?Q?=C3=A4?= <a@[1 .2  ]>\r\nSubject: =?utf-8?Q?=C3=A4_=0D=0AX=3A_=00?=\r\n");
}

TEST(DowngradedHeader, DropsParametersThatCannotBeShown) {
  EXPECT_EQ(down("Content-Type: text/plain; name=\"ä\"; charset=utf-8\r\n"),
            "Content-Type: text/plain;\r\n charset=\"utf-8\"\r\n");
  EXPECT_EQ(down("Content-Disposition: attachment; filename=ä; size=3; x*=utf-8''%C3%A4\r\n"),
            "Content-Disposition: attachment;\r\n size=\"3\";\r\n x*=utf-8''%C3%A4\r\n");
  EXPECT_EQ(down("Content-Type: ä\r\n"), "");
}

TEST(DowngradedHeader, CutsWordsBetweenCharacters) {
  std::string subject;
  for (int i = 0; i < 300; ++i) subject += i % 3 == 0 ? "\xf0\x9f\x93\xab" : i % 3 == 1 ? "ß" : " x";
  const std::string out = down("Subject: " + subject + "\r\n\r\n");
  EXPECT_EQ(base::ascii_prefix(out), out.size());
  for (std::size_t begin = 0; begin < out.size();) {
    const std::size_t end = out.find("\r\n", begin);
    EXPECT_LE(end - begin, 75U + 9U);
    begin = end + 2;
  }
  std::string unfolded = out.substr(9, out.size() - 13);
  for (std::size_t at = 0; (at = unfolded.find("\r\n", at)) != std::string::npos;) unfolded.erase(at, 2);
  EXPECT_EQ(decode_words(unfolded, 100'000), subject);
}

TEST(DowngradedHeader, JoinsWordsThatWereEncodedBefore) {
  EXPECT_EQ(down("Subject: =?utf-8?Q?=C3=A4?= ö\r\n"), "Subject: =?utf-8?Q?=C3=A4_=C3=B6?=\r\n");
}

}  // namespace
}  // namespace portreeve::mime
