// What the composition root decides for the IMAP sessions of one listener.
// Threads: read-only once the server runs; must outlive the sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "protocols/session/services.h"

namespace portreeve::imap {

struct Options {
  session::Security security;
  // `timeouts.idle` is the autologout timer, at least 30 minutes by RFC 3501 §5.4.
  session::Timeouts timeouts;
  // IDLE says "Still here" so often, for address translators that forget quiet connections.
  async::Milliseconds idle_nudge = std::chrono::minutes(2);

  std::size_t max_line_bytes =
      std::size_t{64} * 1024;  // a command line without literals; RFC 2683 §3.2.1.5 asks for 8,000
  std::size_t max_command_bytes = std::size_t{256} * 1024;         // a command with its literals, save APPEND's message
  std::uint64_t max_append_bytes = std::size_t{64} * 1024 * 1024;  // one message
  unsigned max_errors = 20;                                        // commands answered BAD or refused logins; then BYE
  std::string version;                                             // what ID tells
};

}  // namespace portreeve::imap
