#include "protocols/smtp/submission_header.h"

#include <gtest/gtest.h>

namespace portreeve::smtp {
namespace {

std::vector<std::string> addresses(const std::vector<Path>& paths) {
  std::vector<std::string> out;
  for (const Path& path : paths) out.push_back(path.local + "|" + path.domain);
  return out;
}

TEST(SubmissionHeader, NamesAllAuthors) {
  using Names = std::vector<std::string>;
  const struct {
    std::string_view header;
    bool has_from;
    Names authors;
  } cases[] = {
      {"", false, {}},
      {"\r\nFrom: a@x.test\r\n", false, {}},  // a body that looks like a header
      {"Subject: x\r\n From: a@x.test\r\n\r\n", false, {}},
      {"From: a@x.test\r\n\r\n", true, {"a|x.test"}},
      {"From: a@x.test", true, {"a|x.test"}},
      {"FROM : Alice <a@X.test>\r\n\r\n", true, {"a|X.test"}},
      {"From:\r\n Alice\r\n <a@x.test>\r\n\r\n", true, {"a|x.test"}},
      {"From: a@x.test, Bob <b@y.test>\r\n\r\n", true, {"a|x.test", "b|y.test"}},
      {"From: a@x.test\r\nSubject: s\r\nfrom: b@y.test\r\n\r\n", true, {"a|x.test", "b|y.test"}},
      {"From: (b@y.test) a (x) @ x.test (z)\r\n\r\n", true, {"a|x.test"}},
      {"From: \"b@y.test\" <a@x.test>\r\n\r\n", true, {"a|x.test"}},
      {"From: \"a b\"@x.test\r\n\r\n", true, {"a b|x.test"}},
      {"From: \"a\\\"b\"@x.test\r\n\r\n", true, {"a\"b|x.test"}},
      {"From: =?utf-8?Q?b=40y.test,?= <a@x.test>\r\n\r\n", true, {"a|x.test"}},
      {"From: Team: a@x.test, <b@y.test>;\r\n\r\n", true, {"a|x.test", "b|y.test"}},  // RFC 6854
      {"From: Nobody:;\r\n\r\n", true, {}},
      {"From: <@relay.test:a@x.test>\r\n\r\n", true, {"a|x.test"}},
      {"From: a@[192.0.2.1]\r\n\r\n", true, {"a|[192.0.2.1]"}},
      {"From:\r\n\r\n", true, {}},
      {"From: alice\r\n\r\n", true, {"alice|"}},
  };
  for (const auto& c : cases) {
    const SubmittedHeader header = examine_submission(c.header);
    EXPECT_EQ(header.has_from, c.has_from) << c.header;
    EXPECT_EQ(addresses(header.authors), c.authors) << c.header;
    EXPECT_FALSE(header.has_too_many);
  }
}

TEST(SubmissionHeader, NamesOtherSenders) {
  const SubmittedHeader header = examine_submission(
      "Resent-From: c@x.test\r\nResent-From : d@y.test\r\nResent-Sender: e@y.test\r\n"
      "From: a@x.test\r\nSender: b@x.test\r\nsender: f@y.test\r\n\r\nSender: g@y.test\r\n");
  EXPECT_EQ(addresses(header.authors), std::vector<std::string>({"a|x.test"}));
  EXPECT_EQ(addresses(header.senders), std::vector<std::string>({"b|x.test", "f|y.test"}));
  EXPECT_EQ(addresses(header.resent_authors), std::vector<std::string>({"c|x.test", "d|y.test"}));
  EXPECT_TRUE(header.has_sender);
  EXPECT_TRUE(header.has_resent_from);
  EXPECT_FALSE(examine_submission("From: a@x.test\r\n\r\n").has_sender);
}

TEST(SubmissionHeader, TooManyAuthorsAreKnownToBe) {
  std::string text = "From: a@x.test";
  for (std::size_t i = 1; i < kMaxAuthors; ++i) text += ",\r\n a@x.test";
  EXPECT_FALSE(examine_submission(text + "\r\n\r\n").has_too_many);
  const SubmittedHeader header = examine_submission(text + "\r\nResent-From: b@y.test\r\n\r\n");
  EXPECT_TRUE(header.has_too_many);
  EXPECT_EQ(header.authors.size(), kMaxAuthors);
  EXPECT_TRUE(header.resent_authors.empty());
}

TEST(SubmissionHeader, KnowsEightBitText) {
  const struct {
    std::string_view header;
    bool is_utf8;
    bool has_bad_bytes;
  } cases[] = {
      {"Subject: x\r\n\r\n", false, false},     {"Subject: \xC3\xBC\r\n\r\n", true, false},
      {"Subject: \xFC\r\n\r\n", false, true},   {"Subject: \xC3\xBC\r\nTo: \xFC\r\n\r\n", false, true},
      {"Subject: x\r\n\r\n\xFC", false, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(examine_submission(c.header).is_utf8, c.is_utf8) << c.header;
    EXPECT_EQ(examine_submission(c.header).has_bad_bytes, c.has_bad_bytes) << c.header;
  }
}

TEST(SubmissionHeader, Completes) {
#define D "Date: today\r\n"
#define M "Message-ID: <id@x.test>\r\n"
  const struct {
    std::string_view header;
    std::string_view want;
  } cases[] = {
      // What lacks comes in front.
      {"", D M "\r\n"},
      {"\r\n", D M "\r\n"},
      {"A: b\r\n\r\n", D M "A: b\r\n\r\n"},
      {"Date: x\r\n\r\n", M "Date: x\r\n\r\n"},
      {"A: b\r\nmessage-id: x\r\n\r\n", D "A: b\r\nmessage-id: x\r\n\r\n"},
      {"Date : x\r\nMESSAGE-ID\t:x\r\n\r\n", "Date : x\r\nMESSAGE-ID\t:x\r\n\r\n"},
      {"Dates: x\r\nX-Date: x\r\nA: b\r\n Date: x\r\n\r\n", D M "Dates: x\r\nX-Date: x\r\nA: b\r\n Date: x\r\n\r\n"},
      // Bcc goes, wherever it stands and however it is written.
      {D M "Bcc: a\r\nA: b\r\n\r\n", D M "A: b\r\n\r\n"},
      {D M "A: b\r\nBCC : a,\r\n\tb,\r\n \r\n c\r\n\r\n", D M "A: b\r\n\r\n"},
      {D "Bcc: a\r\nbcc:\r\nA: b\r\nResent-Bcc: c\r\n d\r\n" M "\r\n", D "A: b\r\n" M "\r\n"},
      {"Bcc: a\r\n\r\n", D M "\r\n"},
      {"Bcc: a", D M "\r\n"},
      {D M "X-Bcc: a\r\nBcc-X: b\r\nA: b\r\n Bcc: c\r\n\r\n", D M "X-Bcc: a\r\nBcc-X: b\r\nA: b\r\n Bcc: c\r\n\r\n"},
      // The header's end is made sure of.
      {D M "A: b\r\n", D M "A: b\r\n\r\n"},
      {D M "A: b", D M "A: b\r\n\r\n"},
      // Nothing else is touched.
      {D M "a:  b \r\n\t c\r\n\r\n", D M "a:  b \r\n\t c\r\n\r\n"},
      {D M "A: b\n\n", D M "A: b\n\n"},
      {D M "\r\nBcc: a\r\nbody", D M "\r\nBcc: a\r\nbody"},
  };
#undef D
#undef M
  for (const auto& c : cases) EXPECT_EQ(complete_submission(c.header, "today", "<id@x.test>"), c.want) << c.header;
}

}  // namespace
}  // namespace portreeve::smtp
