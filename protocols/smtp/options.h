// What one SMTP listener's sessions may do. Made by the daemon from its configuration; outlives the sessions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/async/loop.h"
#include "protocols/session/services.h"

namespace portreeve::smtp {

enum class Role {
  mx,          // strangers bring mail for this server's own accounts
  submission,  // accounts send their mail, after AUTH (RFC 6409)
};

struct Options {
  Role role = Role::mx;
  session::Security security;

  std::uint64_t max_message_bytes = std::uint64_t{50} * 1024 * 1024;  // announced by SIZE (RFC 1870)
  std::size_t max_recipients = 1000;                       // of one message; RFC 5321 §4.5.3.1.8 asks for 100 at least
  unsigned max_errors = 20;                                // refused commands of one connection before it is closed
  std::size_t max_header_bytes = std::size_t{256} * 1024;  // of a submission, held back to see what it lacks

  // RFC 5321 §4.5.3.2.7: five minutes at least.
  async::Milliseconds command_timeout{300'000};
  // A message: for its start, and for each further 64 KiB. A peer that dribbles gains nothing.
  async::Milliseconds data_timeout{300'000};
  async::Milliseconds handshake_timeout{30'000};
};

}  // namespace portreeve::smtp
