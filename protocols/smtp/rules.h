// What may be said when: the states that each verb needs, and what EHLO announces in each.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/smtp/command.h"
#include "protocols/smtp/options.h"
#include "protocols/smtp/reply.h"

namespace portreeve::smtp {

struct State {
  Role role = Role::mx;
  bool has_greeted = false;  // HELO or EHLO was said
  bool is_logged_in = false;
  bool has_sender = false;  // MAIL was accepted
  bool has_recipients = false;
  bool is_encrypted = false;
  bool can_start_tls = false;
  bool may_ask_password = false;
};

// The refusal, if the command may not be given now.
std::optional<Reply> check(const Command& command, const State& state);

// The reply to EHLO. Each keyword is announced only where it works.
Reply greet_extended(const State& state, std::string_view host, std::uint64_t max_message_bytes,
                     const std::vector<std::string>& mechanisms);

// The reply to HELP: the verbs that this listener knows.
Reply list_verbs(Role role);

}  // namespace portreeve::smtp
