#include "core/net/client_limits.h"

#include <gtest/gtest.h>

#include <optional>

namespace portreeve::net {
namespace {

const Endpoint kOne{Endpoint::Family::ipv4, "192.0.2.1", 1};
const Endpoint kSameHost{Endpoint::Family::ipv6, "2001:db8::1", 1};
const Endpoint kSameHostToo{Endpoint::Family::ipv6, "2001:db8::2", 2};

TEST(ClientLimits, APlaceIsGivenBackOnce) {
  ClientLimits limits(1, {});
  auto first = limits.enter(kOne, 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(limits.enter(kOne, 0).error(), "max_connections_per_address");
  {
    const ClientLimits::Place moved = std::move(*first);
    EXPECT_FALSE(limits.enter(kOne, 0));
  }
  first = std::unexpected("gone");  // what was moved from has nothing to give back
  const auto second = limits.enter(kOne, 0);
  EXPECT_TRUE(second);
  EXPECT_FALSE(limits.enter(kOne, 0));
}

TEST(ClientLimits, AnIpv6HostIsCountedByItsNetwork) {
  ClientLimits limits(1, {.count = 2, .per = std::chrono::hours(1)});
  const auto first = limits.enter(kSameHost, 0);
  EXPECT_TRUE(first);
  EXPECT_EQ(limits.enter(kSameHostToo, 0).error(), "max_connections_per_address");
  EXPECT_EQ(limits.enter(kSameHostToo, 0).error(), "connection_rate");
}

TEST(ClientLimits, TheRateIsOfNewConnections) {
  ClientLimits limits(10, {.count = 1, .per = std::chrono::seconds(60)});
  EXPECT_TRUE(limits.enter(kOne, 0));
  EXPECT_EQ(limits.enter(kOne, 59'999).error(), "connection_rate");
  EXPECT_TRUE(limits.enter(kOne, 60'000));
}

TEST(ClientLimits, UnixSocketsDoNotCount) {
  ClientLimits limits(1, {.count = 1, .per = std::chrono::hours(1)});
  const auto first = limits.enter(Endpoint{}, 0);
  EXPECT_TRUE(first);
  EXPECT_TRUE(limits.enter(Endpoint{}, 0));
}

TEST(ClientLimits, NoPlaceAtAllIsALimitToo) {
  ClientLimits limits(0, {});
  EXPECT_FALSE(limits.enter(kOne, 0));
}

}  // namespace
}  // namespace portreeve::net
