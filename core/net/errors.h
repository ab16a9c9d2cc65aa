// What can go wrong between us and a peer. A session that meets one of these ends; only too_long leaves a choice.
#pragma once

#include <expected>
#include <string_view>

namespace portreeve::net {

enum class Errc {
  eof,        // the peer closed its side
  timeout,    // the deadline passed
  cancelled,  // the server ended the connection
  too_long,   // a line passed its limit; what was read of it is still buffered
  tls,        // the handshake or a record failed
  io,         // reset, unreachable, …
};

template <class T = void>
using Result = std::expected<T, Errc>;

constexpr std::string_view describe(Errc error) {
  switch (error) {
    case Errc::eof: return "closed by the peer";
    case Errc::timeout: return "timed out";
    case Errc::cancelled: return "cancelled";
    case Errc::too_long: return "line too long";
    case Errc::tls: return "TLS failure";
    case Errc::io: return "connection lost";
  }
  return "unknown";
}

}  // namespace portreeve::net
