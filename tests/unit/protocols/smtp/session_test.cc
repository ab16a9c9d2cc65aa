#include "protocols/smtp/session.h"

#include "protocols/smtp/command.h"
#include "session_fixture.h"

namespace portreeve::smtp {
namespace {

const std::string kBody = "Subject: hi\r\n\r\nHello\r\n";

class Mx : public SmtpSession {};

TEST_F(Mx, OneMessage) {
  greet();
  const std::string done = send_message(kBody + ".\r\n");
  EXPECT_TRUE(done.starts_with("250 2.0.0 Delivered as ")) << done;
  const auto delivered = store_.delivered();
  ASSERT_EQ(delivered.size(), 1U);
  const std::string& text = delivered[0].text;
  EXPECT_TRUE(
      text.starts_with("Return-Path: <alice@example.test>\r\n"
                       "Received: from client.example ([192.0.2.1])\r\n"
                       " by mail.example.test with ESMTP\r\n id "))
      << text;
  EXPECT_TRUE(text.contains("\r\n for <bob@example.test>; "));
  EXPECT_TRUE(text.ends_with(" +0000\r\n" + kBody));  // nothing is added behind the trace
  EXPECT_TRUE(text.contains(done.substr(23, 10)));    // the id
  EXPECT_EQ(delivered[0].mailboxes, std::vector<store::MailboxId>{20});
  EXPECT_EQ(delivered[0].size, text.size());
  EXPECT_EQ(asked("QUIT"), "221 2.0.0 mail.example.test closing\r\n");
  EXPECT_TRUE(is_closed());
}

// That each mailbox gets it once is the store's promise.
TEST_F(Mx, SeveralRecipients) {
  greet();
  EXPECT_EQ(code("MAIL FROM:<>"), "250 2.1.0");
  for (const char* to : {"alice", "bob", "BOB", "alias"}) {
    EXPECT_EQ(code("RCPT TO:<" + std::string(to) + "@Example.TEST>"), "250 2.1.5");
  }
  EXPECT_EQ(code("DATA"), "354");
  EXPECT_EQ(code("Hello\r\n."), "250 2.0.0");
  const auto delivered = store_.delivered();
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].mailboxes, (std::vector<store::MailboxId>{10, 20, 20, 10}));
  EXPECT_TRUE(delivered[0].text.starts_with("Return-Path: <>\r\n"));
  EXPECT_FALSE(delivered[0].text.contains(" for <"));
}

TEST_F(Mx, RecipientsThatAreNotTaken) {
  options_.max_recipients = 2;
  greet();
  EXPECT_EQ(code("MAIL FROM:<x@elsewhere.example>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<nobody@example.test>"), "550 5.1.1");
  EXPECT_EQ(code("RCPT TO:<carol@example.test>"), "550 5.2.1");
  EXPECT_EQ(code("RCPT TO:<x@elsewhere.example>"), "550 5.7.1");
  EXPECT_EQ(code("RCPT TO:<x@[192.0.2.1]>"), "550 5.7.1");
  EXPECT_EQ(code("RCPT TO:<\"alice@example.test\"@elsewhere.example>"), "550 5.7.1");
  EXPECT_EQ(code("RCPT TO:<alice%elsewhere.example@example.test>"), "550 5.1.1");
  EXPECT_EQ(code("RCPT TO:<gr\xc3\xbc\xc3\x9f"
                 "e@example.test>"),
            "553 5.6.7");
  EXPECT_EQ(code("DATA"), "554 5.5.1");
  EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<Postmaster>"), "250 2.1.5");  // RFC 5321 §4.5.1: there is always somebody
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "452 4.5.3");
  EXPECT_EQ(code("DATA"), "354");
  EXPECT_EQ(code("."), "250 2.0.0");
  EXPECT_EQ(store_.delivered().at(0).mailboxes, (std::vector<store::MailboxId>{10, 10}));
}

TEST_F(Mx, Utf8Addresses) {
  greet();
  EXPECT_EQ(code("MAIL FROM:<\xc3\xa4@elsewhere.example>"), "553 5.6.7");
  EXPECT_EQ(code("MAIL FROM:<\xc3\xa4@elsewhere.example> SMTPUTF8"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<gr\xc3\xbc\xc3\x9f"
                 "e@example.test>"),
            "250 2.1.5");
  EXPECT_EQ(code("DATA"), "354");
  EXPECT_EQ(code("Subject: gr\xc3\xbc\xc3\x9f"
                 "e\r\n\r\n."),
            "250 2.0.0");
  const std::string text = store_.delivered().at(0).text;
  EXPECT_TRUE(text.starts_with("Return-Path: <\xc3\xa4@elsewhere.example>\r\n"));
  EXPECT_TRUE(text.contains(" with UTF8SMTP\r\n"));
}

TEST_F(Mx, DotsAndStrangeBytesArriveAsTheyWere) {
  greet();
  EXPECT_EQ(codes_of(send_message("..dot\r\n...\r\n\x01\xff\xfe\x7f\r\nno header at all\r\n.\r\n")), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().at(0).text.ends_with("\r\n.dot\r\n..\r\n\x01\xff\xfe\x7f\r\nno header at all\r\n"));
}

TEST_F(Mx, SmuggledMessageStaysText) {
  greet();
  for (const char* end : {"\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\r.\r\n"}) {
    const std::string evil = "Subject: x\r\n\r\nHello" + std::string(end) +
                             "MAIL FROM:<evil@example.test>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nevil\r\n.\r\n";
    EXPECT_EQ(codes_of(send_message(evil)), "554 5.5.2");
  }
  EXPECT_EQ(codes_of(send_message(std::string("a\0b\r\n.\r\n", 8))), "554 5.6.0");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");  // still in step
  EXPECT_TRUE(store_.delivered().empty());
  EXPECT_EQ(store_.stagings(), 0U);
}

TEST_F(Mx, BigMessageIsStagedAndWhole) {
  greet();
  std::string body = "Subject: big\r\n\r\n";
  while (body.size() < 1'000'000)
    body += "0123456789012345678901234567890123456789 line " + std::to_string(body.size()) + "\r\n";
  EXPECT_EQ(codes_of(send_message(body + ".\r\n")), "250 2.0.0");
  const auto delivered = store_.delivered();
  EXPECT_TRUE(delivered.at(0).text.ends_with(body));
  EXPECT_EQ(delivered.at(0).size, delivered.at(0).text.size());
  EXPECT_EQ(store_.stagings(), 0U);
}

TEST_F(Mx, TooBigAMessage) {
  options_.max_message_bytes = 300'000;
  greet();
  EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=300001"), "552 5.3.4");
  const std::string line(998, 'x');
  std::string big;
  while (big.size() < 400'000) big += line + "\r\n";
  EXPECT_EQ(codes_of(send_message(big + ".\r\n")), "552 5.3.4");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
  EXPECT_EQ(store_.stagings(), 0U);
  // A message of just the limit passes, whatever the trace adds.
  EXPECT_EQ(codes_of(send_message(std::string(299'998, 'x') + "\r\n.\r\n")), "250 2.0.0");
}

TEST_F(Mx, EndlessMessageEndsTheSession) {
  options_.max_message_bytes = 1000;
  greet();
  EXPECT_EQ(codes_of(send_message(std::string(6000, 'x'))), "552 5.3.4");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, StoreThatFails) {
  const struct {
    store::Errc error;
    const char* want;
  } cases[] = {{store::Errc::disk_full, "452 4.3.1"},
               {store::Errc::limit, "452 4.3.1"},
               {store::Errc::io, "451 4.3.0"},
               {store::Errc::not_found, "451 4.3.0"}};
  greet();
  store_.fails_delivery = true;
  for (const auto& c : cases) {
    store_.failure = {c.error, "no"};
    EXPECT_EQ(codes_of(send_message(kBody + ".\r\n")), c.want);
  }
  store_.fails_staging = true;
  store_.failure = {store::Errc::disk_full, "no"};
  EXPECT_EQ(codes_of(send_message(std::string(1'000'000, 'x') + "\r\n.\r\n")), "452 4.3.1");
  store_.failure = {store::Errc::closed, "no"};
  EXPECT_EQ(codes_of(send_message(kBody + ".\r\n")), "421 4.3.2");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, FullDisk) {
  greet();
  store_.is_full = true;
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "452 4.3.1");
  store_.is_full = false;
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "250 2.1.5");
  store_.is_full = true;
  EXPECT_EQ(code("DATA"), "452 4.3.1");
}

TEST_F(Mx, RepliesToABatchLeaveTogether) {
  greet();
  reads_ = 0;
  const std::string replies = batch(
      "RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<alice@example.test>\r\nRCPT TO:<nobody@example.test>\r\nDATA\r\n", "354 ");
  EXPECT_EQ(replies,
            "250 2.0.0 Ok\r\n250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n550 5.1.1 No such mailbox here\r\n"
            "354 Send the message; end it with <CRLF>.<CRLF>\r\n");
  EXPECT_EQ(reads_, 1U);
  // What follows the end of the message is the next command.
  const std::string end = batch("x\r\n.\r\nMAIL FROM:<a@b>\r\nQUIT\r\n", "221 ");
  EXPECT_TRUE(end.starts_with("250 2.0.0 Delivered as ")) << end;
  EXPECT_TRUE(end.contains("\r\n250 2.1.0 Sender ok\r\n221 2.0.0 ")) << end;
}

TEST_F(Mx, ByteByByte) {
  greet();
  std::string dialogue = "MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n..x\r\n.\r\nNOOP\r\n";
  for (const char& c : dialogue) say({&c, 1});
  EXPECT_EQ(codes_of(reply()), "250 2.1.0");
  EXPECT_EQ(codes_of(reply()), "250 2.1.5");
  EXPECT_EQ(codes_of(reply()), "354");
  EXPECT_EQ(codes_of(reply()), "250 2.0.0");
  EXPECT_EQ(codes_of(reply()), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().at(0).text.ends_with("\r\n.x\r\n"));
}

TEST_F(Mx, EhloAndRsetForgetTheMessage) {
  greet();
  for (const char* verb : {"EHLO x", "HELO x", "RSET"}) {
    EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
    EXPECT_EQ(code("MAIL FROM:<a@b>"), "503 5.5.1");
    EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "250 2.1.5");
    EXPECT_EQ(asked(verb).substr(0, 3), "250");
    EXPECT_EQ(code("DATA"), "503 5.5.1");
  }
}

TEST_F(Mx, OtherVerbs) {
  begin();
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "503 5.5.1");
  EXPECT_EQ(asked("HELO x"), "250 mail.example.test\r\n");
  EXPECT_EQ(asked("VRFY alice"), asked("VRFY nobody"));
  EXPECT_EQ(code("VRFY alice"), "252 2.0.0");
  EXPECT_EQ(code("EXPN list"), "502 5.5.1");
  EXPECT_TRUE(asked("HELP").starts_with("214-2.0.0 "));
  EXPECT_EQ(code("AUTH PLAIN"), "502 5.5.1");
  EXPECT_EQ(code("STARTTLS"), "502 5.5.1");
}

TEST_F(Mx, BadLines) {
  greet();
  EXPECT_EQ(code("XYZZY"), "500 5.5.2");
  EXPECT_EQ(code(std::string(kMaxLineBytes + 1, 'x')), "500 5.5.2");
  EXPECT_EQ(code(std::string(100'000, 'x')), "500 5.5.2");
  EXPECT_EQ(code("NOOP " + std::string(kMaxLineBytes - 5, 'x')), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b"), "501 5.1.7");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
}

TEST_F(Mx, TooManyErrors) {
  options_.max_errors = 3;
  greet();
  EXPECT_EQ(code("X"), "500 5.5.2");
  EXPECT_EQ(codes_of(send_message(kBody + ".\r\n")), "250 2.0.0");  // whoever brings mail starts anew
  EXPECT_EQ(code("X"), "500 5.5.2");
  EXPECT_EQ(code("DATA"), "503 5.5.1");
  EXPECT_EQ(code("X"), "421 4.7.0");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, TooManyUnknownRecipients) {
  options_.max_refused_recipients = 2;
  greet();
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<a@example.test>"), "550 5.1.1");
  EXPECT_EQ(code("RCPT TO:<b@example.test>"), "421 4.7.0");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, HttpEndsTheSessionUnechoed) {
  begin();
  say("POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\nMAIL FROM:<a@b>\r\n");
  EXPECT_EQ(reply(), "421 4.7.0 This is an SMTP server, closing\r\n");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, Timeouts) {
  options_.timeouts.login = async::Milliseconds(20);
  begin();
  EXPECT_EQ(codes_of(reply()), "421 4.4.2");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, TimeoutWithinAMessage) {
  options_.timeouts.transfer = async::Milliseconds(20);
  greet();
  EXPECT_EQ(codes_of(send_message("half a message\r\n")), "421 4.4.2");
  EXPECT_TRUE(is_closed());
  EXPECT_TRUE(store_.delivered().empty());
}

TEST_F(Mx, ServerStops) {
  greet();
  stop_server();
  EXPECT_EQ(codes_of(reply()), "421 4.3.2");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, ServerStopsWithinAMessage) {
  greet();
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "250 2.1.5");
  EXPECT_EQ(code("DATA"), "354");
  stop_server();
  EXPECT_EQ(code("x\r\n."), "250 2.0.0");  // what was begun is ended
  EXPECT_EQ(codes_of(reply()), "421 4.3.2");
  EXPECT_TRUE(is_closed());
}

TEST_F(Mx, PeerGoesWithinAMessage) {
  greet();
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "250 2.1.5");
  EXPECT_EQ(code("DATA"), "354");
  say(std::string(600'000, 'x') + "\r\n.\r");
  finish();
  EXPECT_TRUE(store_.delivered().empty());
  EXPECT_EQ(store_.stagings(), 0U);
}

// RFC 7293: the address meant somebody else when the sender last knew.
TEST_F(Mx, RequiresTheRecipientToBeTheSame) {
  store_.account(2).created = 1000;
  greet();
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<bob@example.test> RRVS=1970-01-01T00:16:39Z"), "550 5.7.17");
  EXPECT_EQ(code("RCPT TO:<bob@example.test> RRVS=1970-01-01T00:16:39Z;C"), "550 5.7.17");
  EXPECT_EQ(code("RCPT TO:<bob@example.test> RRVS=1970-01-01T00:16:40Z"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<alice@example.test> RRVS=1970-01-01T00:16:40Z"), "250 2.1.5");
}

TEST_F(Mx, RequiresItByAField) {
  const std::string field = "Require-Recipient-Valid-Since: BOB@example.test; Thu, 01 Jan 1970 00:16:";
  store_.account(2).created = 1000;
  greet();
  EXPECT_EQ(codes_of(send_message(field + "39 +0000\r\n\r\n.\r\n")), "550 5.7.17");
  EXPECT_EQ(codes_of(send_message(field + "40 +0000\r\n\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(codes_of(send_message("Require-Recipient-Valid-Since: nonsense\r\n\r\n.\r\n")), "250 2.0.0");
  // It is of nobody to whom this goes, or what RCPT said goes before it.
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<alice@example.test>");
  EXPECT_EQ(codes_of(send_data(field + "39 +0000\r\n\r\n.\r\n")), "250 2.0.0");
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<bob@example.test> RRVS=1970-01-01T00:16:40Z");
  EXPECT_EQ(codes_of(send_data(field + "39 +0000\r\n\r\n.\r\n")), "250 2.0.0");
}

TEST_F(Mx, DeliverBy) {
  begin();
  EXPECT_TRUE(asked("EHLO x").contains("250-DELIVERBY\r\n"));
  EXPECT_EQ(code("MAIL FROM:<a@b> BY=0;R"), "501 5.5.4");
  for (const char* by : {"600;R", "600;RT", "0;N", "-5;N"}) {
    begin_message("MAIL FROM:<a@b> BY=" + std::string(by));
    EXPECT_EQ(codes_of(send_data(".\r\n")), "250 2.0.0") << by;
  }
}

// RFC 6710 §5.1: a stranger's word doesn't put mail before that of others.
TEST_F(Mx, Priorities) {
  greet();
  begin_message("MAIL FROM:<a@b> MT-PRIORITY=5");
  EXPECT_TRUE(send_data(".\r\n").starts_with("250 2.3.6 0 is the new priority assigned to the message "));
  EXPECT_FALSE(store_.delivered().back().text.contains("PRIORITY"));
  begin_message("MAIL FROM:<a@b> MT-PRIORITY=-3");
  EXPECT_TRUE(send_data(".\r\n").starts_with("250 2.0.0 Delivered as "));
  EXPECT_TRUE(store_.delivered().back().text.contains("\r\n PRIORITY -3; "));
}

TEST_F(Mx, BareNewlinesAreMendedIfSo) {
  options_.bare_newlines = BareNewlines::normalise;
  greet();
  EXPECT_EQ(codes_of(send_message("X: y\n\nHello\n.\n\r.\rMAIL FROM:<c@d>\r\r\nend\r\n.\r\n")), "250 2.0.0");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
  ASSERT_EQ(store_.delivered().size(), 1U);
  EXPECT_TRUE(store_.delivered()[0].text.ends_with(
      " +0000\r\nX: y\r\n\r\nHello\r\n.\r\n\r\n.\r\nMAIL FROM:<c@d>\r\n\r\nend\r\n"))
      << store_.delivered()[0].text;
  EXPECT_EQ(codes_of(send_message(std::string("a\0b\n\r\n.\r\n", 9))), "554 5.6.0");
  begin_message();
  say("BDAT 3\r\na\r\nBDAT 2 LAST\r\n\nb");
  EXPECT_EQ(codes(2), "250 2.0.0, 250 2.0.0");
  EXPECT_TRUE(store_.delivered().back().text.ends_with(" +0000\r\na\r\n\r\nb"));
}

TEST_F(Mx, ExtensionsThatAreSwitchedOff) {
  options_.switched_off = {Extension::size, Extension::smtputf8, Extension::rrvs,      Extension::vrfy,
                           Extension::help, Extension::limits,   Extension::deliver_by};
  begin();
  const std::string hello = asked("EHLO x");
  for (const char* keyword : {"SIZE", "SMTPUTF8", "RRVS", "HELP", "LIMITS", "DELIVERBY"}) {
    EXPECT_FALSE(hello.contains(keyword)) << keyword;
  }
  EXPECT_TRUE(hello.contains("CHUNKING"));
  EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=1"), "555 5.5.4");
  EXPECT_EQ(code("MAIL FROM:<a@b> SMTPUTF8"), "555 5.5.4");
  EXPECT_EQ(code("VRFY x"), "502 5.5.1");
  EXPECT_EQ(code("HELP"), "502 5.5.1");
  EXPECT_EQ(codes_of(send_message(".\r\n")), "250 2.0.0");
}

TEST_F(Mx, RepliesWithoutEnhancedCodes) {
  options_.switched_off = {Extension::enhanced_status_codes};
  begin();
  EXPECT_FALSE(asked("EHLO x").contains("ENHANCEDSTATUSCODES"));
  EXPECT_EQ(asked("MAIL FROM:<a@b>"), "250 Sender ok\r\n");
  EXPECT_EQ(asked("RCPT TO:<nobody@example.test>"), "550 No such mailbox here\r\n");
  EXPECT_EQ(asked("DATA"), "554 No recipient was accepted\r\n");
  EXPECT_TRUE(asked("HELP").starts_with("214-These commands are known:\r\n214 EHLO "));
}

// RFC 5321 §4.1.3
TEST_F(Mx, AddressLiterals) {
  store_.people().names.push_back(
      {.address = "info@mail.example.test", .kind = store::Alias::Kind::alias, .members = {"bob@example.test"}});
  greet();
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<info@[192.0.2.25]>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<postmaster@[192.0.2.25]>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<nobody@[192.0.2.25]>"), "550 5.1.1");
  EXPECT_EQ(code("RCPT TO:<info@[192.0.2.26]>"), "550 5.7.1");
  EXPECT_EQ(codes_of(send_data(".\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().at(0).mailboxes, (std::vector<store::MailboxId>{20, 10}));
}

TEST_F(Mx, SubaddressesGoToTheirFolder) {
  options_.files_subaddresses = true;
  greet();
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<alice+shop@example.test>");
  EXPECT_EQ(codes_of(send_data(".\r\n")), "250 2.0.0");
  EXPECT_EQ(store_.delivered().at(0).targets.at(0).folder, "shop");
}

}  // namespace
}  // namespace portreeve::smtp
