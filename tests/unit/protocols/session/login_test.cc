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

struct Try {
  auth::Credentials credentials;
  std::string outcome;  // the account's address, "wrong", "throttled" or "unavailable"
};

const net::Endpoint kClient{net::Endpoint::Family::ipv4, "192.0.2.7", 4711};
const net::Endpoint kElsewhere{net::Endpoint::Family::ipv6, "2001:db8::7", 4711};
const net::Endpoint kElsewhereNearby{net::Endpoint::Family::ipv6, "2001:db8::8", 4711};
const net::Endpoint kUnixSocket{net::Endpoint::Family::unix_socket, "", 0};

async::Task<> check_all(Login& login, async::Loop& loop, int fd, const net::Endpoint& peer,
                        const std::vector<Try>& attempts) {
  net::Connection connection(loop, fd);
  testing::introduce(connection);
  connection.peer = peer;
  for (const Try& attempt : attempts) {
    const auto checked =
        co_await login.check({.connection = connection, .protocol = "imap", .mechanism = "PLAIN"}, attempt.credentials);
    std::string outcome = "unavailable";
    if (checked) outcome = checked->address;
    if (!checked && checked.error() == Denied::wrong) outcome = "wrong";
    if (!checked && checked.error() == Denied::throttled) outcome = "throttled";
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
  std::string check(const std::vector<Try>& attempts, const net::Endpoint& peer = kClient) {
    Log log;
    Sockets sockets;
    async::Loop loop;
    testing::run(loop, check_all(*login_, loop, sockets.ours(), peer, attempts));
    return log.text();
  }

  void check_wrong(int times, const std::string& name, const net::Endpoint& peer = kClient) {
    check(std::vector<Try>(static_cast<std::size_t>(times), Try{{"", name, "wrong"}, "wrong"}), peer);
  }

  void restart(LoginOptions options = {}) {
    login_ = std::make_unique<Login>(store_, hashers_, std::move(options), [this] { return now_; });
    login_->load();
  }

  FakeStore store_;
  async::WorkerPool hashers_{"hashers", 1};
  std::int64_t now_ = 1'800'000'000;
  std::unique_ptr<Login> login_ = std::make_unique<Login>(store_, hashers_, LoginOptions{}, [this] { return now_; });
};

TEST_F(LoginCheck, LetsInWhoHasThePassword) {
  const std::string log = check({
      {{"", "alice@example.test", "pencil"}, "alice@example.test"},
      {{"", "alice@example.test", "pencil"}, "alice@example.test"},
      {{"", "alias@example.test", "pencil"}, "alice@example.test"},
      {{"", "bob@example.test", "ink"}, "bob@example.test"},
  });
  EXPECT_THAT(
      log,
      HasSubstr("login id=c1 protocol=imap mechanism=PLAIN peer=192.0.2.7:4711 account=alice@example.test result=ok"));
  EXPECT_THAT(log, Not(HasSubstr("pencil"))) << "never the password";
}

TEST_F(LoginCheck, SaysOneWordForAllThatIsWrong) {
  const std::string log = check({
      {{"", "alice@example.test", "ink"}, "wrong"},
      {{"", "alice@example.test", ""}, "wrong"},
      {{"", "alice@example.test", "pencil "}, "wrong"},
      {{"", "nobody@example.test", "pencil"}, "wrong"},
      {{"", "gone@example.test", "pencil"}, "wrong"},
  });
  check({{{"", "", ""}, "wrong"}}, kElsewhere);
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

TEST_F(LoginCheck, TooManyFailuresHaveToWaitEvenWithTheRightPassword) {
  check_wrong(5, "alice@example.test");
  const std::string log = check({
      {{"", "alice@example.test", "pencil"}, "throttled"},
      {{"", "bob@example.test", "ink"}, "throttled"},
      {{"", "nobody@example.test", "ink"}, "throttled"},
      {{"", "broken@example.test", "pencil"}, "throttled"},
  });
  EXPECT_THAT(
      log,
      HasSubstr(
          "login id=c1 protocol=imap mechanism=PLAIN peer=192.0.2.7:4711 account=alice@example.test result=throttled"));
  EXPECT_THAT(log, HasSubstr("account=nobody@example.test result=throttled"));
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}}, kElsewhere);
  now_ += 1;
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}});
}

TEST_F(LoginCheck, WhatCountsIsEverythingThatIsWrong) {
  check({
      {{"", "nobody@example.test", "pencil"}, "wrong"},
      {{"", "gone@example.test", "pencil"}, "wrong"},
      {{"bob@example.test", "alice@example.test", "pencil"}, "wrong"},
      {{"", "alice@example.test", "ink"}, "wrong"},
      {{"", "broken@example.test", "pencil"}, "unavailable"},  // save our own fault
      {{"", "", ""}, "wrong"},
      {{"", "bob@example.test", "ink"}, "throttled"},
  });
}

TEST_F(LoginCheck, AnIpv6NetworkIsOnePeer) {
  check_wrong(5, "alice@example.test", kElsewhere);
  check({{{"", "alice@example.test", "pencil"}, "throttled"}}, kElsewhereNearby);
}

TEST_F(LoginCheck, AnAccountUnderAttackLetsItsOwnerIn) {
  for (const std::string name : {"nobody@example.test", "alice@example.test"}) {
    restart({.throttle = {.max_failures_per_account = 2}, .is_exempt = {}});
    check_wrong(2, name);
    check({{{"", name, "pencil"}, "throttled"}});
    check_wrong(1, name, kElsewhere);
    check({{{"", name, "pencil"}, "throttled"}}, kElsewhere);
  }
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}},
        {net::Endpoint::Family::ipv4, "198.51.100.1", 4711});
}

TEST_F(LoginCheck, UnixSocketsAndExemptNetworksAreNotThrottled) {
  check_wrong(30, "alice@example.test", kUnixSocket);
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}}, kUnixSocket);
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}});

  check_wrong(5, "bob@example.test");
  check({{{"", "bob@example.test", "ink"}, "throttled"}});
  login_->set({.throttle = {}, .is_exempt = [](const net::Endpoint& peer) { return peer.address == "192.0.2.7"; }});
  check_wrong(30, "bob@example.test");
  check({{{"", "bob@example.test", "ink"}, "bob@example.test"}});
}

TEST_F(LoginCheck, FailuresOutliveARestart) {
  check_wrong(5, "alice@example.test");
  login_->save_if_dirty();
  restart();
  check({{{"", "alice@example.test", "pencil"}, "throttled"}});
  now_ += 1;
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}});
}

TEST_F(LoginCheck, IsSavedWhenThereIsSomethingToSave) {
  login_->save_if_dirty();
  login_->save();
  EXPECT_EQ(store_.notes_saved, 0);
  check_wrong(1, "alice@example.test");
  login_->save_if_dirty();
  login_->save_if_dirty();
  login_->save();
  EXPECT_EQ(store_.notes_saved, 1);

  check_wrong(1, "alice@example.test");
  store_.refuses_notes = true;
  login_->save_if_dirty();
  EXPECT_EQ(store_.notes_saved, 1);
  store_.refuses_notes = false;
  login_->save_if_dirty();
  EXPECT_EQ(store_.notes_saved, 2) << "is tried again";
}

TEST_F(LoginCheck, ADamagedNoteIsToldAndForgotten) {
  store_.notes["login-failures"] = "damaged";
  Log log;
  restart();
  EXPECT_THAT(log.text(), HasSubstr("warning login_failures_lost"));
  check({{{"", "alice@example.test", "pencil"}, "alice@example.test"}});
}

}  // namespace
}  // namespace portreeve::session
