#include "protocols/session/quota_notice.h"

#include <gtest/gtest.h>

#include "core/mime/address.h"
#include "core/mime/date.h"
#include "core/mime/header.h"
#include "core/mime/summary.h"

namespace portreeve::session {
namespace {

QuotaNotice plain() {
  return {.host = "mail.example.test",
          .id = "abc123",
          .date = "Wed, 17 Jul 1996 09:44:25 +0000",
          .address = "alice@example.test",
          .used_bytes = 943'718'400,
          .quota_bytes = 1'073'741'824,
          .percent = 87};
}

std::string value(const std::string& message, std::string_view name) {
  const auto fields = mime::find_fields(message, name);
  return fields.size() == 1 ? mime::unfold(fields.front()) : "?";
}

TEST(QuotaNotice, SaysWhatHappensAndWhatToDo) {
  EXPECT_EQ(print_quota_notice(plain()),
            "Date: Wed, 17 Jul 1996 09:44:25 +0000\r\n"
            "From: Mail System <postmaster@mail.example.test>\r\n"
            "To: <alice@example.test>\r\n"
            "Subject: Your mailbox is 87 % full\r\n"
            "Message-ID: <abc123@mail.example.test>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=us-ascii\r\n"
            "\r\n"
            "The mailbox of alice@example.test is 87 % full:\r\n"
            "900 MiB of 1 GiB are used.\r\n"
            "\r\n"
            "Once it is full, new messages will be refused, and those who sent them told so.\r\n"
            "\r\n"
            "To make room, delete messages that you no longer need, the big ones first, and\r\n"
            "empty the trash. If you need more room, ask <postmaster@mail.example.test>.\r\n");
}

TEST(QuotaNotice, FullIsFull) {
  QuotaNotice notice = plain();
  notice.percent = 103;
  const std::string text = print_quota_notice(notice);
  EXPECT_EQ(value(text, "Subject"), "Your mailbox is full");
  EXPECT_TRUE(text.contains("New messages are refused"));
}

TEST(QuotaNotice, Sizes) {
  const struct {
    std::uint64_t bytes;
    std::string_view want;
  } cases[] = {
      {0, "0 bytes"},
      {1'023, "1023 bytes"},
      {1'024, "1 KiB"},
      {1'536, "1.5 KiB"},
      {2'047, "1.9 KiB"},
      {10'752, "10 KiB"},
      {1'048'575, "1023 KiB"},
      {1'048'576, "1 MiB"},
      {1'288'490'188, "1.2 GiB"},
      {5'497'558'138'880, "5 TiB"},
      {~std::uint64_t{0}, "16777215 TiB"},
  };
  for (const auto& c : cases) {
    QuotaNotice notice = plain();
    notice.used_bytes = c.bytes;
    EXPECT_TRUE(print_quota_notice(notice).contains("\r\n" + std::string(c.want) + " of 1 GiB")) << c.want;
  }
}

TEST(QuotaNotice, Addresses) {
  const struct {
    std::string_view address;
    std::string_view local;
  } cases[] = {{"a.b+c@example.test", "a.b+c"},
               {"a b@example.test", "a b"},
               {"x>\"\\<y@example.test", "x>\"\\<y"},
               {"gr\xC3\xBC\xC3\x9F"
                "e@example.test",
                "gr\xC3\xBC\xC3\x9F"
                "e"}};
  for (const auto& c : cases) {
    QuotaNotice notice = plain();
    notice.address = c.address;
    const std::string text = print_quota_notice(notice);
    const auto to = mime::parse_addresses(value(text, "To"), 10);
    ASSERT_EQ(to.size(), 1u) << c.address;
    EXPECT_EQ(to.front().local, c.local);
    EXPECT_EQ(to.front().domain, "example.test");
    EXPECT_EQ(text.contains("Content-Transfer-Encoding: 8bit"),
              !c.address.starts_with('a') && !c.address.starts_with('x'));
  }
}

TEST(QuotaNotice, NothingForgesAField) {
  QuotaNotice notice = plain();
  notice.address = "a\r\nBcc: b@example.test";
  notice.id = "a\nBcc: x";
  notice.host = "h\rBcc: x";
  notice.date = "d\r\n\r\nbody";
  const std::string text = print_quota_notice(notice);
  EXPECT_EQ(mime::find_field(text, "Bcc"), std::nullopt);
  EXPECT_EQ(mime::summarize(text).bare_lfs, 0u);
  EXPECT_EQ(value(text, "Auto-Submitted"), "auto-generated");
}

}  // namespace
}  // namespace portreeve::session
