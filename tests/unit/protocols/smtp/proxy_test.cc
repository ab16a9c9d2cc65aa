// XCLIENT: a proxy in front that speaks for its clients.
#include "session_fixture.h"

namespace portreeve::smtp {
namespace {

class Proxy : public SmtpSession {
 protected:
  void trust() { options_.xclient_networks = {*net::Network::parse("192.0.2.1")}; }
  // Expects that mail of a client of this PROTO bears this in its trace.
  void expect_trace(const std::string& proto, const std::string& with) {
    trust();
    greet();
    EXPECT_EQ(asked("XCLIENT HELO=far.example ADDR=198.51.100.7 PROTO=" + proto),
              "220 mail.example.test ESMTP Portreeve\r\n");
    begin_message();
    EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
    const std::string text = store_.delivered().back().text;
    EXPECT_TRUE(text.contains("Received: from far.example ([198.51.100.7])\r\n by mail.example.test " + with + "\r\n"))
        << text;
  }
};

TEST_F(Proxy, TellsThatItsClientSpeaksSmtp) { expect_trace("SMTP", "with SMTP"); }
TEST_F(Proxy, TellsThatItsClientSpeaksEsmtp) { expect_trace("ESMTP", "with ESMTP"); }

TEST_F(Proxy, OverLmtpGetsItsGreeting) {
  trust();
  options_.role = Role::lmtp;
  begin();
  EXPECT_EQ(asked("XCLIENT ADDR=198.51.100.7"), "220 mail.example.test LMTP Portreeve\r\n");
}

TEST_F(Proxy, OthersAreNotBelieved) {
  options_.xclient_networks = {*net::Network::parse("192.0.2.2")};
  begin();
  EXPECT_FALSE(asked("EHLO x").contains("XCLIENT"));
  EXPECT_EQ(code("XCLIENT ADDR=198.51.100.7"), "550 5.7.0");
}

TEST_F(Proxy, NobodyIsWhereNoneIsNamed) {
  greet();
  EXPECT_EQ(code("XCLIENT ADDR=198.51.100.7"), "502 5.5.1");
}

TEST_F(Proxy, NamesItsClient) {
  trust();
  begin();
  EXPECT_TRUE(
      asked("EHLO proxy.example").contains("250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n"));
  EXPECT_EQ(code("XCLIENT NAME=[UNAVAILABLE] ADDR=IPv6:2001:db8::7 PORT=4000 DESTADDR=203.0.113.9 DESTPORT=25"), "220");
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "503 5.5.1");  // as if it had just connected
  EXPECT_EQ(code("EHLO far.example"), "250");
  // Its literal is now that of the address which the client connected to.
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<postmaster@[203.0.113.9]>");
  EXPECT_EQ(code("RCPT TO:<postmaster@[192.0.2.25]>"), "550 5.7.1");
  EXPECT_EQ(codes_of(send_data(".\r\n")), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().back().text.contains("Received: from far.example ([IPv6:2001:db8::7])\r\n"));
  // What comes now may be the client's own words, passed on by the proxy.
  EXPECT_EQ(code("XCLIENT ADDR=198.51.100.8"), "550 5.7.0");
}

TEST_F(Proxy, LogsItsClientIn) {
  trust();
  begin_submission();
  EXPECT_EQ(code("XCLIENT LOGIN=alice@example.test HELO=far.example"), "220");
  begin_message();
  EXPECT_EQ(codes_of(send_data("Subject: x\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().back().text.contains(" with ESMTPA\r\n"));
  EXPECT_EQ(code("XCLIENT LOGIN=bob@example.test HELO=y"), "550 5.7.0");  // she may not become somebody else
}

TEST_F(Proxy, KnowsNobodyByNoName) {
  trust();
  begin_submission();
  EXPECT_EQ(code("XCLIENT LOGIN=[UNAVAILABLE] HELO=y"), "220");
  EXPECT_EQ(code("MAIL FROM:<alice@example.test>"), "530 5.7.0");
}

TEST_F(Proxy, WhatMakesNoSense) {
  trust();
  greet();
  for (const char* attributes :
       {"", " ADDR", " ADDR=nowhere", " PORT=x", " PORT=70000", " PORT=25x", " WHO=me", " LOGIN=nobody@example.test",
        " LOGIN=carol@example.test", " ADDR=1.2.3.4 ADDR=1.2.3.4"}) {
    EXPECT_EQ(code("XCLIENT" + std::string(attributes)), "501 5.5.4") << attributes;
  }
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");  // nothing has changed
  EXPECT_EQ(code("XCLIENT ADDR=198.51.100.7"), "503 5.5.1");
}

TEST_F(Proxy, ItsClientHasTheLimits) {
  trust();
  host_.services().rates =
      std::make_shared<session::Rates>(base::Rate{.count = 1, .per = std::chrono::hours(24)}, base::Rate{});
  begin();
  // The proxy's own is used up; its client has one of his own.
  EXPECT_EQ(code("HELO x"), "250");
  EXPECT_EQ(codes_of(send_message(".\r\n")), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "450 4.7.1");
  EXPECT_EQ(code("XCLIENT HELO=x ADDR=198.51.100.8"), "220");
  EXPECT_EQ(codes_of(send_message(".\r\n")), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "450 4.7.1");
}

}  // namespace
}  // namespace portreeve::smtp
