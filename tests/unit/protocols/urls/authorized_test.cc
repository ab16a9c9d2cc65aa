// Who may have what a URL names.
#include "protocols/urls/authorized.h"

#include <gtest/gtest.h>

#include "protocols/urls/token.h"
#include "tests/unit/protocols/urls/fake_store.h"

namespace portreeve::urls {
namespace {

using testing::kAlice;
using testing::kBob;
using Why = Refusal::Why;

constexpr std::int64_t kNow = 1'000'000;
constexpr Asker kAliceReads{kAlice, false};
constexpr Asker kBobReads{kBob, false};
constexpr Asker kAliceSubmits{kAlice, true};
constexpr Asker kBobSubmits{kBob, true};

class AuthorizedTest : public ::testing::Test {
 protected:
  AuthorizedTest() {
    store_.message = "Subject: one\r\n\r\n";
    store_.key = "key";
  }

  std::string signed_url(std::string_view rest, std::string_view key = "key") const {
    const std::string rump = "imap://alice%40example.test@mail.example.test/" + std::string(rest);
    return rump + ":internal:" + internal_token(key, rump);
  }
  // "ok", or why not.
  std::string ask(std::string_view url, Asker asker) {
    constexpr std::string_view kWhy[] = {"not a message", "elsewhere", "unauthorized", "gone", "failed"};
    const auto content = open_authorized(store_, "mail.example.test", url, asker, kNow);
    return std::string(content ? "ok" : kWhy[static_cast<std::size_t>(content.error().why)]);
  }

  testing::FakeStore store_;
};

TEST_F(AuthorizedTest, EachAccessIdentifier) {
  struct {
    std::string_view access;
    std::string_view alice_reads, bob_reads, alice_submits, bob_submits;
  } constexpr kCases[] = {
      {"anonymous", "ok", "ok", "ok", "ok"},
      {"authuser", "ok", "ok", "ok", "ok"},
      {"user+bob%40example.test", "unauthorized", "ok", "unauthorized", "unauthorized"},
      {"submit+alice%40example.test", "unauthorized", "unauthorized", "ok", "unauthorized"},
      {"submit+bob%40example.test", "unauthorized", "unauthorized", "unauthorized", "ok"},
      {"user+nobody", "unauthorized", "unauthorized", "unauthorized", "unauthorized"},
  };
  for (const auto& each : kCases) {
    const std::string url = signed_url("INBOX/;UID=5;URLAUTH=" + std::string(each.access));
    EXPECT_EQ(ask(url, kAliceReads), each.alice_reads) << url;
    EXPECT_EQ(ask(url, kBobReads), each.bob_reads) << url;
    EXPECT_EQ(ask(url, kAliceSubmits), each.alice_submits) << url;
    EXPECT_EQ(ask(url, kBobSubmits), each.bob_submits) << url;
    EXPECT_EQ(ask(url, {}), "unauthorized") << url;
  }
}

TEST_F(AuthorizedTest, ATokenIsForItsUrlAndItsKey) {
  std::string url = signed_url("INBOX/;UID=5;URLAUTH=anonymous");
  EXPECT_EQ(ask(url, kBobReads), "ok");
  store_.key = "another";
  EXPECT_EQ(ask(url, kBobReads), "unauthorized");
  store_.key.clear();
  EXPECT_EQ(ask(url, kBobReads), "unauthorized");
  EXPECT_EQ(ask(signed_url("INBOX/;UID=5;URLAUTH=anonymous", ""), kBobReads), "unauthorized");
  store_.key = "key";
  url.replace(url.find("INBOX"), 5, "inbox");
  EXPECT_EQ(ask(url, kBobReads), "unauthorized");
  EXPECT_EQ(ask(signed_url("Nowhere/;UID=5;URLAUTH=anonymous"), kBobReads), "unauthorized");
  std::string other = signed_url("INBOX/;UID=5;URLAUTH=anonymous");
  other.replace(other.find(":internal:"), 10, ":sample:");
  EXPECT_EQ(ask(other, kBobReads), "unauthorized");
}

TEST_F(AuthorizedTest, UntilItExpires) {
  EXPECT_EQ(ask(signed_url("INBOX/;UID=5;EXPIRE=1970-01-12T13:46:40Z;URLAUTH=anonymous"), kBobReads), "ok");
  EXPECT_EQ(ask(signed_url("INBOX/;UID=5;EXPIRE=1970-01-12T13:46:39Z;URLAUTH=anonymous"), kBobReads), "unauthorized");
}

TEST_F(AuthorizedTest, AsLongAsThereIsWhatItNames) {
  EXPECT_EQ(ask(signed_url("INBOX/;UID=6;URLAUTH=anonymous"), kBobReads), "gone");
  EXPECT_EQ(ask(signed_url("INBOX;UIDVALIDITY=8/;UID=5;URLAUTH=anonymous"), kBobReads), "gone");
  store_.is_alice_enabled = false;
  EXPECT_EQ(ask(signed_url("INBOX/;UID=5;URLAUTH=anonymous"), kBobReads), "unauthorized");
}

TEST_F(AuthorizedTest, WithoutAnAuthorizationOnlyOnesOwnSubmissions) {
  const std::string_view own = "imap://alice%40example.test@mail.example.test/INBOX/;UID=5";
  EXPECT_EQ(ask(own, kAliceSubmits), "ok");
  EXPECT_EQ(ask("imap://example.test/INBOX/;UID=5", kAliceSubmits), "ok");
  EXPECT_EQ(ask(own, kBobSubmits), "unauthorized");
  EXPECT_EQ(ask(own, kAliceReads), "unauthorized");
  EXPECT_EQ(ask("imap://mail.example.test/Nowhere/;UID=5", kAliceSubmits), "gone");
  EXPECT_EQ(ask("imap://nobody@mail.example.test/INBOX/;UID=5", kAliceSubmits), "unauthorized");
}

TEST_F(AuthorizedTest, OfOtherThingsAndOtherServers) {
  EXPECT_EQ(ask("imap://elsewhere.example/INBOX/;UID=5", kAliceSubmits), "elsewhere");
  EXPECT_EQ(ask("imap://mail.example.test/INBOX", kAliceSubmits), "not a message");
  EXPECT_EQ(ask("/INBOX/;UID=5", kAliceSubmits), "not a message");
  EXPECT_EQ(ask("http://mail.example.test/", kAliceSubmits), "not a message");
}

TEST_F(AuthorizedTest, AFailureOfTheStoreIsNoRefusal) {
  store_.is_broken = true;
  EXPECT_EQ(ask(signed_url("INBOX/;UID=5;URLAUTH=anonymous"), kBobReads), "failed");
}

}  // namespace
}  // namespace portreeve::urls
