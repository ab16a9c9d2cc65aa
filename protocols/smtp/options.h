// What one SMTP listener's sessions may do. Made by the daemon from its configuration; outlives the sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/net/network.h"
#include "protocols/session/services.h"
#include "protocols/smtp/extensions.h"
#include "protocols/smtp/outbound.h"
#include "storage/resolve.h"

namespace portreeve::smtp {

enum class Role {
  mx,          // strangers bring mail for this server's own accounts
  submission,  // accounts send their mail, after AUTH (RFC 6409)
  lmtp,        // another mail server hands over what it took for this server's accounts (RFC 2033)
};

// What happens to a message that has a CR or an LF alone (RFC 5321 §2.3.8).
enum class BareNewlines {
  refuse,
  normalise,  // each becomes a CRLF
};

struct Options {
  Role role = Role::mx;
  session::Security security;
  Extensions switched_off;         // on this listener
  Outbound* outbound = nullptr;    // null: nothing is sent to other servers, and nothing announced that would need it
  net::Networks xclient_networks;  // who may say on whose behalf it speaks

  std::uint64_t max_message_bytes = std::uint64_t{50} * 1024 * 1024;  // announced by SIZE (RFC 1870)
  std::size_t max_recipients = 1000;      // of one message; RFC 5321 §4.5.3.1.8 asks for 100 at least
  std::size_t max_destinations = 10'000;  // mailboxes of one message, aliases and lists expanded
  std::uint64_t max_messages = 100'000;   // of one connection; 0: any number
  unsigned max_failed_logins = 4;         // of one connection; then it is closed
  // More refused than accepted by so many since the last message, for whoever tries names or relays; then the
  // connection is closed. Not over LMTP, whose other end has taken the mail already.
  unsigned max_refused_recipients = 100;
  unsigned max_errors = 20;          // refused commands of one connection before it is closed
  unsigned max_idle_commands = 100;  // that do nothing, between two messages, before it is closed

  // Of a message's header. A submission's is held back to see what it lacks.
  std::size_t max_header_bytes = std::size_t{1024} * 1024;
  std::size_t max_header_fields = 10'000;
  std::size_t max_received = 100;  // trace fields; more are a loop (RFC 5321 §6.3)

  BareNewlines bare_newlines = BareNewlines::refuse;
  async::Milliseconds greeting_delay{0};
  std::chrono::seconds max_hold = std::chrono::days(30);  // FUTURERELEASE (RFC 4865)
  bool hides_client = false;                              // trace fields don't tell a user's address
  bool files_subaddresses = false;                        // alice+shop goes to the folder shop, if there is one
  store::ResolveOptions resolve;

  // RFC 5321 §4.5.3.2.7 has a server wait five minutes for a command. `transfer` is for each 64 KiB of a message.
  session::Timeouts timeouts{.login = std::chrono::minutes(5), .idle = std::chrono::minutes(5)};
};

// What this listener's EHLO may announce, in the right state of the session.
Extensions offered(const Options& options);

}  // namespace portreeve::smtp
