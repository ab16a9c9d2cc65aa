// The seam to other servers: what goes through it, and who may send there.
#include "fake_outbound.h"
#include "session_fixture.h"

namespace portreeve::smtp {
namespace {

// Mail from accounts.
class Sent : public SmtpSession {
 protected:
  Sent() { options_.outbound = &outbound_; }
  FakeOutbound outbound_{store_};
};
// Mail from strangers.
class Received : public Sent {};

TEST_F(Sent, WhatGoesOnHasNoReturnPath) {
  log_in();
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<x@elsewhere.example>");
  EXPECT_TRUE(send_data("Subject: x\r\n\r\nHello\r\n.\r\n").starts_with("250 2.0.0 Queued as "));
  ASSERT_EQ(outbound_.handed().size(), 1U);
  const std::string text = outbound_.handed()[0].text;
  EXPECT_TRUE(text.starts_with("Received: from client.example ([192.0.2.1])\r\n")) << text;
  EXPECT_TRUE(text.ends_with("\r\nSubject: x\r\n\r\nHello\r\n")) << text;
  EXPECT_TRUE(store_.delivered().empty());
  EXPECT_EQ(store_.stagings(), 0U);
}

// The sender isn't here, and gets the report from another server.
TEST_F(Received, AReportThatGoesOnHasNone) {
  greet();
  begin_message("MAIL FROM:<x@elsewhere.example> ENVID=q1", "RCPT TO:<bob@example.test> NOTIFY=SUCCESS");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\nHello\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 1U);
  ASSERT_EQ(outbound_.handed().size(), 1U);
  const auto [envelope, text] = outbound_.handed()[0];
  EXPECT_FALSE(text.contains("Return-Path: <>"));
  EXPECT_TRUE(text.contains("Original-Envelope-Id: q1\r\n")) << text;
  EXPECT_TRUE(text.contains("Action: delivered\r\n")) << text;
  EXPECT_TRUE(text.contains("\r\nSubject: x\r\n")) << text;  // the header comes back
  EXPECT_FALSE(text.contains("Hello"));
  // RFC 3461 §6.1: nobody is told what becomes of a report.
  EXPECT_TRUE(envelope.from.is_null());
  ASSERT_EQ(envelope.recipients.size(), 1U);
  EXPECT_EQ(envelope.recipients[0].to.text(), "x@elsewhere.example");
  EXPECT_EQ(envelope.recipients[0].notify, Notify{.is_said = true});
}

TEST_F(Sent, NothingIsHeld) {
  log_in();
  EXPECT_EQ(code("MAIL FROM:<alice@example.test> HOLDFOR=3600"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<x@elsewhere.example>"), "550 5.3.3");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
}

TEST_F(Received, StrangersAreNotRelayedFor) {
  for (const Role role : {Role::mx, Role::lmtp}) {
    options_.role = role;
    Peer peer(host_.connect(options_));
    EXPECT_EQ(peer.next_code(), "220");
    EXPECT_EQ(peer.code(role == Role::lmtp ? "LHLO x" : "EHLO x"), "250");
    EXPECT_EQ(peer.code("MAIL FROM:<alice@example.test>"), "250 2.1.0");
    for (const char* to : {"x@elsewhere.example", "x@[198.51.100.1]", "away@example.test",
                           "x%elsewhere.example@example.test", "\"x@elsewhere.example\"@example.test"}) {
      EXPECT_EQ(peer.code("RCPT TO:<" + std::string(to) + ">").substr(0, 3), "550") << to;
    }
    EXPECT_EQ(peer.code("RCPT TO:<bob@example.test>"), "250 2.1.5");
  }
  EXPECT_TRUE(outbound_.handed().empty());
}

TEST_F(Sent, OnlyWhatIsTaken) {
  log_in();
  EXPECT_EQ(code("MAIL FROM:<alice@example.test>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<x@other.example>"), "550 5.7.1");
  EXPECT_EQ(code("RCPT TO:<nobody@example.test>"), "550 5.1.1");
  // An alias of ours doesn't forward.
  EXPECT_EQ(asked("RCPT TO:<away@example.test>"),
            "550 5.7.1 <away@example.test> leads to another server, and this one sends nothing on\r\n");
  EXPECT_EQ(code("RCPT TO:<x@[198.51.100.1]>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<x@elsewhere.example>"), "250 2.1.5");
}

TEST_F(Sent, EitherHereOrElsewhere) {
  log_in();
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<bob@example.test>");
  EXPECT_EQ(code("RCPT TO:<x@elsewhere.example>"), "452 4.5.3");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 1U);
  EXPECT_TRUE(outbound_.handed().empty());

  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<x@elsewhere.example>");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "452 4.5.3");
  EXPECT_EQ(code("RCPT TO:<y@elsewhere.example>"), "250 2.1.5");
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 1U);
  ASSERT_EQ(outbound_.handed().size(), 1U);
  EXPECT_EQ(outbound_.handed()[0].envelope.recipients.size(), 2U);
}

TEST_F(Sent, TheWholeEnvelope) {
  options_.hides_client = true;
  log_in();
  begin_message("MAIL FROM:<alias@example.test> RET=HDRS ENVID=q1 BY=120;NT MT-PRIORITY=3 BODY=8BITMIME SMTPUTF8",
                "RCPT TO:<x@elsewhere.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@c RRVS=2020-01-01T00:00:00Z;C");
  EXPECT_EQ(code("RCPT TO:<y@elsewhere.example> NOTIFY=NEVER"), "250 2.1.5");
  const std::string done = send_data("From: alice@example.test\r\n\r\nHello\r\n.\r\n");
  ASSERT_EQ(outbound_.handed().size(), 1U) << done;
  const auto [envelope, text] = outbound_.handed()[0];
  Envelope want;
  want.from = {"alias", "example.test"};
  want.return_part = ReturnPart::headers;
  want.envelope_id = "q1";
  want.is_smtputf8 = true;
  want.body = BodyType::eight_bit;
  want.by = DeliverBy{.seconds = 120, .returns = false, .traces = true};
  want.priority = 3;
  want.arrived = envelope.arrived;
  want.id = done.substr(done.size() - 12, 10);
  want.account = "alice@example.test";
  want.recipients = {{{"x", "elsewhere.example"},
                      {.is_said = true, .success = true, .failure = true},
                      "rfc822",
                      "b@c",
                      ValidSince{.time = 1'577'836'800, .action = ValidSinceAction::continue_}},
                     {{"y", "elsewhere.example"}, {.is_said = true}, "", "", std::nullopt}};
  EXPECT_EQ(envelope, want);
  EXPECT_TRUE(text.contains("\r\n PRIORITY 3; ")) << text;
  EXPECT_TRUE(text.contains("\r\nDate: ")) << text;
  EXPECT_TRUE(store_.delivered().empty());  // whoever takes it sees to the reports
}

TEST_F(Sent, WhatCouldNotBeHandedOn) {
  const struct {
    store::Errc error;
    const char* want;
  } cases[] = {
      {store::Errc::disk_full, "452 4.3.1"}, {store::Errc::limit, "452 4.3.1"}, {store::Errc::io, "451 4.3.0"}};
  log_in();
  for (const auto& c : cases) {
    outbound_.failure = store::Error{c.error, "no"};
    begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<x@elsewhere.example>");
    EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), c.want);
  }
  EXPECT_TRUE(outbound_.handed().empty());
}

TEST_F(Received, ReportsArePromisedWhereTheyCanBeSent) {
  begin();
  EXPECT_TRUE(asked("EHLO x").contains("250-DSN\r\n"));
  Options alone = options_;
  alone.outbound = nullptr;
  Peer peer(host_.connect(alone));
  EXPECT_EQ(peer.next_code(), "220");
  EXPECT_FALSE(peer.asked("EHLO x").contains("DSN"));
  EXPECT_EQ(peer.code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(peer.code("RCPT TO:<bob@example.test> NOTIFY=SUCCESS"), "555 5.5.4");
  peer.hang_up();
  finish();
}

// The message is there, and stays.
TEST_F(Received, AReportThatIsLost) {
  greet();
  outbound_.failure = store::Error{store::Errc::disk_full, "no"};
  begin_message("MAIL FROM:<x@elsewhere.example>", "RCPT TO:<bob@example.test> NOTIFY=SUCCESS");
  EXPECT_EQ(codes_of(send_data(".\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 1U);
}

TEST_F(Received, ReportsToASenderHereStayHere) {
  greet();
  begin_message("MAIL FROM:<alice@example.test>", "RCPT TO:<bob@example.test> NOTIFY=SUCCESS");
  EXPECT_EQ(codes_of(send_data(".\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 2U);
  EXPECT_TRUE(outbound_.handed().empty());
}

}  // namespace
}  // namespace portreeve::smtp
