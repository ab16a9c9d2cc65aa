// The PROXY protocol, versions 1 and 2: what a proxy says, before anything else, of the connection that it passes on.
// As haproxy's doc/proxy-protocol.txt defines it; the sections cited in the source are that document's.
//
// Pure: bytes in, a header or an error out. What is needed is told so that a reader never takes a byte too many: behind
// the header a TLS handshake may come, which is read from the descriptor by somebody else.
// Threads: pure functions and values.
#pragma once

#include <cstddef>
#include <expected>
#include <string_view>
#include <variant>

#include "core/net/endpoint.h"

namespace portreeve::net {

// The longest header of either version. Of version 2's 64 KiB only this much is taken: addresses need 216 bytes, and
// what follows them is skipped.
constexpr std::size_t kMostProxyHeader = 16 + 4096;

// The header is not complete, and has at least `total` bytes, counted from its first.
struct ProxyNeedsMore {
  std::size_t total = 0;
};

struct ProxyHeader {
  std::size_t consumed = 0;
  // The proxy speaks for itself (a health check), or doesn't say for whom in a way that we know: the socket's own
  // addresses are the connection's. The endpoints below are empty.
  bool is_local = false;
  Endpoint source;       // the client
  Endpoint destination;  // what it connected to
};

// The error is a reason for the log; it is given with the first byte that can't belong to a header.
using ProxyStep = std::expected<std::variant<ProxyNeedsMore, ProxyHeader>, std::string_view>;
ProxyStep next_proxy_header(std::string_view bytes);

}  // namespace portreeve::net
