// What one connection may do: lines, messages, errors, commands without mail, time.
#include <poll.h>

#include "protocols/smtp/command.h"
#include "session_fixture.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::smtp {
namespace {

class Limits : public SmtpSession {};

// The CR of the line's end is the last byte that the server has room to look at.
TEST_F(Limits, ALineThatIsTooLongEndsAtItsCrLf) {
  greet();
  say("NOOP " + std::string(kMaxAuthLineBytes - 4, 'x') + "\r");
  EXPECT_EQ(next_code(), "500 5.5.2");
  say("\nHELP\r\n");
  EXPECT_EQ(next_code(), "214");
}

TEST_F(Limits, ALineWithoutEndRunsOutOfTime) {
  options_.timeouts.login = async::Milliseconds(300);
  options_.timeouts.command = async::Milliseconds(50);
  greet();
  say(std::string(kMaxAuthLineBytes, 'x'));
  EXPECT_EQ(next_code(), "500 5.5.2");
  // More of it every few milliseconds, as a client does that wants to stay.
  pollfd answer{.fd = fd(), .events = POLLIN, .revents = 0};
  int count = 0;
  while (poll(&answer, 1, 5) == 0 && ++count < 1000) say("x");
  EXPECT_LT(count, 1000);
  EXPECT_EQ(next_code(), "421 4.4.2");
}

TEST_F(Limits, RefusalsAreLogged) {
  session::testing::Log log;
  greet();
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "503 5.5.1");
  EXPECT_EQ(code(std::string(kMaxLineBytes + 1, 'x')), "500 5.5.2");
  EXPECT_EQ(code("NOOP secret\tword\n"), "500 5.5.2");
  EXPECT_EQ(code("XYZZY"), "500 5.5.2");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
  finish();
  const std::string text = log.text();
  const std::string about = "refused id=test protocol=smtp peer=192.0.2.1:4711 ";
  EXPECT_TRUE(text.contains(about + "command=RCPT code=503 enhanced=5.5.1 reason=\"MAIL comes first\"")) << text;
  EXPECT_TRUE(text.contains(about + "command=- code=500 enhanced=5.5.2 reason=\"Line too long\"")) << text;
  EXPECT_TRUE(text.contains(about + "command=- code=500 enhanced=5.5.2 reason=\"A line ends with CR LF")) << text;
  EXPECT_TRUE(text.contains(about + "command=- code=500 enhanced=5.5.2 reason=\"Unknown command\"")) << text;
  EXPECT_FALSE(text.contains("secret"));
  EXPECT_FALSE(text.contains("command=NOOP"));
}

// One reply each; the rest, up to a CRLF, is no command.
TEST_F(Limits, BareNewlinesInCommands) {
  greet();
  for (const char* line : {"NOOP\nQUIT", "NOOP\rQUIT", "NOOP\n\n\nQUIT\n", "\nQUIT", "\rQUIT", "NOOP\r\rQUIT", "NOOP\r",
                           "MAIL FROM:<a@b>\nRCPT TO:<bob@example.test>\nDATA\n.\n"}) {
    EXPECT_EQ(code(line), "500 5.5.2");
    EXPECT_EQ(code("NOOP"), "250 2.0.0");
  }
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "503 5.5.1");
}

TEST_F(Limits, BareNewlinesWithinAuth) {
  begin_submission();
  EXPECT_EQ(asked("AUTH PLAIN"), "334 \r\n");
  EXPECT_EQ(code("AGFs\nAUTH PLAIN"), "501 5.5.2");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
}

TEST_F(Limits, Messages) {
  options_.max_messages = 2;
  begin();
  EXPECT_TRUE(asked("EHLO x").contains("250-LIMITS RCPTMAX=1000 MAILMAX=2\r\n"));
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RSET"), "250 2.0.0");
  begin_message();
  EXPECT_EQ(codes_of(send_data(".\r\n")), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "421 4.7.0");
  EXPECT_TRUE(is_closed());
}

TEST_F(Limits, CommandsThatDoNothing) {
  options_.max_idle_commands = 4;
  greet();
  for (const char* line : {"NOOP", "RSET", "VRFY x"}) EXPECT_EQ(code(line).substr(0, 2), "25");
  EXPECT_EQ(codes_of(send_message(".\r\n")), "250 2.0.0");  // whoever brings mail may idle anew
  for (const char* line : {"HELP", "EHLO x", "HELO x", "NOOP"}) EXPECT_EQ(code(line).substr(0, 1), "2");
  EXPECT_EQ(code("NOOP"), "421 4.7.0");
  EXPECT_TRUE(is_closed());
}

TEST_F(Limits, MessagesOfAClient) {
  host_.services().rates =
      std::make_shared<session::Rates>(base::Rate{.count = 2, .per = std::chrono::hours(24)}, base::Rate{});
  greet();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(codes_of(send_message(".\r\n")), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "450 4.7.1");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
  // However it connects; others may.
  Peer again(host_.connect(options_));
  EXPECT_EQ(again.next_code(), "220");
  EXPECT_EQ(again.code("EHLO x"), "250");
  EXPECT_EQ(again.code("MAIL FROM:<a@b>"), "450 4.7.1");
  host_.peer.address = "192.0.2.2";
  Peer other(host_.connect(options_));
  EXPECT_EQ(other.next_code(), "220");
  EXPECT_EQ(other.code("EHLO x"), "250");
  EXPECT_EQ(other.code("MAIL FROM:<a@b>"), "250 2.1.0");
}

TEST_F(Limits, MessagesOfAnAccount) {
  host_.services().rates =
      std::make_shared<session::Rates>(base::Rate{}, base::Rate{.count = 1, .per = std::chrono::hours(24)});
  log_in();
  // What is refused for another reason doesn't count.
  EXPECT_EQ(code("MAIL FROM:<bob@example.test>"), "553 5.7.1");
  EXPECT_EQ(codes_of(send_message(".\r\n")), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<alice@example.test>"), "450 4.7.1");
}

TEST_F(Limits, WhoeverTalksBeforeTheGreeting) {
  session::testing::Log log;
  take(host_.connect(options_, "EHLO x\r\n"));
  EXPECT_EQ(rest(), "554 5.5.1 You talked before the greeting, closing\r\n");
  finish();
  EXPECT_TRUE(log.text().contains("command=- code=554 enhanced=5.5.1 reason=\"You talked before the greeting"));
}

TEST_F(Limits, WhoeverCannotWaitForTheGreeting) {
  options_.greeting_delay = std::chrono::seconds(20);
  take(host_.connect(options_));
  say("X");
  EXPECT_EQ(rest(), "554 5.5.1 You talked before the greeting, closing\r\n");
}

TEST_F(Limits, WhoeverWaitsIsGreeted) {
  options_.greeting_delay = async::Milliseconds(20);
  greet();
  EXPECT_EQ(codes_of(send_message(".\r\n")), "250 2.0.0");
}

TEST_F(Limits, AServerThatStopsBeforeTheGreeting) {
  options_.greeting_delay = std::chrono::seconds(20);
  take(host_.connect(options_));
  stop_server();
  EXPECT_EQ(codes(2), "220, 421 4.3.2");
  EXPECT_TRUE(is_closed());
}

TEST_F(Limits, Headers) {
  options_.max_header_bytes = 1000;
  options_.max_header_fields = 5;
  options_.max_received = 3;
  std::string fields;
  for (int i = 0; i < 6; ++i) fields += "X: y\r\n";
  std::string received;
  for (int i = 0; i < 4; ++i) received += "received: from x\r\n";
  greet();
  EXPECT_EQ(codes_of(send_message("X: " + std::string(1000, 'x') + "\r\n\r\n.\r\n")), "552 5.3.4");
  EXPECT_EQ(codes_of(send_message(fields + "\r\n.\r\n")), "554 5.6.0");
  EXPECT_EQ(codes_of(send_message(received + "\r\n.\r\n")), "554 5.4.6");  // it goes in circles
  EXPECT_TRUE(store_.delivered().empty());
  EXPECT_EQ(codes_of(send_message("X: y\r\n\r\n" + fields + received + ".\r\n")), "250 2.0.0");
}

TEST_F(Limits, Destinations) {
  options_.max_destinations = 2;
  greet();
  begin_message("MAIL FROM:<a@b>", "RCPT TO:<alice@example.test>");
  EXPECT_EQ(code("RCPT TO:<both@example.test>"), "452 4.5.3");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
  EXPECT_EQ(code("RCPT TO:<postmaster@second.test>"), "452 4.5.3");
}

TEST_F(Limits, Quotas) {
  store_.account(2).quota_bytes = 1000;
  store_.used[2] = 900;
  greet();
  EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=1001"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "552 5.2.2");   // never
  EXPECT_EQ(code("RCPT TO:<both@example.test>"), "250 2.1.5");  // a list, whose other member has room
  store_.account(1).quota_bytes = 1000;
  EXPECT_EQ(code("RSET"), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=1001"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<both@example.test>"), "552 5.2.2");
  store_.account(1).quota_bytes = 0;
  EXPECT_EQ(code("RSET"), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=101"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "452 4.2.2");  // not now
  EXPECT_EQ(code("RSET"), "250 2.0.0");
  EXPECT_EQ(code("MAIL FROM:<a@b> SIZE=100"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
}

}  // namespace
}  // namespace portreeve::smtp
