// Networks that a configuration names, and the question whether a peer is in one.
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/net/endpoint.h"

namespace portreeve::net {

class Network {
 public:
  // "192.0.2.0/24", "2001:db8::/32", "192.0.2.1" (one address), or "unix": every peer on a Unix socket. Bits behind the
  // prefix are ignored. As in Endpoint, an IPv4-mapped address is an IPv4 one: "::ffff:192.0.2.0/120" is
  // "192.0.2.0/24".
  static std::optional<Network> parse(std::string_view text);

  bool contains(const Endpoint& peer) const;

 private:
  Network() = default;
  Endpoint::Family family_ = Endpoint::Family::unix_socket;
  std::array<std::uint8_t, 16> address_{};  // an IPv4 one: the first four
  unsigned prefix_bits_ = 0;
};

using Networks = std::vector<Network>;
bool contains(const Networks& networks, const Endpoint& peer);

}  // namespace portreeve::net
