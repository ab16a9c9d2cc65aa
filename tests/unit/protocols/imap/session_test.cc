// The session where the real store can't be made to go. What IMAP says when all is well is in tests/integration/imap.
#include "protocols/imap/session.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <thread>

#include "core/auth/verifier.h"
#include "protocols/session/login.h"
#include "tests/support/plain_directory.h"
#include "tests/support/useless_store.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::imap {
namespace {

using session::testing::Sockets;
using ::testing::HasSubstr;

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

// Has an INBOX, and refuses what is to go there.
class RefusingStore final : public testing::UselessStore {
 public:
  store::Errc refusal = store::Errc::io;

  store::DirectoryPtr directory() const override { return directory_; }
  store::MailboxId inbox(store::AccountId) const override { return kInbox; }
  store::Result<store::MailboxListPtr> mailboxes(store::AccountId) override {
    auto list = std::make_shared<store::MailboxList>();
    list->mailboxes.push_back({.id = kInbox, .name = "INBOX", .status = {}});
    return list;
  }
  void deliver_all(std::vector<store::Delivery>, store::Done<std::vector<store::Appended>> done) override {
    done(std::unexpected(store::Error{.code = refusal, .detail = "tests want it"}));
  }
  void set_annotations(store::AccountId, store::MailboxId, std::vector<store::Annotation>,
                       store::Done<void> done) override {
    done(std::unexpected(store::Error{.code = refusal, .detail = "tests want it"}));
  }

 private:
  store::DirectoryPtr directory_ = std::make_shared<OneAccount>();
};

async::Task<> serve_one(async::Loop& loop, int fd, const session::Services& services, const Options& options) {
  net::Connection connection(loop, fd);
  session::testing::introduce(connection);
  co_await serve(connection, services, options);
}

class ImapSession : public ::testing::Test {
 protected:
  ImapSession() { options_.security.allows_plaintext_password = true; }

  // Says all of it at once after a login, closes our side, and gives every answer.
  std::string converse(const std::string& commands) {
    Sockets sockets;
    std::string answers;
    std::thread peer([&] {
      sockets.say("l LOGIN alice@example.test secret\r\n" + commands);
      shutdown(sockets.peer(), SHUT_WR);
      char buffer[4096];
      for (ssize_t got = 0; (got = recv(sockets.peer(), buffer, sizeof buffer, 0)) > 0;) {
        answers.append(buffer, static_cast<std::size_t>(got));
      }
    });
    async::Loop loop;
    session::testing::run(loop, serve_one(loop, sockets.ours(), services_, options_));
    peer.join();
    return answers;
  }

  RefusingStore store_;
  Options options_;

 private:
  async::WorkerPool workers_{"test", 1};
  session::Login login_{store_, workers_};
  session::Services services_{store_, workers_, login_, "mail.example.test"};
};

// RFC 5530 §3.
TEST_F(ImapSession, AnAppendThatTheStoreRefusesSaysWhy) {
  struct Row {
    store::Errc refusal;
    std::string answer;
  };
  const std::vector<Row> rows = {
      {store::Errc::quota, "a NO [OVERQUOTA] "},       {store::Errc::limit, "a NO [LIMIT] "},
      {store::Errc::disk_full, "a NO [UNAVAILABLE] "}, {store::Errc::not_found, "a NO [TRYCREATE] "},
      {store::Errc::io, "a NO [SERVERBUG] "},
  };
  for (const Row& row : rows) {
    store_.refusal = row.refusal;
    EXPECT_THAT(converse("a APPEND INBOX {5+}\r\nhello\r\nb LOGOUT\r\n"), HasSubstr("\r\n" + row.answer));
  }
}

// RFC 5464 §4.3.
TEST_F(ImapSession, AnAnnotationThatTheStoreRefusesSaysWhy) {
  for (const auto& [refusal, answer] :
       {std::pair(store::Errc::limit, "a NO [METADATA TOOMANY] "), {store::Errc::not_found, "a NO [NONEXISTENT] "}}) {
    store_.refusal = refusal;
    EXPECT_THAT(
        converse("a SETMETADATA INBOX (/private/a x)\r\na SETMETADATA INBOX (/private/a \"x\")\r\nb LOGOUT\r\n"),
        HasSubstr(std::string("\r\n") + answer));
  }
}

}  // namespace
}  // namespace portreeve::imap
