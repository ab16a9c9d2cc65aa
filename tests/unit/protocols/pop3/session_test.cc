// The session where the real store can't be made to go: failures of reading and removing, and the server's stop. What
// POP3 says when all is well is in tests/integration/pop3.
#include "protocols/pop3/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/auth/verifier.h"
#include "protocols/session/login.h"
#include "protocols/session/occupancy.h"
#include "tests/support/plain_directory.h"
#include "tests/support/useless_store.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::pop3 {
namespace {

using session::testing::Sockets;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr store::AccountId kAlice = 1;
constexpr store::MailboxId kInbox = 10;

class OneAccount final : public testing::PlainDirectory {
 public:
  bool has_domain(std::string_view domain) const override { return domain == "example.test"; }
  const store::Account* find(store::AccountId id) const override { return id == kAlice ? &alice_ : nullptr; }
  const store::Account* find_address(std::string_view address) const override {
    return address == alice_.address ? &alice_ : nullptr;
  }
  std::vector<store::Account> accounts() const override { return {alice_}; }
  std::vector<std::string> domains() const override { return {"example.test"}; }

 private:
  store::Account alice_{kAlice, "alice@example.test", auth::make_verifier("secret"), 0, true};
};

class OneMailbox final : public store::OpenMailbox, public store::Mailbox {
 public:
  explicit OneMailbox(store::SnapshotPtr snapshot) : snapshot_(std::move(snapshot)) {}
  store::Mailbox& mailbox() override { return *this; }
  void seen(const store::SnapshotPtr&) override {}
  store::MailboxId id() const override { return kInbox; }
  store::SnapshotPtr snapshot() const override { return snapshot_; }
  store::UidRange claim_recent() override { return {1, 0}; }
  store::UidRange peek_recent() const override { return {1, 0}; }
  std::shared_ptr<const Derived> derived() const override { return nullptr; }
  void keep(std::shared_ptr<const Derived>) override {}

 private:
  store::SnapshotPtr snapshot_;
};

class FakeStore final : public testing::UselessStore {
 public:
  std::vector<std::string> bodies;  // body i has id and UID i + 1
  std::uint64_t readable = ~0ULL;   // offsets from here on can't be read
  std::uint32_t claimed_more = 0;   // bytes by which a body is shorter than its size says
  bool fails_to_open = false;
  bool throws_at_open = false;
  bool fails_to_expunge = false;
  std::vector<store::BodyId> read;
  std::vector<store::UidSet> expunged;
  bool is_only_deleted = true;

  store::DirectoryPtr directory() const override { return directory_; }
  store::MailboxId inbox(store::AccountId account) const override { return account == kAlice ? kInbox : 0; }

  store::Result<std::unique_ptr<store::OpenMailbox>> open(store::MailboxId, std::function<void()>) override {
    if (throws_at_open) throw std::runtime_error("broken");
    if (fails_to_open) return failure();
    auto snapshot = std::make_shared<store::Snapshot>();
    snapshot->mailbox = kInbox;
    snapshot->uid_validity = 7;
    store::Block block;
    for (const std::string& body : bodies) {
      store::Message message;
      message.body = static_cast<store::BodyId>(block.size() + 1);
      message.uid = static_cast<store::Uid>(message.body);
      message.size = message.pop3_size = static_cast<std::uint32_t>(body.size()) + claimed_more;
      block.push_back(message);
    }
    if (!block.empty()) snapshot->blocks.push_back(std::make_shared<const store::Block>(std::move(block)));
    snapshot->index();
    return std::make_unique<OneMailbox>(std::move(snapshot));
  }

  store::Result<void> read_body(store::BodyId id, std::uint64_t offset, std::uint64_t length,
                                std::string& out) override {
    read.push_back(id);
    const std::string& body = bodies.at(static_cast<std::size_t>(id - 1));
    if (offset + std::min<std::uint64_t>(length, body.size() - offset) > readable) return failure();
    out.append(body, offset, length);
    return {};
  }

  void expunge(store::MailboxId, store::UidSet uids, bool only_deleted, store::Done<store::Expunged> done) override {
    expunged.push_back(std::move(uids));
    is_only_deleted = only_deleted;
    if (fails_to_expunge) return done(failure());
    done(store::Expunged{});
  }

 private:
  static std::unexpected<store::Error> failure() {
    return std::unexpected(store::Error{.code = store::Errc::io, .detail = "the disk is gone"});
  }
  store::DirectoryPtr directory_ = std::make_shared<OneAccount>();
};

async::Task<> serve_one(async::Loop& loop, int fd, const session::Services& services, const Options& options,
                        bool is_stopping) {
  net::Connection connection(loop, fd);
  session::testing::introduce(connection);
  if (is_stopping) connection.stream.request_stop();
  co_await serve(connection, services, options);
}

class Pop3Session : public ::testing::Test {
 protected:
  // Says all of it at once, closes our side, and gives every answer.
  std::string converse(std::string_view commands) {
    Sockets sockets;
    std::string answers;
    std::thread peer([&] {
      if (!commands.empty()) sockets.say(commands);
      shutdown(sockets.peer(), SHUT_WR);
      char buffer[4096];
      for (ssize_t got = 0; (got = recv(sockets.peer(), buffer, sizeof buffer, 0)) > 0;) {
        answers.append(buffer, static_cast<std::size_t>(got));
      }
    });
    async::Loop loop;
    session::testing::run(loop, serve_one(loop, sockets.ours(), services_, options_, is_stopping_));
    peer.join();
    return answers;
  }
  // What is answered after a login.
  std::string logged_in(const std::string& commands) {
    const std::string answers = converse("USER alice@example.test\r\nPASS secret\r\n" + commands);
    const std::size_t login = answers.find(" messages\r\n");
    EXPECT_NE(login, std::string::npos) << answers;
    return login == std::string::npos ? answers : answers.substr(login + 11);
  }

  Pop3Session() { options_.security.allows_plaintext_password = true; }

  FakeStore store_;
  Options options_;
  bool is_stopping_ = false;

 private:
  async::WorkerPool workers_{"test", 1};
  session::Login login_{store_, workers_};
  session::Occupancy maildrops_;
  session::Services services_{store_, workers_, login_, "mail.example.test", nullptr, &maildrops_};
};

TEST_F(Pop3Session, RemovesAtQuitWhatIsMarked) {
  store_.bodies = {"a\r\n", "b\r\n", "c\r\n", "d\r\n"};
  EXPECT_THAT(logged_in("DELE 2\r\nDELE 3\r\nDELE 4\r\nQUIT\r\n"), EndsWith("+OK goodbye\r\n"));
  ASSERT_EQ(store_.expunged.size(), 1U);
  ASSERT_EQ(store_.expunged[0].size(), 1U);
  EXPECT_EQ(store_.expunged[0][0].first, 2U);
  EXPECT_EQ(store_.expunged[0][0].last, 4U);
  EXPECT_FALSE(store_.is_only_deleted);
}

TEST_F(Pop3Session, RemovesNothingWithoutQuit) {
  store_.bodies = {"a\r\n"};
  for (const std::string commands : {"DELE 1\r\n", "DELE 1\r\nQUI", "DELE 1\r\nRSET\r\nQUIT\r\n", "QUIT\r\n"}) {
    logged_in(commands);
    EXPECT_TRUE(store_.expunged.empty()) << commands;
  }
}

TEST_F(Pop3Session, SaysWhenTheRemovalFailed) {
  store_.bodies = {"a\r\n"};
  store_.fails_to_expunge = true;
  EXPECT_EQ(logged_in("DELE 1\r\nQUIT\r\n"),
            "+OK marked for removal\r\n-ERR [SYS/TEMP] some messages were not removed\r\n");
}

TEST_F(Pop3Session, GoesOnWhereASmallMessageCannotBeRead) {
  store_.bodies = {"a\r\n", "a long one\r\n", "c\r\n"};
  store_.readable = 5;
  EXPECT_EQ(logged_in("RETR 1\r\nRETR 2\r\nTOP 3 0\r\nQUIT\r\n"),
            "+OK 3 octets\r\na\r\n.\r\n"
            "-ERR [SYS/TEMP] the message can't be read now\r\n"
            "+OK top of message follows\r\nc\r\n\r\n.\r\n"
            "+OK goodbye\r\n");
}

TEST_F(Pop3Session, ReadsAheadForWhoGoesThroughInOrder) {
  store_.bodies = {"1\r\n", "2\r\n", "3\r\n", "4\r\n", "5\r\n"};
  EXPECT_EQ(logged_in("RETR 1\r\nNOOP\r\nRETR 2\r\nNOOP\r\nDELE 3\r\nRETR 3\r\nRETR 4\r\nRETR 5\r\nRETR 4\r\nQUI"),
            "+OK 3 octets\r\n1\r\n.\r\n+OK still here\r\n"
            "+OK 3 octets\r\n2\r\n.\r\n+OK still here\r\n"
            "+OK marked for removal\r\n-ERR no such message\r\n"
            "+OK 3 octets\r\n4\r\n.\r\n"
            "+OK 3 octets\r\n5\r\n.\r\n"
            "+OK 3 octets\r\n4\r\n.\r\n");
  EXPECT_EQ(store_.read, (std::vector<store::BodyId>{1, 2, 3, 4, 5, 4})) << "3, 4 and 5 with 2";
}

TEST_F(Pop3Session, TellsOfAFailureAheadToWhomItConcerns) {
  store_.bodies = {"1\r\n", "2\r\n", "3\r\n", "a long one\r\n", "5\r\n"};
  store_.readable = 5;
  EXPECT_EQ(logged_in("RETR 1\r\nNOOP\r\nRETR 2\r\nNOOP\r\nRETR 3\r\nNOOP\r\nRETR 4\r\nNOOP\r\nRETR 5\r\nQUIT\r\n"),
            "+OK 3 octets\r\n1\r\n.\r\n+OK still here\r\n"
            "+OK 3 octets\r\n2\r\n.\r\n+OK still here\r\n"
            "+OK 3 octets\r\n3\r\n.\r\n+OK still here\r\n"
            "-ERR [SYS/TEMP] the message can't be read now\r\n+OK still here\r\n"
            "+OK 3 octets\r\n5\r\n.\r\n+OK goodbye\r\n");
}

TEST_F(Pop3Session, GoesOnWhereABigMessageCannotBeginToBeRead) {
  store_.bodies = {std::string(100'000, 'x')};
  store_.readable = 0;
  EXPECT_EQ(logged_in("RETR 1\r\nQUIT\r\n"), "-ERR [SYS/TEMP] the message can't be read now\r\n+OK goodbye\r\n");
}

TEST_F(Pop3Session, EndsWhereABigMessageBreaksOff) {
  store_.bodies = {std::string(600'000, 'x')};
  store_.readable = 300'000;
  const std::string answers = logged_in("RETR 1\r\nNOOP\r\nQUIT\r\n");
  EXPECT_THAT(answers, EndsWith("xxx")) << "an end would make it look whole";
}

TEST_F(Pop3Session, NeverPassesOffATornMessageAsWhole) {
  store_.bodies = {"a\r\n", std::string(100'000, 'x')};
  store_.claimed_more = 1;
  const std::string answers = logged_in("RETR 1\r\nRETR 2\r\nQUIT\r\n");
  EXPECT_THAT(answers, Not(HasSubstr("octets")));
  EXPECT_THAT(answers, EndsWith("+OK goodbye\r\n"));
}

TEST_F(Pop3Session, TellsTheOctetsThatItSends) {
  const std::vector<std::string> shown{"Subject: =?utf-8?Q?=C3=A4?=\r\n\r\nx\r\n", "A: b\r\n\r\n\xc3\xa4\r\n",
                                       "Subject: =?utf-8?Q?=C3=A4?=\r\n"};
  store_.bodies = {"Subject: ä\r\nX: ä\r\n\r\nx\r\n", "X: ä\r\nA: b\r\n\r\nä\r\n", "Subject: ä\r\n"};
  std::string expected;
  for (const std::string& one : shown) expected += "+OK " + std::to_string(one.size()) + " octets\r\n" + one + ".\r\n";
  EXPECT_EQ(logged_in("RETR 1\r\nRETR 2\r\nRETR 3\r\n"), expected);
  EXPECT_EQ(logged_in("RETR 1\r\nNOOP\r\nRETR 2\r\nNOOP\r\nRETR 3\r\n").size(), expected.size() + 2 * 16)
      << "what is read ahead is the same";
}

TEST_F(Pop3Session, SaysWhatCanOnlyBeReadWithUtf8) {
  std::string big = "Subject: ä\r\n";
  while (big.size() < 300'000) big += "X: y\r\n";
  store_.bodies = {big + "\r\nbody\r\n"};
  const std::string refused = "-ERR [UTF8] this message can only be read with UTF8\r\n";
  EXPECT_EQ(logged_in("RETR 1\r\nTOP 1 0\r\nNOOP\r\n"), refused + refused + "+OK still here\r\n");
  EXPECT_THAT(converse("UTF8\r\nUSER alice@example.test\r\nPASS secret\r\nRETR 1\r\n"),
              EndsWith("X: y\r\n\r\nbody\r\n.\r\n"));
  // One that fits into what is read at once, but not into what TOP reads first.
  big.resize(100'002);
  store_.bodies = {big.substr(0, big.rfind("X:")) + "\r\nbody\r\n"};
  EXPECT_THAT(logged_in("TOP 1 0\r\n"),
              ::testing::StartsWith("+OK top of message follows\r\nSubject: =?utf-8?Q?=C3=A4?=\r\nX: y"));
}

TEST_F(Pop3Session, AnswersWhereTheMailboxCannotBeOpened) {
  store_.fails_to_open = true;
  EXPECT_THAT(converse("USER alice@example.test\r\nPASS secret\r\nSTAT\r\nQUIT\r\n"),
              EndsWith("-ERR [SYS/TEMP] the mailbox can't be opened now\r\n-ERR log in first\r\n+OK goodbye\r\n"));
}

TEST_F(Pop3Session, AMailboxThatCannotBeOpenedIsInNobodysUse) {
  store_.fails_to_open = true;
  const std::string log_in = "USER alice@example.test\r\nPASS secret\r\n";
  const std::string failure = "-ERR [SYS/TEMP] the mailbox can't be opened now\r\n";
  EXPECT_THAT(converse(log_in + log_in), EndsWith(failure + "+OK now the password\r\n" + failure));
}

TEST_F(Pop3Session, AnswersWhatItDidNotExpect) {
  store_.throws_at_open = true;
  EXPECT_THAT(converse("USER alice@example.test\r\nPASS secret\r\nQUIT\r\n"),
              EndsWith("-ERR [SYS/TEMP] internal error\r\n"));
}

TEST_F(Pop3Session, SaysThatTheServerStops) {
  is_stopping_ = true;
  EXPECT_EQ(converse(""), "+OK Portreeve POP3 server ready\r\n-ERR [SYS/TEMP] server shutting down\r\n");
}

TEST_F(Pop3Session, HasALimitOnErrorsInARow) {
  options_.max_errors = 3;
  EXPECT_EQ(logged_in("A\r\nB\r\nNOOP\r\nA\r\nB\r\nC\r\nNOOP\r\n"),
            "-ERR unknown command\r\n-ERR unknown command\r\n+OK still here\r\n"
            "-ERR unknown command\r\n-ERR unknown command\r\n-ERR unknown command\r\n"
            "-ERR too many errors, goodbye\r\n");
}

TEST_F(Pop3Session, DiscardsLinesThatAreTooLong) {
  options_.max_line_bytes = 255;
  const std::string ends = "-ERR line too long\r\n+OK goodbye\r\n";
  EXPECT_THAT(converse(std::string(256, 'x') + "\r\nQUIT\r\n"), EndsWith(ends));
  EXPECT_THAT(converse(std::string(100'000, 'x') + "\r\nQUIT\r\n"), EndsWith(ends));
  EXPECT_THAT(converse(std::string(255, 'x') + "\r\nQUIT\r\n"), EndsWith("-ERR unknown command\r\n+OK goodbye\r\n"));
}

TEST_F(Pop3Session, ListsMailboxesOfManyBlocks) {
  store_.bodies.assign(5000, "a\r\n");
  const std::string answers = logged_in("LIST\r\nUIDL\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("\r\n5000 3\r\n.\r\n+OK 5000 messages\r\n1 7.1\r\n"));
  EXPECT_THAT(answers, EndsWith("\r\n5000 7.5000\r\n.\r\n+OK goodbye\r\n"));
}

}  // namespace
}  // namespace portreeve::pop3
