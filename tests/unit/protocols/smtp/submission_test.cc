// What accounts send (RFC 6409).
#include <ctime>

#include "protocols/smtp/command.h"
#include "protocols/smtp/envelope.h"
#include "session_fixture.h"

namespace portreeve::smtp {
namespace {

class Submission : public SmtpSession {};

TEST_F(Submission, AsksForALogin) {
  begin_submission();
  EXPECT_EQ(asked("MAIL FROM:<alice@example.test>"), "530 5.7.0 Authentication required\r\n");
  EXPECT_EQ(code("AUTH XYZZY"), "504 5.5.4");
}

TEST_F(Submission, NoPasswordInClear) {
  options_.role = Role::submission;
  begin();
  EXPECT_FALSE(asked("EHLO x").contains("AUTH"));
  EXPECT_EQ(code("AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ="), "538 5.7.11");
  EXPECT_EQ(code("MAIL FROM:<alice@example.test>"), "530 5.7.0");
}

TEST_F(Submission, PlainAndLogin) {
  begin_submission();
  EXPECT_EQ(asked("auth plain"), "334 \r\n");
  EXPECT_EQ(code("*"), "501 5.7.0");
  EXPECT_EQ(code("AUTH PLAIN ="), "501 5.5.2");
  EXPECT_EQ(code("AUTH PLAIN !!!"), "501 5.5.2");
  EXPECT_EQ(asked("AUTH PLAIN"), "334 \r\n");
  EXPECT_EQ(code("not base64"), "501 5.5.2");
  EXPECT_EQ(asked("AUTH PLAIN"), "334 \r\n");
  EXPECT_EQ(code(std::string(kMaxAuthLineBytes + 1, 'A')), "500 5.5.6");
  EXPECT_EQ(asked("auth login"), "334 VXNlcm5hbWU6\r\n");  // word for word: Outlook reads them
  EXPECT_EQ(asked("YWxpY2VAZXhhbXBsZS50ZXN0"), "334 UGFzc3dvcmQ6\r\n");
  EXPECT_EQ(code("d3Jvbmc="), "535 5.7.8");
  EXPECT_EQ(asked("AUTH LOGIN YWxpY2VAZXhhbXBsZS50ZXN0"), "334 UGFzc3dvcmQ6\r\n");
  EXPECT_EQ(code("c2VjcmV0"), "235 2.7.0");
  EXPECT_EQ(code("AUTH PLAIN"), "503 5.5.1");
  EXPECT_FALSE(asked("EHLO x").contains("AUTH"));
}

TEST_F(Submission, TooManyFailedLogins) {
  options_.max_failed_logins = 2;
  begin_submission();
  EXPECT_EQ(code("AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdAB3cm9uZw=="), "535 5.7.8");
  EXPECT_EQ(code("AUTH PLAIN AG5vYm9keUBleGFtcGxlLnRlc3QAd3Jvbmc="), "421 4.7.0");
  EXPECT_TRUE(is_closed());
}

TEST_F(Submission, SendersAndRecipients) {
  log_in();
  EXPECT_EQ(code("MAIL FROM:<bob@example.test>"), "553 5.7.1");
  EXPECT_EQ(code("MAIL FROM:<x@elsewhere.example>"), "553 5.7.1");
  EXPECT_EQ(code("MAIL FROM:<>"), "250 2.1.0");
  EXPECT_EQ(code("AUTH PLAIN"), "503 5.5.1");
  EXPECT_EQ(code("RSET"), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<alias@example.test>"), "250 2.1.0");
  EXPECT_EQ(asked("RCPT TO:<x@elsewhere.example>"),
            "550 5.7.1 This server delivers to its own addresses only, not to other servers\r\n");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
}

TEST_F(Submission, AddsWhatTheHeaderLacks) {
  const struct {
    std::string text;
    bool adds_date;
    bool adds_id;
    std::string want;  // of the message behind what is added
  } cases[] = {
      {"Subject: x\r\n\r\nDate: y\r\n", true, true, "Subject: x\r\n\r\nDate: y\r\n"},
      {"Date: x\r\n\r\nHello\r\n", false, true, "Date: x\r\n\r\nHello\r\n"},
      {"Message-Id: <x@y>\r\ndate: x\r\n\r\nHello\r\n", false, false, "Message-Id: <x@y>\r\ndate: x\r\n\r\nHello\r\n"},
      {"Subject: a\r\n Date: b\r\nMESSAGE-ID: <x@y>\r\n\r\n", true, false,
       "Subject: a\r\n Date: b\r\nMESSAGE-ID: <x@y>\r\n\r\n"},
      {"Bcc: <x@y>\r\nSubject: x\r\n\r\n", true, true, "Subject: x\r\n\r\n"},
      {"\r\nno header\r\n", true, true, "\r\nno header\r\n"},
      // What has no blank line gets one.
      {"", true, true, "\r\n"},
      {"Subject: no end\r\n", true, true, "Subject: no end\r\n\r\n"},
      {"Subject: x\r\nno field\r\n", true, true, "Subject: x\r\n\r\nno field\r\n"},
      {"X: " + std::string(400'000, 'x') + "\r\nDate: far down\r\n\r\n", false, true,
       "X: " + std::string(400'000, 'x') + "\r\nDate: far down\r\n\r\n"},
  };
  log_in();
  for (const auto& c : cases) {
    EXPECT_EQ(codes_of(send_message(c.text + ".\r\n")), "250 2.0.0");
    const std::string stored = store_.delivered().back().text;
    ASSERT_TRUE(stored.ends_with(c.want)) << c.text.substr(0, 100);
    const std::string added = stored.substr(0, stored.size() - c.want.size());
    EXPECT_TRUE(added.contains(" with ESMTPA\r\n"));
    EXPECT_EQ(added.contains("\r\nDate: "), c.adds_date) << c.text.substr(0, 100);
    EXPECT_EQ(added.contains("\r\nMessage-ID: <"), c.adds_id) << c.text.substr(0, 100);
    EXPECT_TRUE(added.ends_with("\r\n"));
    EXPECT_FALSE(added.contains("\r\n\r\n"));
    EXPECT_FALSE(added.contains("Bcc"));
  }
}

TEST_F(Submission, TooBigAHeader) {
  options_.max_header_bytes = 1000;
  log_in();
  EXPECT_EQ(codes_of(send_message("X: " + std::string(2000, 'x') + "\r\n\r\nHello\r\n.\r\n")), "552 5.3.4");
  EXPECT_EQ(codes_of(send_message("X: x\r\n\r\n" + std::string(2000, 'x') + "\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 1U);
}

TEST_F(Submission, AReportOnAListTellsThatItWasExpanded) {
  log_in();
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<both+x@example.test> NOTIFY=SUCCESS");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  const auto delivered = store_.delivered();
  ASSERT_EQ(delivered.size(), 2U);
  EXPECT_TRUE(delivered[1].text.contains("Action: expanded\r\nStatus: 2.1.5\r\n")) << delivered[1].text;
}

// The report is delivered with the message, in one transaction.
TEST_F(Submission, ASuccessReport) {
  log_in();
  begin_message("MAIL FROM:<alice@example.test> RET=HDRS ENVID=q+2B1",
                "RCPT TO:<bob@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bobby@old.example");
  EXPECT_EQ(code("RCPT TO:<postmaster@second.test> NOTIFY=FAILURE"), "250 2.1.5");
  EXPECT_EQ(codes_of(send_data("Subject: mine\r\nBcc: <secret@example.test>\r\n\r\nHello\r\n.\r\n")), "250 2.0.0");
  const auto delivered = store_.delivered();
  ASSERT_EQ(delivered.size(), 2U);
  EXPECT_EQ(delivered[0].mailboxes, (std::vector<store::MailboxId>{20, 50}));
  EXPECT_EQ(delivered[0].quota, store::Quota::refuses_all);
  const FakeStore::Delivered& report = delivered[1];
  EXPECT_EQ(report.call, delivered[0].call);
  EXPECT_EQ(report.mailboxes, std::vector<store::MailboxId>{10});
  EXPECT_EQ(report.quota, store::Quota::is_ignored);
  EXPECT_EQ(report.size, report.text.size());
  EXPECT_TRUE(report.text.starts_with("Return-Path: <>\r\n"));
  EXPECT_TRUE(report.text.contains("\r\nOriginal-Envelope-Id: q+1\r\n")) << report.text;
  EXPECT_TRUE(report.text.contains("\r\nOriginal-Recipient: rfc822; bobby@old.example\r\n")) << report.text;
  EXPECT_TRUE(report.text.contains("\r\nFinal-Recipient: rfc822; bob@example.test\r\n")) << report.text;
  EXPECT_TRUE(report.text.contains("\r\nAction: delivered\r\nStatus: 2.1.5\r\n")) << report.text;
  EXPECT_TRUE(report.text.contains("\r\nSubject: mine\r\n"));
  EXPECT_FALSE(report.text.contains("second.test"));
  EXPECT_FALSE(report.text.contains("Hello"));
  EXPECT_FALSE(report.text.contains("secret"));
}

TEST_F(Submission, NoReportWhereNoneIsAskedFor) {
  const struct {
    const char* mail;
    const char* rcpt;
  } cases[] = {{"MAIL FROM:<alice@example.test>", "RCPT TO:<bob@example.test> NOTIFY=NEVER"},
               {"MAIL FROM:<alice@example.test>", "RCPT TO:<bob@example.test> NOTIFY=FAILURE,DELAY"},
               {"MAIL FROM:<alice@example.test> RET=FULL", "RCPT TO:<bob@example.test>"},
               {"MAIL FROM:<>", "RCPT TO:<bob@example.test> NOTIFY=SUCCESS"}};
  log_in();
  for (const auto& c : cases) {
    begin_message(c.mail, c.rcpt);
    EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
    EXPECT_EQ(store_.take_delivered().size(), 1U) << c.mail << ", " << c.rcpt;
  }
}

TEST_F(Submission, NoReportOfWhatFailed) {
  log_in();
  store_.fails_delivery = true;
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<bob@example.test> NOTIFY=SUCCESS");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "451 4.3.0");
  store_.fails_delivery = false;
  store_.full = {20};
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<bob@example.test> NOTIFY=SUCCESS");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "452 4.2.2");
  EXPECT_TRUE(store_.delivered().empty());
  // Alice's own mailbox may be full: she is told all the same.
  store_.full = {10};
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<bob@example.test> NOTIFY=SUCCESS");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 2U);
}

TEST_F(Submission, HeldWithItsEnvelope) {
  options_.max_hold = std::chrono::days(365 * 200);
  log_in();
  begin_message(
      "MAIL FROM:<alice@example.test> HOLDUNTIL=2100-01-01T00:00:00Z RET=FULL ENVID=q1 MT-PRIORITY=4 "
      "BODY=8BITMIME SMTPUTF8",
      "RCPT TO:<bob@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b@c RRVS=2099-01-01T00:00:00Z");
  EXPECT_EQ(code("RCPT TO:<alias@example.test> NOTIFY=NEVER"), "250 2.1.5");
  const std::string done = send_data("Subject: later\r\n\r\nHello\r\n.\r\n");
  EXPECT_TRUE(done.starts_with("250 2.0.0 Held until Fri, 01 Jan 2100 00:00:00 +0000 as ")) << done;
  EXPECT_TRUE(store_.delivered().empty());
  const auto kept = store_.kept();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].message.account, 1);
  EXPECT_EQ(kept[0].message.release_at, 4'102'444'800);
  EXPECT_EQ(kept[0].message.priority, 4);
  EXPECT_TRUE(kept[0].text.starts_with("Return-Path: <alice@example.test>\r\nReceived: "));
  EXPECT_TRUE(kept[0].text.ends_with("\r\nSubject: later\r\n\r\nHello\r\n"));
  const auto envelope = decode_envelope(kept[0].message.envelope);
  ASSERT_TRUE(envelope);
  Envelope want;
  want.from = {"alice", "example.test"};
  want.return_part = ReturnPart::full;
  want.envelope_id = "q1";
  want.is_smtputf8 = true;
  want.body = BodyType::eight_bit;
  want.priority = 4;
  want.arrived = envelope->arrived;
  want.id = done.substr(done.size() - 12, 10);
  want.account = "alice@example.test";
  want.recipients = {{{"bob", "example.test"},
                      {.is_said = true, .success = true, .failure = false, .delay = true},
                      "rfc822",
                      "b@c",
                      ValidSince{.time = 4'070'908'800}},
                     {{"alias", "example.test"}, {.is_said = true}, "", "", std::nullopt}};
  EXPECT_EQ(*envelope, want);
  EXPECT_LE(std::abs(envelope->arrived - std::time(nullptr)), 60);
}

TEST_F(Submission, HeldForSomeTime) {
  log_in();
  begin_message("MAIL FROM:<alice@example.test> HOLDFOR=3600");
  const std::int64_t before = std::time(nullptr);
  EXPECT_EQ(codes_of(send_data("Subject: later\r\n\r\n.\r\n")), "250 2.0.0");
  const auto kept = store_.kept();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_LE(std::abs(kept[0].message.release_at - before - 3600), 60);

  begin_message("MAIL FROM:<alice@example.test> HOLDUNTIL=2001-01-01T00:00:00Z");  // over
  EXPECT_EQ(codes_of(send_data("Subject: now\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 1U);
  EXPECT_TRUE(store_.kept().empty());
}

TEST_F(Submission, WhatIsNotHeld) {
  options_.max_hold = std::chrono::hours(1);
  log_in();
  EXPECT_EQ(code("MAIL FROM:<alice@example.test> HOLDFOR=3601"), "501 5.5.4");
  EXPECT_EQ(code("MAIL FROM:<alice@example.test> HOLDUNTIL=2999-01-01T00:00:00Z"), "501 5.5.4");
  // RFC 4865 §4.2: it would be late before it went.
  EXPECT_EQ(code("MAIL FROM:<alice@example.test> HOLDFOR=600 BY=300;R"), "501 5.5.4");
  store_.fails_holding = true;
  const struct {
    store::Errc error;
    const char* want;
  } cases[] = {
      {store::Errc::limit, "452 4.5.3"}, {store::Errc::disk_full, "452 4.3.1"}, {store::Errc::io, "451 4.3.0"}};
  for (const auto& c : cases) {
    store_.failure = {c.error, "no"};
    begin_message("MAIL FROM:<alice@example.test> HOLDFOR=600 BY=900;R");
    EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), c.want);
  }
  EXPECT_TRUE(store_.delivered().empty());
}

TEST_F(Submission, NothingIsHeldWhereThatIsSwitchedOff) {
  options_.max_hold = std::chrono::seconds(0);
  log_in();
  EXPECT_FALSE(asked("EHLO x").contains("FUTURERELEASE"));
  EXPECT_EQ(code("MAIL FROM:<alice@example.test> HOLDFOR=60"), "555 5.5.4");
}

TEST_F(Submission, WhoseFromItIs) {
  const struct {
    const char* header;
    const char* want;
  } cases[] = {
      {"From: Alice <alice@example.test>", "250 2.0.0"},
      {"From: ALIAS@Example.Test", "250 2.0.0"},
      {"From: alice+shop@example.test", "250 2.0.0"},
      {"From: bob@example.test", "550 5.7.1"},
      {"From: x@elsewhere.example", "550 5.7.1"},
      {"From: alice@example.test, bob@example.test", "550 5.7.1"},
      {"From: us: alice@example.test, bob@example.test;", "550 5.7.1"},
      {"From: alice@example.test\r\nFrom: bob@example.test", "550 5.7.1"},
      {"From: bob@example.test\r\nfrom : alice@example.test", "550 5.7.1"},
      {"From: \"alice@example.test\" <bob@example.test>", "550 5.7.1"},
      {"From: both@example.test", "550 5.7.1"},  // a list that is another's
      {"From: <bob>", "550 5.7.1"},
      // Who sends a message again needn't be its author.
      {"From: x@elsewhere.example\r\nResent-From: alice@example.test", "250 2.0.0"},
      {"From: alice@example.test\r\nResent-From: bob@example.test", "550 5.7.1"},
      {"Resent-From: alice@example.test\r\nResent-From: bob@example.test\r\nFrom: alice@example.test", "550 5.7.1"},
      {"Subject: nobody's", "250 2.0.0"},
  };
  log_in();
  for (const auto& c : cases) {
    EXPECT_EQ(codes_of(send_message(std::string(c.header) + "\r\n\r\nx\r\n.\r\n")), c.want) << c.header;
  }
}

// RFC 6531 is for headers that clients send without a word, too.
TEST_F(Submission, AUtf8HeaderNamesItsProtocol) {
  log_in();
  EXPECT_EQ(codes_of(send_message("Subject: gr\xc3\xbc\xc3\x9f"
                                  "e\r\n\r\n.\r\n")),
            "250 2.0.0");
  EXPECT_TRUE(store_.delivered().back().text.contains(" with UTF8SMTPA\r\n"));
  EXPECT_EQ(codes_of(send_message("Subject: hi\r\n\r\ngr\xc3\xbc\xc3\x9f"
                                  "e\r\n.\r\n")),
            "250 2.0.0");
  EXPECT_TRUE(store_.delivered().back().text.contains(" with ESMTPA\r\n"));
}

TEST_F(Submission, HidesItsClient) {
  options_.hides_client = true;
  log_in();
  EXPECT_EQ(codes_of(send_message("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  const std::string text = store_.delivered().back().text;
  EXPECT_FALSE(text.contains("192.0.2.1")) << text;
  EXPECT_FALSE(text.contains("client.example")) << text;
  EXPECT_TRUE(text.contains("Received: from mail.example.test (a user of this server)\r\n")) << text;
}

TEST_F(Submission, TellsUsersWhoIsOnAList) {
  log_in();
  EXPECT_EQ(asked("EXPN both@example.test"), "250-2.1.5 <alice@example.test>\r\n250 2.1.5 <bob@example.test>\r\n");
  EXPECT_EQ(code("EXPN alias@example.test"), "550 5.1.1");
  EXPECT_EQ(code("EXPN nothing"), "550 5.1.1");
}

// RFC 5321 §3.9.2: what goes wrong with a list's mail is its owner's affair.
TEST_F(Submission, AListsMailGoesBackToItsOwner) {
  log_in();
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<both@example.test>");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().back().mailboxes, (std::vector<store::MailboxId>{10, 20}));
  EXPECT_TRUE(store_.delivered().back().text.starts_with("Return-Path: <bob@example.test>\r\n"));
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<both@example.test>");
  EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "250 2.1.5");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().back().text.starts_with("Return-Path: <alice@example.test>\r\n"));
}

TEST_F(Submission, APriorityIsTheSenders) {
  log_in();
  begin_message("MAIL FROM:<alice@example.test> MT-PRIORITY=5");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().back().text.contains("\r\n PRIORITY 5; "));
}

}  // namespace
}  // namespace portreeve::smtp
