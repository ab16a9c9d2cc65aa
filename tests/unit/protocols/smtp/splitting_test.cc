// However the network cuts what a client says, it is answered and delivered alike.
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <array>
#include <vector>

#include "protocols/smtp/command.h"
#include "session_fixture.h"

namespace portreeve::smtp {
namespace {

enum class Kind { mx, normalising, submission, lmtp, proxy };

struct Dialogue {
  const char* name;
  Kind kind;
  std::string said;   // without waiting for any reply
  const char* codes;  // that it is answered with
};

const std::string kEnvelope = "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@example.test>\r\n";

const Dialogue kDialogues[] = {
    {"commands", Kind::mx,
     "EHLO x\r\nNOOP\r\nHELP\r\nMAIL FROM:<a@b\r\nmail from:<a@b>\r\nRCPT TO:<nobody@example.test>\r\nRSET\r\nVRFY "
     "x\r\n"
     "XYZZY\r\n\r\nQUIT\r\n",
     "220 250 250 214 501 250 550 250 252 500 500 221"},
    {"data", Kind::mx, kEnvelope + "DATA\r\nSubject: x\r\n\r\n..\r\n.dot\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n",
     "220 250 250 250 354 250 250 221"},
    {"two messages", Kind::mx,
     kEnvelope + "DATA\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n\r\n\r\n.\r\nQUIT\r\n",
     "220 250 250 250 354 250 250 250 354 250 221"},
    {"bare newlines in data", Kind::mx, kEnvelope + "DATA\r\na\n.\nb\r.\r\n.\n\r\n\n.\r\r\n.\r\nNOOP\r\nQUIT\r\n",
     "220 250 250 250 354 554 250 221"},
    {"bare newlines mended", Kind::normalising, kEnvelope + "DATA\r\nX: y\n\n.\na\r.\r\n..\n\r\r\n\r\n.\r\nQUIT\r\n",
     "220 250 250 250 354 250 221"},
    {"bare newlines in commands", Kind::mx,
     "EHLO x\r\nNOOP\nNOOP\r\nNOOP\r\r\nNOOP\r\n\rNOOP\r\n\n\r\n\r\r\n\nNOOP\r\nNOOP\r\nQUIT\r\n",
     "220 250 500 500 250 500 500 500 500 250 221"},
    {"chunks", Kind::mx,
     kEnvelope + "BDAT 14\r\nSubject: x\r\n\r\nBDAT 9\r\nRSET\r\n.\r\nBDAT 0\r\nBDAT 3 LAST\r\n\r\n.NOOP\r\nQUIT\r\n",
     "220 250 250 250 250 250 250 250 250 221"},
    {"a line's end between chunks", Kind::mx, kEnvelope + "BDAT 5\r\nX: y\rBDAT 2\r\n\n\rBDAT 2 LAST\r\n\naQUIT\r\n",
     "220 250 250 250 250 250 250 221"},
    {"chunks that are refused", Kind::mx,
     kEnvelope + "BDAT 6\r\na\rb\nc\nBDAT 6 LAST\r\nQUIT\r\nMAIL FROM:<a@b>\r\nBDAT 6\r\nNOOP\r\nNOOP\r\nQUIT\r\n",
     "220 250 250 250 554 503 250 554 250 221"},
    {"a chunk nobody can read", Kind::mx, kEnvelope + "BDAT 6 x\r\nNOOP\r\nQUIT\r\n", "220 250 250 250 501"},
    {"binary chunks", Kind::mx,
     "EHLO x\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\nRCPT TO:<bob@example.test>\r\n"
     "BDAT 43\r\nContent-Transfer-Encoding: binary\r\n\r\n\r\n\n\r.\rBDAT 5 LAST\r\n\n..\r\nQUIT\r\n",
     "220 250 250 250 250 250 221"},
    {"login", Kind::submission,
     "EHLO x\r\nAUTH PLAIN\r\n*\r\nAUTH PLAIN !\r\nAUTH LOGIN\r\nx\ny\r\nAUTH LOGIN\r\nYWxpY2VAZXhhbXBsZS50ZXN0\r\n"
     "c2VjcmV0\r\nMAIL FROM:<alice@example.test>\r\nRCPT TO:<bob@example.test> NOTIFY=SUCCESS\r\nDATA\r\n"
     "Bcc: x\r\n y\r\nFrom: alice@example.test\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\nno field\r\n.\r\nQUIT\r\n",
     "220 250 334 501 501 334 501 334 334 235 250 250 354 250 221"},
    {"another's name", Kind::submission,
     "EHLO x\r\nAUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ=\r\nMAIL FROM:<alice@example.test>\r\n"
     "RCPT TO:<bob@example.test>\r\nDATA\r\nFrom: bob\r\n @example.test\r\n\r\n.\r\nQUIT\r\n",
     "220 250 235 250 250 354 550 221"},
    {"proxy", Kind::proxy,
     "XCLIENT ADDR=198.51.100.7 HELO=y\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@example.test>\r\nXCLIENT PORT=1\r\nDATA\r\n"
     ".\r\nQUIT\r\n",
     "220 220 250 250 503 354 250 221"},
    {"lmtp", Kind::lmtp,
     "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@example.test>\r\nRCPT TO:<nobody@example.test>\r\n"
     "RCPT TO:<both@example.test>\r\nDATA\r\nx\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@example.test>\r\n"
     "BDAT 1 LAST\r\nxQUIT\r\n",
     "220 250 250 250 550 250 354 250 250 250 250 250 221"},
    {"HTTP", Kind::mx, "GET / HTTP/1.1\r\nNOOP\r\n", "220 421"},
};

// What a dialogue must not differ in, whenever it is held: ids and dates have a length, and nothing else.
std::string masked(std::string text) {
  const struct {
    std::string_view before;
    std::size_t length;
  } unlike[] = {{"report-", 16},        {"=_report", 16},      {"\r\n id ", 10},      {" as ", 10},
                {"took it in as ", 10}, {"Message-ID: <", 10}, {"References: <", 10}, {"In-Reply-To: <", 10}};
  for (const auto& [before, length] : unlike) {
    for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;) {
      at += before.size();
      if (std::string_view(text).substr(at).starts_with("report-")) continue;
      for (std::size_t i = at; i < std::min(at + length, text.size()); ++i) text[i] = '?';
    }
  }
  for (std::size_t at = 0; (at = text.find(" +0000", at)) != std::string::npos; ++at) {
    const std::size_t begin = at < 25 ? 0 : at - 25;
    for (std::size_t i = begin; i < at; ++i) text[i] = '?';
  }
  return text;
}

std::string codes_in(const std::string& replies) {
  std::string codes;
  for (std::size_t at = 0; at < replies.size(); at = replies.find('\n', at) + 1) {
    if (replies[at + 3] != '-') codes += (codes.empty() ? "" : " ") + replies.substr(at, 3);
  }
  return codes;
}

class Splitting : public ::testing::Test {
 protected:
  Splitting() {
    for (Options& options : options_) {
      options.resolve.host_name = "mail.example.test";
      options.timeouts.login = options.timeouts.idle = options.timeouts.command = std::chrono::minutes(2);
    }
    of(Kind::normalising).bare_newlines = BareNewlines::normalise;
    of(Kind::submission).role = Role::submission;
    of(Kind::submission).max_hold = std::chrono::seconds(0);  // EHLO tells the time with it
    of(Kind::submission).security.allows_plaintext_password = true;
    of(Kind::lmtp).role = Role::lmtp;
    of(Kind::proxy).xclient_networks = {*net::Network::parse("192.0.2.1")};
  }

  Options& of(Kind kind) { return options_[static_cast<std::size_t>(kind)]; }

  // All that came of it: the replies, and what was delivered to whom.
  std::string hold(const Dialogue& dialogue, const std::vector<std::string_view>& pieces) {
    Peer peer(host_.connect(of(dialogue.kind)));
    std::string replies = peer.reply();
    for (const std::string_view piece : pieces) {
      if (piece.empty()) continue;
      // The server may have hung up by now.
      if (send(peer.fd(), piece.data(), piece.size(), MSG_NOSIGNAL) <= 0) break;
      wait_until_read(peer.fd());
    }
    replies += peer.rest();
    codes_ = codes_in(replies);
    std::string all = replies;
    for (const FakeStore::Delivered& delivered : store_.take_delivered()) {
      all += "\nto";
      for (const store::MailboxId mailbox : delivered.mailboxes) all += ' ' + std::to_string(mailbox);
      all += ":\n" + delivered.text;
    }
    return masked(all);
  }

  FakeStore store_;
  std::array<Options, 5> options_;
  Host host_{store_};
  std::string codes_;  // of the last one

 private:
  // Or two pieces would be one to the server.
  static void wait_until_read(int fd) {
    for (int unread = 1; ioctl(fd, SIOCOUTQ, &unread) == 0 && unread > 0;) sched_yield();
  }
};

TEST_F(Splitting, MakesNoDifference) {
  for (const Dialogue& dialogue : kDialogues) {
    SCOPED_TRACE(dialogue.name);
    const std::string_view said = dialogue.said;
    const std::string want = hold(dialogue, {said});
    EXPECT_EQ(codes_, dialogue.codes) << want;
    EXPECT_EQ(store_.stagings(), 0U);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < said.size(); ++i) bytes.push_back(said.substr(i, 1));
    EXPECT_EQ(hold(dialogue, bytes), want);
    for (std::size_t i = 1; i < said.size(); ++i) {
      ASSERT_EQ(hold(dialogue, {said.substr(0, i), said.substr(i)}), want) << "cut at " << i;
    }
  }
}

// Lines about as long as they may be, cut where it matters.
TEST_F(Splitting, LongLines) {
  for (const std::size_t limit : {kMaxLineBytes, kMaxAuthLineBytes}) {
    const bool is_auth = limit == kMaxAuthLineBytes;
    const std::string verb = is_auth ? "AUTH PLAIN " : "NOOP ";
    for (const std::size_t length : {limit - 1, limit, limit + 1, limit + 2, 3 * limit}) {
      for (const char* end : {"\r\n", "\n\r\n", "\r\r\n"}) {
        const std::string line = verb + std::string(length - verb.size(), is_auth ? '!' : 'x') + end;
        const Dialogue dialogue{
            .name = "", .kind = Kind::submission, .said = "EHLO x\r\n" + line + "NOOP\r\nQUIT\r\n", .codes = ""};
        const std::string_view said = dialogue.said;
        const std::string want = hold(dialogue, {said});
        const bool is_good = length <= limit && end[0] == '\r' && end[1] == '\n';
        EXPECT_EQ(codes_, is_good ? (is_auth ? "220 250 501 250 221" : "220 250 250 250 221") : "220 250 500 250 221");
        const std::size_t behind = said.size() - 12 - std::string_view(end).size() - 4;
        for (std::size_t i = 0; i < 12; ++i) {
          ASSERT_EQ(hold(dialogue, {said.substr(0, behind + i), said.substr(behind + i)}), want) << length << ' ' << i;
          ASSERT_EQ(hold(dialogue, {said.substr(0, limit + i), said.substr(limit + i, 1), said.substr(limit + i + 1)}),
                    want)
              << length << ' ' << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace portreeve::smtp
