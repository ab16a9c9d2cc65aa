#include "protocols/session/login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/auth/verifier.h"
#include "fake_store.h"
#include "run.h"

namespace portreeve::session {
namespace {

using testing::FakeStore;
using ::testing::HasSubstr;
using testing::Log;
using ::testing::Not;
using testing::Sockets;

struct Attempt {
  auth::Credentials credentials;
  std::string outcome;  // the account's address, "wrong" or "unavailable"
};

async::Task<> check_all(Login& login, async::Loop& loop, int fd, const std::vector<Attempt>& attempts) {
  net::Connection connection(loop, fd);
  testing::introduce(connection);
  for (const Attempt& attempt : attempts) {
    const auto checked = co_await login.check(connection, "imap", attempt.credentials);
    std::string outcome = "unavailable";
    if (checked) outcome = checked->address;
    if (!checked && checked.error() == Denied::wrong) outcome = "wrong";
    EXPECT_EQ(outcome, attempt.outcome) << attempt.credentials.authorization << '|'
                                        << attempt.credentials.authentication << '|' << attempt.credentials.password;
  }
}

class LoginCheck : public ::testing::Test {
 protected:
  LoginCheck() { set_passwords("pencil", "ink"); }

  void set_passwords(const std::string& alice, const std::string& bob) {
    store::Account first{1, "alice@example.test", auth::make_verifier(alice, "salt", 2), 0, true};
    store::Account second{2, "bob@example.test", auth::make_verifier(bob, "salt", 2), 0, true};
    store::Account third{3, "gone@example.test", auth::make_verifier("pencil", "salt", 2), 0, false};
    store::Account fourth{4, "broken@example.test", "not a verifier", 0, true};
    store_.set_accounts({{first.address, first},
                         {"alias@example.test", first},
                         {second.address, second},
                         {third.address, third},
                         {fourth.address, fourth}});
  }

  // Returns what was logged.
  std::string check(const std::vector<Attempt>& attempts) {
    Log log;
    Sockets sockets;
    async::Loop loop;
    testing::run(loop, check_all(login_, loop, sockets.ours(), attempts));
    return log.text();
  }

  FakeStore store_;
  async::WorkerPool hashers_{"hashers", 1};
  Login login_{store_, hashers_};
};

TEST_F(LoginCheck, LetsInWhoHasThePassword) {
  const std::string log = check({
      {{"", "alice@example.test", "pencil"}, "alice@example.test"},
      {{"", "alice@example.test", "pencil"}, "alice@example.test"},
      {{"", "alias@example.test", "pencil"}, "alice@example.test"},
      {{"", "bob@example.test", "ink"}, "bob@example.test"},
  });
  EXPECT_THAT(log, HasSubstr("login id=c1 protocol=imap peer=192.0.2.7:4711 account=alice@example.test result=ok"));
  EXPECT_THAT(log, Not(HasSubstr("pencil"))) << "never the password";
}

TEST_F(LoginCheck, SaysOneWordForAllThatIsWrong) {
  const std::string log = check({
      {{"", "alice@example.test", "ink"}, "wrong"},
      {{"", "alice@example.test", ""}, "wrong"},
      {{"", "alice@example.test", "pencil "}, "wrong"},
      {{"", "nobody@example.test", "pencil"}, "wrong"},
      {{"", "gone@example.test", "pencil"}, "wrong"},
      {{"", "", ""}, "wrong"},
  });
  EXPECT_THAT(log, HasSubstr("account=alice@example.test result=\"wrong password\""));
  EXPECT_THAT(log, HasSubstr("account=nobody@example.test result=\"unknown account\""));
  EXPECT_THAT(log, HasSubstr("account=gone@example.test result=\"disabled account\""));
  EXPECT_THAT(log, Not(HasSubstr("pencil")));
}

TEST_F(LoginCheck, AuthorizesNobodyForAnother) {
  // RFC 4616 §2: an empty authorization identity means one's own.
  const std::string log = check({
      {{"alice@example.test", "alice@example.test", "pencil"}, "alice@example.test"},
      {{"alias@example.test", "alice@example.test", "pencil"}, "alice@example.test"},
      {{"bob@example.test", "alice@example.test", "pencil"}, "wrong"},
      {{"nobody@example.test", "alice@example.test", "pencil"}, "wrong"},
      {{"nobody@example.test", "nobody@example.test", "pencil"}, "wrong"},
  });
  EXPECT_THAT(log, HasSubstr("result=\"wrong authorization identity\""));
}

TEST_F(LoginCheck, WhatWasRightIsForgottenWithThePassword) {
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}});
  set_passwords("crayon", "ink");
  check({
      {{"", "alice@example.test", "pencil"}, "wrong"},
      {{"", "alice@example.test", "crayon"}, "alice@example.test"},
  });
}

TEST_F(LoginCheck, ADamagedVerifierIsOurFault) {
  const std::string log = check({{{"", "broken@example.test", "pencil"}, "unavailable"}});
  EXPECT_THAT(log, HasSubstr("error login"));
}

}  // namespace
}  // namespace portreeve::session
