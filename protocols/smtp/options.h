// What one SMTP listener's sessions may do. Made by the daemon from its configuration; outlives the sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

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
  std::size_t max_recipients = 1000;      // of one message; RFC 5321 §4.5.3.1.8 asks for 100 at least
  unsigned max_failed_logins = 4;         // of one connection; then it is closed
  unsigned max_unknown_recipients = 100;  // in a row, for whoever tries names; then the connection is closed
  unsigned max_errors = 20;               // refused commands of one connection before it is closed
  std::size_t max_header_bytes = std::size_t{256} * 1024;  // of a submission, held back to see what it lacks

  // RFC 5321 §4.5.3.2.7 has a server wait five minutes for a command. `transfer` is for each 64 KiB of a message.
  session::Timeouts timeouts{.login = std::chrono::minutes(5), .idle = std::chrono::minutes(5)};
};

}  // namespace portreeve::smtp
