// What the composition root decides for the IMAP sessions of one listener.
// Threads: read-only once the server runs; must outlive the sessions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/async/loop.h"
#include "protocols/session/services.h"

namespace portreeve::imap {

struct Options {
  session::Security security;

  // RFC 3501 §5.4: at least 30 minutes once logged in; a stranger gets less.
  async::Milliseconds login_timeout{60'000};
  async::Milliseconds idle_timeout{30 * 60'000};
  // A command under way (literals, slow readers) has this long between two steps of progress.
  async::Milliseconds io_timeout{5 * 60'000};
  // IDLE says "still here" so often, so that address translators keep the connection (RFC 2177 wants no such thing).
  async::Milliseconds idle_nudge{2 * 60'000};

  std::size_t max_line_bytes = 64 * 1024;        // a command without its literals (RFC 2683 §3.2.1.5 asks for 8,000)
  std::size_t max_command_bytes = 256 * 1024;    // with its literals, those of APPEND not counted
  std::uint64_t max_append_bytes = 64ULL << 20;  // one message
  unsigned max_errors = 20;                      // BAD and failed logins in a row; then BYE
  std::string version;                           // what ID tells
};

}  // namespace portreeve::imap
