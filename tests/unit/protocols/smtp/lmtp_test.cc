// LMTP (RFC 2033).
#include "session_fixture.h"

namespace portreeve::smtp {
namespace {

class Lmtp : public SmtpSession {
 protected:
  void greet_lmtp() {
    options_.role = Role::lmtp;
    begin();
    EXPECT_EQ(code("LHLO client.example"), "250");
  }
};

TEST_F(Lmtp, AFullDiskAtTheLastChunk) {
  greet_lmtp();
  begin_message();
  EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "250 2.1.5");
  store_.is_full = true;
  say("BDAT 5 LAST\r\nhello");
  EXPECT_EQ(codes(2), "452 4.3.1, 452 4.3.1");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
}

TEST_F(Lmtp, SaysLhlo) {
  options_.role = Role::lmtp;
  begin();
  EXPECT_EQ(code("EHLO x"), "500 5.5.1");
  EXPECT_EQ(code("HELO x"), "500 5.5.1");
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "503 5.5.1");
  const std::string hello = asked("LHLO x");
  EXPECT_TRUE(hello.starts_with("250-mail.example.test\r\n")) << hello;
  EXPECT_TRUE(hello.contains("250-PIPELINING\r\n"));
  EXPECT_FALSE(hello.contains("DSN"));  // its reports are the other server's
}

TEST_F(Lmtp, AReplyForEachRecipient) {
  greet_lmtp();
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<bob@example.test>");
  EXPECT_EQ(code("RCPT TO:<nobody@example.test>"), "550 5.1.1");
  EXPECT_EQ(code("RCPT TO:<both@example.test>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\nNOOP\r\n")), "250 2.0.0");
  EXPECT_EQ(codes(3), "250 2.0.0, 250 2.0.0, 250 2.0.0");  // and NOOP's
  const auto delivered = store_.delivered();
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].mailboxes, (std::vector<store::MailboxId>{20, 10, 20, 20}));
  EXPECT_EQ(delivered[0].quota, store::Quota::refuses_each);
  std::vector<std::uint32_t> groups;
  for (const auto& target : delivered[0].targets) groups.push_back(target.group);
  EXPECT_EQ(groups, (std::vector<std::uint32_t>{1, 2, 2, 3}));
  EXPECT_TRUE(delivered[0].text.contains(" with LMTP\r\n"));
}

// A list that reaches one of its members is refused whole: the other server would send to all of them again.
TEST_F(Lmtp, AFullMailbox) {
  greet_lmtp();
  store_.full = {20};
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<alice@example.test>");
  EXPECT_EQ(code("RCPT TO:<both@example.test>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<postmaster@second.test>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(codes(3), "452 4.2.2, 250 2.0.0, 452 4.2.2");
  EXPECT_EQ(store_.delivered().at(0).mailboxes, (std::vector<store::MailboxId>{10, 50}));
}

TEST_F(Lmtp, AMessageThatIsRefusedIsSoForEach) {
  greet_lmtp();
  for (const bool is_chunk : {false, true}) {
    begin_message("MAIL FROM:<a@b>", "RCPT TO:<alice@example.test>");
    EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
    if (is_chunk) {
      say("BDAT 5 LAST\r\na\nb\r\n");
    } else {
      EXPECT_EQ(code("DATA"), "354");
      say("a\nb\r\n.\r\n");
    }
    EXPECT_EQ(codes(2), "554 5.5.2, 554 5.5.2");
  }
  store_.fails_delivery = true;
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<alice@example.test>");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
  EXPECT_EQ(codes_of(send_data(".\r\n")), "451 4.3.0");
  EXPECT_EQ(next_code(), "451 4.3.0");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
}

// RFC 2033 §4.2
TEST_F(Lmtp, NoRecipientNoMessage) {
  greet_lmtp();
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<nobody@example.test>"), "550 5.1.1");
  EXPECT_EQ(code("DATA"), "503 5.5.1");
  say("BDAT 6 LAST\r\nQUIT\r\n");
  EXPECT_EQ(next_code(), "503 5.5.1");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
}

}  // namespace
}  // namespace portreeve::smtp
