#include "core/base/rate_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace portreeve::base {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

int allowed(RateLimiter& limiter, std::string_view key, std::int64_t now_ms, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += limiter.allow(key, now_ms) ? 1 : 0;
  return count;
}

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
  RateLimiter limiter({.count = 3, .per = seconds(30)}, 10);
  EXPECT_EQ(allowed(limiter, "a", 1'000, 10), 3);
  EXPECT_FALSE(limiter.allow("a", 10'999));
  EXPECT_EQ(allowed(limiter, "a", 11'000, 10), 1);
  EXPECT_EQ(allowed(limiter, "a", 31'000, 10), 2);
  EXPECT_EQ(allowed(limiter, "a", 1'000'000, 10), 3);
}

TEST(RateLimiter, WhatIsRefusedCostsNothing) {
  RateLimiter limiter({.count = 1, .per = seconds(1)}, 10);
  EXPECT_TRUE(limiter.allow("a", 0));
  for (int now = 1; now < 1'000; ++now) EXPECT_FALSE(limiter.allow("a", now));
  EXPECT_TRUE(limiter.allow("a", 1'000));
}

TEST(RateLimiter, ARateThatDoesNotDivideEvenlyIsKeptExactly) {
  RateLimiter limiter({.count = 7, .per = seconds(1)}, 10);
  int count = 0;
  for (int now = 0; now < 60'000; ++now) count += limiter.allow("a", now) ? 1 : 0;
  EXPECT_EQ(count, 7 + 7 * 60 - 1);
}

TEST(RateLimiter, KeysDoNotShareATokenAndNoKeyIsOneToo) {
  RateLimiter limiter({.count = 1, .per = seconds(1)}, 10);
  for (const char* key : {"a", "b", ""}) {
    EXPECT_TRUE(limiter.allow(key, 0)) << key;
    EXPECT_FALSE(limiter.allow(key, 0)) << key;
  }
}

TEST(RateLimiter, ForgetsTheKeyThatWasNotSeenForLongest) {
  RateLimiter limiter({.count = 1, .per = hours(1)}, 2);
  EXPECT_TRUE(limiter.allow("a", 0));
  EXPECT_TRUE(limiter.allow("b", 1));
  EXPECT_FALSE(limiter.allow("a", 2));
  EXPECT_TRUE(limiter.allow("c", 3));  // in place of b
  EXPECT_FALSE(limiter.allow("a", 4));
  EXPECT_TRUE(limiter.allow("b", 5));  // in place of c
  EXPECT_FALSE(limiter.allow("a", 6));
}

TEST(RateLimiter, WithoutACountOrATimeThereIsNoLimit) {
  RateLimiter no_count({.count = 0, .per = seconds(1)}, 1);
  RateLimiter no_time({.count = 1, .per = milliseconds(0)}, 1);
  EXPECT_TRUE(no_count.is_unlimited());
  EXPECT_TRUE(no_time.is_unlimited());
  EXPECT_EQ(allowed(no_count, "a", 0, 1'000), 1'000);
  EXPECT_EQ(allowed(no_time, "a", 0, 1'000), 1'000);
}

TEST(RateLimiter, BearsClocksThatDisagreeAndExtremes) {
  RateLimiter limiter({.count = 2, .per = seconds(1)}, 10);
  EXPECT_EQ(allowed(limiter, "a", 10'000, 5), 2);
  EXPECT_FALSE(limiter.allow("a", 9'000));
  EXPECT_FALSE(limiter.allow("a", 10'400));
  EXPECT_TRUE(limiter.allow("a", 10'500));

  RateLimiter large({.count = std::numeric_limits<std::uint32_t>::max(), .per = hours(24 * 365)}, 1);
  EXPECT_TRUE(large.allow("a", std::numeric_limits<std::int64_t>::min()));
  EXPECT_TRUE(large.allow("a", std::numeric_limits<std::int64_t>::max()));
}

TEST(RateLimiter, MayBeAskedByManyThreads) {
  RateLimiter limiter({.count = 100, .per = hours(1)}, 2);
  std::atomic<int> count = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { count += allowed(limiter, "a", 0, 50); });
  }
  EXPECT_EQ(count, 100);
}

}  // namespace
}  // namespace portreeve::base
