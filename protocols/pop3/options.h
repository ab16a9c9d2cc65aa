// What a listener tells its POP3 sessions. Values, made by the daemon from its configuration.
#pragma once

#include <cstddef>

#include "core/async/loop.h"
#include "protocols/session/occupancy.h"
#include "protocols/session/services.h"

namespace portreeve::pop3 {

struct Options {
  session::Security security;
  async::Milliseconds handshake_timeout{30'000};
  // For the next command. RFC 1939 §3 asks for ten idle minutes at least; whoever isn't logged in gets less, so that
  // strangers can't hold connections for free.
  async::Milliseconds login_timeout{60'000};
  async::Milliseconds idle_timeout{600'000};
  async::Milliseconds write_timeout{300'000};  // for each slice of an answer to be taken
  session::OccupancyLimits maildrop;           // how often an account's may be open
  unsigned max_errors = 20;                    // bad commands in a row; then the session ends
  unsigned max_failed_logins = 4;              // of one connection; then it ends
  // RFC 2449 §4 wants 255 octets for a command; a SASL response may be longer (RFC 5034 §4).
  std::size_t max_line_bytes = 8192;
};

}  // namespace portreeve::pop3
