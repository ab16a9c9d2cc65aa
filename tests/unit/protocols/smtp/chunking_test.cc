// BDAT (RFC 3030).
#include "session_fixture.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::smtp {
namespace {

class Chunking : public SmtpSession {
 protected:
  std::string chunk(std::string_view text, std::string_view last = "") {
    say("BDAT " + std::to_string(text.size()) + std::string(last) + "\r\n" + std::string(text));
    return next_code();
  }
};

// Nobody can tell where such a chunk ends.
TEST_F(Chunking, AnUnreadableChunkEndsTheSession) {
  for (const char* line : {"BDAT", "BDAT x", "BDAT -1", "BDAT 5 FIRST", "BDAT 5LAST", " BDAT 5 FIRST", "\tbdat"}) {
    Peer peer(host_.connect(options_));
    EXPECT_EQ(peer.next_code(), "220");
    peer.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@example.test>\r\n" + std::string(line) +
             "\r\nRSET\r\nNOOP\r\n");
    EXPECT_EQ(peer.codes(4), "250, 250 2.1.0, 250 2.1.5, 501 5.5.4") << line;
    EXPECT_EQ(peer.rest(), "") << line;
  }
}

TEST_F(Chunking, AStoreThatFailsAtAChunk) {
  greet();
  begin_message();
  store_.fails_staging = true;
  store_.failure = {store::Errc::disk_full, "no"};
  EXPECT_EQ(chunk(std::string(600'000, 'x')), "452 4.3.1");
  EXPECT_EQ(chunk("x", " LAST"), "503 5.5.1");
  store_.failure = {store::Errc::io, "no"};
  begin_message();
  EXPECT_EQ(chunk(std::string(600'000, 'x')), "451 4.3.0");
  EXPECT_EQ(store_.stagings(), 0U);
}

TEST_F(Chunking, NorDoesALineThatIsNone) {
  for (const std::string& line :
       {std::string("BDAT 5 LAST\nQUIT"), std::string("bdat 5\rQUIT"), "BDAT 5" + std::string(5000, ' ') + "LAST"}) {
    Peer peer(host_.connect(options_));
    EXPECT_EQ(peer.next_code(), "220");
    peer.say("EHLO x\r\n" + line + "\r\nNOOP\r\n");
    EXPECT_EQ(peer.codes(2), "250, 500 5.5.2");
    EXPECT_EQ(peer.rest(), "");
  }
}

// The session doesn't read on for hours just to be polite.
TEST_F(Chunking, HugeSizesEndTheSession) {
  session::testing::Log log;
  options_.max_message_bytes = 1000;
  for (const char* size : {"5000", "18446744073709551615", "99999999999999999999999999"}) {
    Peer peer(host_.connect(options_));
    EXPECT_EQ(peer.next_code(), "220");
    peer.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@example.test>\r\nBDAT " + std::string(size) +
             " LAST\r\nMAIL FROM:<c@d>\r\n");
    EXPECT_EQ(peer.codes(4), "250, 250 2.1.0, 250 2.1.5, 552 5.3.4");
    EXPECT_EQ(peer.rest(), "");
  }
  finish();
  EXPECT_TRUE(log.text().contains("command=BDAT code=552 enhanced=5.3.4 reason=\"The message is too big\""));
}

TEST_F(Chunking, TextIsTakenAsItIs) {
  greet();
  begin_message();
  EXPECT_EQ(chunk("Subject: hi\r"), "250 2.0.0");
  EXPECT_EQ(chunk("\n\r\n.\r\n..dots\r\n"), "250 2.0.0");
  EXPECT_EQ(chunk(""), "250 2.0.0");
  say("BDAT 26 last\r\nRSET\r\nQUIT\r\nno CRLF at end");
  EXPECT_TRUE(reply().starts_with("250 2.0.0 Delivered as "));
  EXPECT_TRUE(store_.delivered().at(0).text.ends_with(
      " +0000\r\nSubject: hi\r\n\r\n.\r\n..dots\r\nRSET\r\nQUIT\r\nno CRLF at end"));
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
}

TEST_F(Chunking, TheLastChunkMayBeEmpty) {
  greet();
  begin_message();
  EXPECT_EQ(chunk("Subject: hi\r\n\r\nHello\r\n"), "250 2.0.0");
  EXPECT_EQ(chunk("", " LAST"), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().at(0).text.ends_with("\r\n\r\nHello\r\n"));
  EXPECT_EQ(chunk("", " LAST"), "503 5.5.1");  // it is over
  begin_message();
  EXPECT_EQ(chunk("", " LAST"), "250 2.0.0");
  EXPECT_EQ(store_.delivered().size(), 2U);
}

// RFC 3030 §4.2: all at once.
TEST_F(Chunking, Pipelined) {
  greet();
  reads_ = 0;
  const std::string replies = batch(
      "MAIL FROM:<a@b>\r\nRCPT TO:<bob@example.test>\r\nBDAT 7\r\nX: y\r\n\rBDAT 6 LAST\r\n\nHi!\r\n"
      "MAIL FROM:<c@d>\r\nRCPT TO:<alice@example.test>\r\nBDAT 3 LAST\r\nHi!QUIT\r\n",
      "221 ");
  EXPECT_TRUE(
      replies.starts_with("250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n250 2.0.0 7 bytes received\r\n"
                          "250 2.0.0 Delivered as "))
      << replies;
  const auto delivered = store_.delivered();
  ASSERT_EQ(delivered.size(), 2U);
  EXPECT_TRUE(delivered[0].text.ends_with(" +0000\r\nX: y\r\n\r\nHi!\r\n"));
  EXPECT_TRUE(delivered[1].text.ends_with(" +0000\r\nHi!"));
}

TEST_F(Chunking, ARefusedChunkIsNoCommand) {
  begin();
  EXPECT_EQ(chunk("NOOP\r\n", " LAST"), "503 5.5.1");  // no EHLO
  EXPECT_EQ(code("EHLO x"), "250");
  EXPECT_EQ(chunk("NOOP\r\n"), "503 5.5.1");  // no MAIL
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(chunk("NOOP\r\n"), "554 5.5.1");                   // no RCPT
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "503 5.5.1");  // and no message any more
  begin_message();
  store_.is_full = true;
  EXPECT_EQ(chunk("NOOP\r\n"), "452 4.3.1");
  store_.is_full = false;
  EXPECT_EQ(chunk("QUIT\r\n", " LAST"), "503 5.5.1");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().empty());
}

TEST_F(Chunking, FaultsAreToldAtTheirChunk) {
  const struct {
    std::string text;
    const char* want;
  } cases[] = {{"a\nb", "554 5.5.2"},
               {"a\rb", "554 5.5.2"},
               {std::string("a\0b", 3), "554 5.6.0"},
               {std::string(2000, 'x'), "552 5.3.4"},
               {"X: " + std::string(600, 'x') + "\r\n\r\n", "552 5.3.4"}};
  options_.max_message_bytes = 1500;
  options_.max_header_bytes = 500;
  greet();
  for (const auto& c : cases) {
    begin_message();
    EXPECT_EQ(chunk(c.text), c.want) << c.text.substr(0, 20);
    EXPECT_EQ(chunk("b", " LAST"), "503 5.5.1") << c.text.substr(0, 20);
    begin_message();
    EXPECT_EQ(chunk(c.text, " LAST"), c.want) << c.text.substr(0, 20);
  }
  // A CR waits for its LF, to the end of the message.
  begin_message();
  EXPECT_EQ(chunk("\r\na\r"), "250 2.0.0");
  EXPECT_EQ(chunk("b"), "554 5.5.2");
  begin_message();
  EXPECT_EQ(chunk("\r\na\r"), "250 2.0.0");
  EXPECT_EQ(chunk("", " LAST"), "554 5.5.2");
  // So do all chunks together.
  begin_message();
  EXPECT_EQ(chunk("\r\n" + std::string(900, 'x')), "250 2.0.0");
  EXPECT_EQ(chunk(std::string(900, 'x')), "552 5.3.4");
  EXPECT_TRUE(store_.delivered().empty());
  EXPECT_EQ(store_.stagings(), 0U);
}

TEST_F(Chunking, WhatMayStandBetweenChunks) {
  greet();
  begin_message();
  EXPECT_EQ(chunk("Subject: one\r\n"), "250 2.0.0");
  EXPECT_EQ(code("DATA"), "503 5.5.1");
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "503 5.5.1");
  EXPECT_EQ(code("RCPT TO:<alice@example.test>"), "503 5.5.1");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
  EXPECT_EQ(chunk("\r\n", " LAST"), "250 2.0.0");
  begin_message();
  EXPECT_EQ(chunk("Subject: two\r\n"), "250 2.0.0");
  EXPECT_EQ(code("RSET"), "250 2.0.0");
  EXPECT_EQ(chunk("x", " LAST"), "503 5.5.1");
  begin_message();
  EXPECT_EQ(chunk("Subject: three\r\n\r\n", " LAST"), "250 2.0.0");
  ASSERT_EQ(store_.delivered().size(), 2U);
  EXPECT_TRUE(store_.delivered()[0].text.ends_with(" +0000\r\nSubject: one\r\n\r\n"));
  EXPECT_TRUE(store_.delivered()[1].text.ends_with(" +0000\r\nSubject: three\r\n\r\n"));
}

TEST_F(Chunking, ABigMessageIsStaged) {
  greet();
  begin_message();
  std::string whole = "Subject: big\r\n\r\n";
  EXPECT_EQ(chunk(whole), "250 2.0.0");
  for (int i = 0; i < 10; ++i) {
    const std::string text = std::string(99'998, static_cast<char>('a' + i)) + "\r\n";
    whole += text;
    EXPECT_EQ(chunk(text), "250 2.0.0");
  }
  EXPECT_EQ(chunk("", " LAST"), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().at(0).text.ends_with(whole));
  EXPECT_EQ(store_.delivered().at(0).size, store_.delivered().at(0).text.size());
  EXPECT_EQ(store_.stagings(), 0U);
}

TEST_F(Chunking, ServerStopsWithinAChunk) {
  greet();
  begin_message();
  say("BDAT 10 LAST\r\nhello");
  stop_server();
  say("world");
  EXPECT_EQ(next_code(), "250 2.0.0");  // what was begun is ended
  EXPECT_EQ(next_code(), "421 4.3.2");
  EXPECT_TRUE(is_closed());
  EXPECT_EQ(store_.delivered().size(), 1U);
}

TEST_F(Chunking, TimeoutWithinAChunk) {
  options_.timeouts.transfer = async::Milliseconds(20);
  greet();
  begin_message();
  say("BDAT 10 LAST\r\nhello");
  EXPECT_EQ(next_code(), "421 4.4.2");
  EXPECT_TRUE(is_closed());
  EXPECT_TRUE(store_.delivered().empty());
}

TEST_F(Chunking, PeerGoesWithinAChunk) {
  greet();
  begin_message();
  say("BDAT 900000\r\n" + std::string(600'000, 'x'));
  finish();
  EXPECT_TRUE(store_.delivered().empty());
  EXPECT_EQ(store_.stagings(), 0U);
}

TEST_F(Chunking, SwitchedOff) {
  options_.switched_off = {Extension::chunking};
  begin();
  const std::string hello = asked("EHLO x");
  EXPECT_FALSE(hello.contains("CHUNKING"));
  EXPECT_FALSE(hello.contains("BINARYMIME"));  // RFC 3030 §3: nothing without the other
  EXPECT_EQ(code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
  EXPECT_EQ(chunk("NOOP\r\n"), "502 5.5.1");
  EXPECT_EQ(code("NOOP"), "250 2.0.0");
}

TEST_F(Chunking, BinaryPartsAreConverted) {
  const std::string header =
      "MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n";
  greet();
  begin_message("MAIL FROM:<a@b> BODY=BINARYMIME");
  EXPECT_EQ(code("DATA"), "503 5.5.1");
  EXPECT_EQ(chunk(header), "250 2.0.0");
  EXPECT_EQ(chunk(std::string("\0\n\r\n.\r", 6), " LAST"), "250 2.0.0");
  const std::string text = store_.delivered().at(0).text;
  EXPECT_TRUE(text.contains("Content-Transfer-Encoding: base64\r\n")) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\nAAoNCi4N\r\n")) << text;
  EXPECT_EQ(store_.delivered().at(0).size, text.size());
}

TEST_F(Chunking, BinaryDataThatNobodySpokeOf) {
  greet();
  begin_message("MAIL FROM:<a@b> BODY=BINARYMIME");
  EXPECT_EQ(chunk(std::string("Subject: x\r\n\r\na\0b\r\n", 19), " LAST"), "554 5.6.0");
  begin_message("MAIL FROM:<a@b> BODY=BINARYMIME");
  EXPECT_EQ(chunk("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                  "a\nb\r\n--b--\r\n",
                  " LAST"),
            "554 5.6.1");
  EXPECT_TRUE(store_.delivered().empty());
}

}  // namespace
}  // namespace portreeve::smtp
