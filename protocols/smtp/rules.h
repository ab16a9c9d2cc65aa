// What may be said when: the states that each verb needs, and what EHLO announces in each.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/smtp/command.h"
#include "protocols/smtp/extensions.h"
#include "protocols/smtp/options.h"
#include "protocols/smtp/reply.h"

namespace portreeve::smtp {

struct State {
  Role role = Role::mx;
  bool has_greeted = false;  // HELO, EHLO or LHLO was said
  bool is_logged_in = false;
  bool has_sender = false;  // MAIL was accepted
  bool has_recipients = false;
  bool is_encrypted = false;
  bool can_start_tls = false;
  bool may_ask_password = false;
  Extensions offered = {};
  bool is_chunking = false;       // BDAT was said in this transaction
  bool is_binary = false;         // MAIL said BODY=BINARYMIME
  bool is_trusted_proxy = false;  // its XCLIENT is believed
};

// The refusal, if the command may not be given now. The bytes that follow a refused BDAT are still the session's to
// take away.
std::optional<Reply> check(const Command& command, const State& state);

// What the keywords say, besides what the state tells.
struct Announcement {
  std::string_view host;
  std::uint64_t max_message_bytes = 0;
  std::vector<std::string> mechanisms;
  std::size_t max_recipients = 0;  // of a message; 0: not said
  std::size_t max_messages = 0;    // of a connection; 0: not said
  std::uint64_t max_hold_seconds = 0;
  std::int64_t now = 0;  // Unix seconds
};

// The reply to EHLO and LHLO. Each keyword is announced only where it is offered and works.
Reply greet_extended(const State& state, const Announcement& announcement);

// The reply to HELP: the verbs that this listener knows.
Reply list_verbs(const State& state);

}  // namespace portreeve::smtp
