// What the composition root decides for the IMAP sessions of one listener.
// Threads: read-only once the server runs; must outlive the sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "protocols/session/services.h"

namespace portreeve::imap {

// Capabilities that aren't announced, in capitals: "QUOTA" stands for "QUOTA=RES-STORAGE" and such too. What they stand
// for works all the same, save that without LITERAL+ literals have LITERAL-'s limit (RFC 7888 §5).
using CapabilitiesOff = std::vector<std::string>;

struct Options {
  session::Security security;
  // `timeouts.idle` is the autologout timer, at least 30 minutes by RFC 3501 §5.4.
  session::Timeouts timeouts;
  // IDLE says "Still here" so often, for address translators that forget quiet connections.
  async::Milliseconds idle_nudge = std::chrono::minutes(2);

  // How often a command that takes long says how far it is (RFC 9585 §3: not more often than every ten seconds or so).
  async::Milliseconds progress_interval = std::chrono::seconds(15);

  std::size_t max_line_bytes =
      std::size_t{64} * 1024;  // a command line without literals; RFC 2683 §3.2.1.5 asks for 8,000
  std::size_t max_command_bytes = std::size_t{256} * 1024;         // a command with its literals, save APPEND's message
  std::uint64_t max_append_bytes = std::size_t{64} * 1024 * 1024;  // one message
  unsigned max_errors = 20;                                        // commands answered BAD or refused logins; then BYE
  // Of FETCH, STORE, SEARCH and such: how many messages one may be about (RFC 9738); 0: no limit.
  std::uint32_t message_limit = 0;
  bool allows_uid_only = false;             // may clients enable UIDONLY?
  std::vector<std::string> administrators;  // addresses of the accounts that may set quotas
  CapabilitiesOff capabilities_off;
  // For mail programs by what they call themselves by ID, without regard to case.
  std::vector<std::pair<std::string, CapabilitiesOff>> clients;
  std::string version;  // what ID tells
};

}  // namespace portreeve::imap
