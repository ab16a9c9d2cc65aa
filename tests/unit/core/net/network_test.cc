#include "core/net/network.h"

#include <gtest/gtest.h>

namespace portreeve::net {
namespace {

Endpoint peer(std::string_view address) {
  if (address.starts_with('/')) return {Endpoint::Family::unix_socket, std::string(address), 0};
  const bool is_ipv6 = address.contains(':');
  return {is_ipv6 ? Endpoint::Family::ipv6 : Endpoint::Family::ipv4, std::string(address), 4711};
}

TEST(Network, ContainsItsPeersAndNoOthers) {
  struct Row {
    std::string_view network;
    std::vector<std::string_view> inside;
    std::vector<std::string_view> outside;
  };
  const std::vector<Row> rows{
      // One address.
      {"192.0.2.1", {"192.0.2.1"}, {"192.0.2.2", "2001:db8::1", "/run/s"}},
      {"192.0.2.1/32", {"192.0.2.1"}, {"192.0.2.0"}},
      {"2001:db8::1", {"2001:db8::1"}, {"2001:db8::2", "192.0.2.1"}},
      // Prefixes on and off the byte.
      {"192.0.2.0/24", {"192.0.2.0", "192.0.2.255"}, {"192.0.1.255", "192.0.3.0"}},
      {"192.0.2.64/26", {"192.0.2.64", "192.0.2.127"}, {"192.0.2.63", "192.0.2.128"}},
      {"0.0.0.0/0", {"192.0.2.1", "0.0.0.0", "255.255.255.255"}, {"::1", "/run/s"}},
      {"2001:db8::/32", {"2001:db8::", "2001:db8:ffff::1"}, {"2001:db9::", "2001:db7:ffff::"}},
      {"2001:db8:8000::/33", {"2001:db8:8000::1"}, {"2001:db8:7fff::1"}},
      {"::/0", {"::1", "2001:db8::1"}, {"192.0.2.1", "/run/s"}},
      // Bits behind the prefix don't matter.
      {"192.0.2.77/24", {"192.0.2.1"}, {"192.0.3.77"}},
      {"2001:db8::77/64", {"2001:db8::1"}, {"2001:db8:0:1::77"}},
      // RFC 4291 §2.5.5.2
      {"::ffff:192.0.2.0/120", {"192.0.2.9"}, {"192.0.3.9"}},
      {"::ffff:192.0.2.1", {"192.0.2.1"}, {"192.0.2.2"}},
      {"::ffff:0:0/96", {"192.0.2.1"}, {"::1"}},
      {"unix", {"/run/s", "/"}, {"127.0.0.1", "::1"}},
  };
  for (const Row& row : rows) {
    const auto network = Network::parse(row.network);
    ASSERT_TRUE(network) << row.network;
    for (const auto address : row.inside) EXPECT_TRUE(network->contains(peer(address))) << row.network << address;
    for (const auto address : row.outside) EXPECT_FALSE(network->contains(peer(address))) << row.network << address;
  }
}

TEST(Network, AUnixPeerNeedsNoName) { EXPECT_TRUE(Network::parse("unix")->contains(Endpoint{})); }

TEST(Network, RefusesWhatIsNotANetwork) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv,
                                      "/"sv,
                                      "/24"sv,
                                      "192.0.2.0/"sv,
                                      "192.0.2.0/33"sv,
                                      "2001:db8::/129"sv,
                                      "192.0.2.0/-1"sv,
                                      "192.0.2.0/+8"sv,
                                      "192.0.2.0/08"sv,
                                      "192.0.2.0/8/8"sv,
                                      "192.0.2.0/ 8"sv,
                                      " 192.0.2.0"sv,
                                      "192.0.2"sv,
                                      "192.0.2.01"sv,
                                      "192.0.2.256"sv,
                                      "192.0.2.0\0/8"sv,
                                      "192.0.2.0/4294967304"sv,
                                      "[2001:db8::1]"sv,
                                      "fe80::1%lo"sv,
                                      "mail.example"sv,
                                      "UNIX"sv,
                                      "unix/8"sv,
                                      "2001:db8:0000:0000:0000:0000:0000:00000000000000000000001"sv}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(Networks, ContainWhatOneOfThemContains) {
  const Networks networks{*Network::parse("192.0.2.0/24"), *Network::parse("unix")};
  EXPECT_TRUE(contains(networks, peer("192.0.2.1")));
  EXPECT_TRUE(contains(networks, peer("/run/s")));
  EXPECT_FALSE(contains(networks, peer("198.51.100.1")));
  EXPECT_FALSE(contains({}, peer("192.0.2.1")));
}

}  // namespace
}  // namespace portreeve::net
