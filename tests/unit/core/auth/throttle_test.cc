#include "core/auth/throttle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portreeve::auth {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kStart = 1'800'000'000;
constexpr std::int64_t kHour = 3600;

// A row: at `at` seconds somebody at `network` tries `account`, with a password that is right or wrong.
enum class Password { right, wrong };
struct Attempt {
  std::int64_t at = 0;
  std::string network;
  std::string account;
  Password password = Password::wrong;
  std::int64_t wait = 0;  // expected; 0: the password is looked at
};
using Attempts = std::vector<Attempt>;
using enum Password;

std::int64_t attempt(Throttle& throttle, const Attempt& row) {
  const std::int64_t now = kStart + row.at;
  const Decision decision = throttle.decide(row.network, row.account, now);
  EXPECT_EQ(decision.is_allowed, decision.wait == 0);
  if (!decision.is_allowed) return decision.wait;
  if (row.password == right) {
    throttle.succeeded(row.network, row.account, now);
  } else {
    throttle.failed(row.network, row.account, now);
  }
  return 0;
}

void play(Throttle& throttle, const Attempts& attempts) {
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const Attempt& row = attempts[i];
    EXPECT_EQ(attempt(throttle, row), row.wait)
        << "row " << i << ": " << row.at << "s " << row.network << ' ' << row.account;
  }
}

void fail(Throttle& throttle, int times, const std::string& network, const std::string& account, std::int64_t at = 0) {
  for (int i = 0; i < times; ++i) throttle.failed(network, account, kStart + at);
}

// Each failure is from a network of its own.
void fail_from_everywhere(Throttle& throttle, int times, const std::string& account, std::int64_t at = 0) {
  for (int i = 0; i < times; ++i) throttle.failed("far" + std::to_string(i), account, kStart + at);
}

TEST(Throttle, MistypingAFewTimesCostsNothing) {
  Throttle throttle;
  play(throttle, {
                     {0, "home", "alice", wrong, 0},
                     {1, "home", "alice", wrong, 0},
                     {2, "home", "alice", wrong, 0},
                     {3, "home", "alice", wrong, 0},
                     {4, "home", "alice", right, 0},
                     {5, "home", "alice", wrong, 0},
                     {6, "home", "alice", wrong, 0},
                     {7, "home", "alice", wrong, 0},
                     {8, "home", "alice", wrong, 0},
                     {9, "home", "alice", right, 0},
                 });
}

TEST(Throttle, ANetworkThatGoesOnFailingWaitsLongerAndLonger) {
  Throttle throttle({.memory = std::chrono::hours(24)});  // so long that nothing is forgotten here
  fail(throttle, 4, "bad", "alice");
  play(throttle, {
                     {0, "bad", "alice", wrong, 0},  // the fifth
                     {0, "bad", "alice", right, 1},
                     {0, "bad", "bob", right, 1},
                     {0, "good", "alice", right, 0},
                     {1, "bad", "carol", wrong, 0},
                     {1, "bad", "alice", right, 2},
                     {2, "bad", "alice", right, 1},
                     {3, "bad", "alice", wrong, 0},
                     {3, "bad", "alice", wrong, 4},
                     {7, "bad", "alice", wrong, 0},
                     {7, "bad", "alice", wrong, 8},
                     {15, "bad", "alice", wrong, 0},
                     {15, "bad", "alice", wrong, 16},
                     {31, "bad", "alice", wrong, 0},
                     {31, "bad", "alice", wrong, 32},
                     {63, "bad", "alice", wrong, 0},
                     {63, "bad", "alice", wrong, 60},
                 });
}

TEST(Throttle, WhoeverMustWaitGetsOneAttemptAtATime) {
  Throttle throttle;
  fail(throttle, 6, "bad", "alice");
  EXPECT_TRUE(throttle.decide("bad", "alice", kStart + 2).is_allowed);
  EXPECT_FALSE(throttle.decide("bad", "alice", kStart + 2).is_allowed) << "the first one's outcome is not known yet";
  EXPECT_FALSE(throttle.decide("bad", "bob", kStart + 2).is_allowed);
}

TEST(Throttle, FailuresAreForgottenEvenly) {
  // 100 in an hour: one in 36 seconds.
  Throttle throttle;
  fail(throttle, 5, "bad", "alice");
  play(throttle, {
                     {0, "bad", "alice", wrong, 1},
                     {37, "bad", "alice", wrong, 0},  // is the fifth again
                     {37, "bad", "alice", wrong, 1},
                     {5 * 36 + 37, "bad", "alice", wrong, 0},
                     {5 * 36 + 37, "bad", "alice", wrong, 0},
                 });
}

TEST(Throttle, ATooOftenFailedNetworkIsShutOutForTheMemorysTime) {
  Throttle throttle({.max_failures_per_account = 1000});
  fail(throttle, 100, "bad", "alice");
  play(throttle, {
                     {1, "bad", "bob", right, kHour - 1},
                     {kHour - 1, "bad", "bob", right, 1},
                     {kHour, "bad", "bob", right, 0},
                 });
}

TEST(Throttle, WhoeverNeverGivesUpGetsThroughAtTheRateOfForgetting) {
  // 100 an hour, after the first ones.
  Throttle throttle;
  int looked_at = 0;
  for (std::int64_t at = 0; at < kHour; ++at) {
    const std::string account = "account" + std::to_string(at);
    if (attempt(throttle, {at, "bad", account, wrong}) == 0) ++looked_at;
  }
  EXPECT_GT(looked_at, 90);
  EXPECT_LE(looked_at, 100 + 11);
}

TEST(Throttle, LimitsBelowTheFreeFailuresCount) {
  Throttle throttle({.max_failures_per_account = 2, .max_failures_per_address = 3, .memory = seconds(600)});
  play(throttle, {
                     {0, "a", "alice", wrong, 0},
                     {0, "a", "alice", wrong, 0},
                     {0, "a", "alice", right, 300},
                     {0, "a", "bob", wrong, 0},
                     {0, "a", "bob", right, 600},
                     {0, "b", "alice", right, 0},
                 });
}

TEST(Throttle, AnAccountUnderAttackIsLookedAtForThoseWithNothingOnRecord) {
  Throttle throttle;
  fail_from_everywhere(throttle, 20, "alice");
  play(throttle, {
                     {0, "far0", "alice", right, 180},  // a twentieth of an hour
                     {0, "far0", "bob", right, 0},      // not the network's fault alone
                     {0, "new", "alice", right, 0},
                     {0, "other", "alice", wrong, 0},
                     {0, "other", "alice", right, 180},  // one wrong attempt puts it on record
                     {181, "far0", "alice", right, 0},
                 });
}

TEST(Throttle, ANetworkThatFailedForAnyAccountIsOnRecord) {
  Throttle throttle;
  fail_from_everywhere(throttle, 20, "alice");
  play(throttle, {
                     {0, "net", "bob", wrong, 0},
                     {1, "net", "alice", right, 179},
                     {2, "net", "bob", right, 0},  // which takes it off again
                     {3, "net", "alice", right, 0},
                 });
}

TEST(Throttle, NamesOfNobodyAndOfSomebodyAreCountedAlike) {
  Throttle throttle;
  fail_from_everywhere(throttle, 20, "Alice@Example.Test");
  EXPECT_EQ(attempt(throttle, {0, "far1", "alice@example.test"}), 180) << "a name in other case is no other name";
  EXPECT_EQ(attempt(throttle, {0, "far1", "alice@example.test."}), 0);
}

TEST(Throttle, EverNewAddressesGetOneAttemptASecond) {
  Throttle throttle;
  fail_from_everywhere(throttle, 20, "alice");
  int looked_at = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::int64_t at = i / 1000;  // a thousand new ones a second, for a minute
    if (attempt(throttle, {at, "new" + std::to_string(i), "alice", wrong}) == 0) ++looked_at;
  }
  EXPECT_GE(looked_at, 60);
  EXPECT_LE(looked_at, 70);
}

TEST(Throttle, AnAccountsOwnNetworksAreLookedAtWhateverOthersDo) {
  Throttle throttle;
  play(throttle, {{0, "home", "alice", right, 0}});
  fail_from_everywhere(throttle, 2000, "alice", 1);
  for (int i = 0; i < 50; ++i) attempt(throttle, {2, "stranger" + std::to_string(i), "alice", wrong});
  play(throttle, {
                     {2, "cafe", "alice", right, 1},  // strangers have used up the second
                     {2, "home", "alice", wrong, 0},
                     {2, "home", "alice", right, 0},
                 });
}

TEST(Throttle, OneForgottenDeviceDoesNotLockOutTheHouse) {
  Throttle throttle;
  play(throttle, {{0, "house", "alice", right, 0}, {0, "house", "bob", right, 0}});
  fail(throttle, 10, "house", "bob", 1);
  play(throttle, {
                     {2, "house", "alice", right, 0},
                     {2, "house", "bob", right, 31},
                     {2, "house", "carol", right, 31},  // has not been here before
                     {33, "house", "bob", right, 0},
                     {33, "house", "carol", right, 0},  // bob took his failures back
                 });
}

TEST(Throttle, AnOwnNetworksGuessesAtOneAccountEnd) {
  Throttle throttle;
  play(throttle, {{0, "house", "alice", right, 0}});
  fail(throttle, 20, "house", "alice", 1);
  play(throttle, {{1, "house", "alice", right, kHour}, {1 + kHour, "house", "alice", right, 0}});
}

TEST(Throttle, ASuccessTakesBackItsOwnFailuresOnly) {
  Throttle throttle;
  fail_from_everywhere(throttle, 19, "alice");
  play(throttle, {
                     {0, "home", "alice", wrong, 0},
                     {0, "far1", "alice", right, 180},
                     {1, "home", "bob", right, 0},  // of another account: nothing changes
                     {1, "far1", "alice", right, 179},
                 });
  throttle.succeeded("home", "alice", kStart + 1);
  play(throttle, {{1, "far1", "alice", wrong, 0}, {1, "far1", "alice", right, 180}});
}

TEST(Throttle, LoggingInToOnesOwnAccountBuysNoGuessesAtOthers) {
  Throttle throttle;
  play(throttle, {{0, "bad", "mallory", right, 0}});
  int looked_at = 0;
  for (std::int64_t at = 0; at < 600; ++at) {
    EXPECT_EQ(attempt(throttle, {at, "bad", "mallory", right}), 0);
    if (attempt(throttle, {at, "bad", "alice", wrong}) == 0) ++looked_at;
  }
  EXPECT_LE(looked_at, 11 + 600 / 36) << "what is forgotten meanwhile";
}

TEST(Throttle, IsRememberedOverARestart) {
  Throttle before;
  play(before, {{0, "home", "alice", right, 0}});
  fail(before, 7, "bad", "carol");
  fail_from_everywhere(before, 20, "alice");
  EXPECT_TRUE(before.is_dirty());
  const std::string packed = before.pack();
  EXPECT_FALSE(before.is_dirty());

  Throttle after;
  EXPECT_TRUE(after.unpack(packed, kStart + 1));
  EXPECT_FALSE(after.is_dirty());
  play(after, {
                  {1, "bad", "carol", right, 3},
                  {1, "far0", "alice", right, 179},
                  {1, "home", "alice", right, 0},
                  {4, "bad", "carol", right, 0},
              });
  EXPECT_TRUE(after.is_dirty());
}

TEST(Throttle, ForgetsWhileTheServerIsDown) {
  Throttle before({.max_failures_per_account = 5, .max_failures_per_address = 5});
  fail(before, 5, "bad", "alice");
  Throttle after({.max_failures_per_account = 5, .max_failures_per_address = 5});
  EXPECT_TRUE(after.unpack(before.pack(), kStart + kHour));
  play(after, {{kHour, "bad", "alice", wrong, 0}, {kHour, "bad", "alice", right, 0}});
}

TEST(Throttle, LoginsAsEveryDayNeedNoWriting) {
  Throttle throttle;
  play(throttle, {{0, "home", "alice", right, 0}});
  throttle.pack();
  play(throttle, {{60, "home", "alice", right, 0}, {kHour, "home", "alice", right, 0}});
  EXPECT_FALSE(throttle.is_dirty());
  play(throttle, {{24 * kHour, "home", "alice", right, 0}});
  EXPECT_TRUE(throttle.is_dirty()) << "lest a network in use grow old";
}

TEST(Throttle, WhatIsDamagedIsNothing) {
  Throttle before;
  play(before, {{0, "home", "alice", right, 0}});
  fail(before, 7, "bad", "alice");
  const std::string packed = before.pack();
  std::vector<std::string> damaged = {"", "x", packed + "x", "portreeve throttle 2\n" + packed.substr(21)};
  for (std::size_t i = 0; i < packed.size(); ++i) {
    damaged.push_back(packed.substr(0, i));
    damaged.push_back(packed);
    damaged.back()[i] = static_cast<char>(damaged.back()[i] ^ 0x20);
  }
  for (const std::string& bytes : damaged) {
    Throttle after;
    fail(after, 9, "bad", "alice");
    EXPECT_FALSE(after.unpack(bytes, kStart));
    EXPECT_EQ(attempt(after, {0, "bad", "alice", right}), 0) << "starts with nothing";
  }
}

TEST(Throttle, WritesNoNames) {
  Throttle throttle;
  throttle.failed("192.0.2.77", "correct-horse", kStart);
  throttle.succeeded("192.0.2.77", "alice@example.test", kStart);
  const std::string packed = throttle.pack();
  for (const char* text : {"192.0.2.77", "correct-horse", "alice"}) {
    EXPECT_THAT(packed, ::testing::Not(::testing::HasSubstr(text)));
  }
}

TEST(Throttle, IsBoundedAndKeepsTheLastHeardOf) {
  Throttle throttle({}, 10, 10);
  fail(throttle, 7, "first", "alice");
  for (int i = 0; i < 9; ++i) fail(throttle, 1, "net" + std::to_string(i), "account" + std::to_string(i));
  EXPECT_EQ(attempt(throttle, {0, "first", "zoe"}), 4);
  fail(throttle, 1, "net9", "account9");
  EXPECT_EQ(attempt(throttle, {0, "first", "zoe"}), 4) << "asked for again: others are older";
  for (int i = 0; i < 10; ++i) fail(throttle, 1, "more" + std::to_string(i), "one");
  EXPECT_EQ(attempt(throttle, {0, "first", "zoe"}), 0);
}

TEST(Throttle, PacksNoMoreThanTheNoteTakes) {
  Throttle before;
  for (int i = 0; i < 60'000; ++i) {
    const std::string number = std::to_string(i);
    for (int k = 0; k < 4; ++k) before.failed("net" + number, "account" + number + "." + std::to_string(k), kStart);
    before.succeeded("net" + number, "account" + number, kStart);
  }
  fail(before, 7, "last", "alice");
  const std::string packed = before.pack();
  EXPECT_LE(packed.size(), Throttle::kMaxPackedBytes);
  EXPECT_GT(packed.size(), Throttle::kMaxPackedBytes / 2);
  Throttle after;
  EXPECT_TRUE(after.unpack(packed, kStart));
  EXPECT_EQ(attempt(after, {0, "last", "alice"}), 4);
}

TEST(Throttle, AClockPutBackLocksNobodyOutForLong) {
  Throttle throttle;
  fail(throttle, 100, "bad", "alice", 1000 * kHour);
  play(throttle, {{0, "bad", "alice", right, kHour}, {kHour, "bad", "alice", right, 0}});
}

TEST(Throttle, NewLimitsMeasureOldCounts) {
  Throttle throttle;
  fail_from_everywhere(throttle, 3, "alice");
  play(throttle, {{0, "far0", "alice", wrong, 0}});
  throttle.set({.max_failures_per_account = 4});
  play(throttle, {{0, "far0", "alice", right, 900}});
  throttle.set({.max_failures_per_account = 20});
  play(throttle, {{0, "far0", "alice", right, 0}});
}

}  // namespace
}  // namespace portreeve::auth
