// One end of a connection, as text for the log and the trace headers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr_storage;

namespace portreeve::net {

struct Endpoint {
  enum class Family { ipv4, ipv6, unix_socket };
  Family family = Family::unix_socket;
  std::string
      address;  // "192.0.2.1", "2001:db8::1" (an IPv4-mapped address as IPv4); a Unix socket's path, maybe empty
  std::uint16_t port = 0;

  bool is_loopback() const;
  // What is counted as one peer: an IPv4 address, or the /64 that an IPv6 host has to itself. A key, not text.
  std::string network() const;
  // "192.0.2.1:25", "[2001:db8::1]:25", "unix:/run/portreeve/lmtp".
  std::string text() const;
};

// An IPv4 or IPv6 address as text, in the one form in which Endpoint has it; without a port.
std::optional<Endpoint> parse_address(std::string_view text);

Endpoint to_endpoint(const sockaddr_storage& address, unsigned length);

}  // namespace portreeve::net
