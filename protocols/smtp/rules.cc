#include "protocols/smtp/rules.h"

#include <array>
#include <variant>

namespace portreeve::smtp {
namespace {

struct Rule {
  std::string_view verb;
  bool needs_hello;
  bool needs_login;  // on a submission listener (RFC 6409 §4.3)
  bool needs_sender;
  bool forbids_sender;
};

// In the order of Command's alternatives.
constexpr std::array<Rule, std::variant_size_v<Command>> kRules{{
    //            hello  login  sender  no sender
    {"EHLO", false, false, false, false},
    {"HELO", false, false, false, false},
    {"MAIL", true, true, false, true},  // RFC 5321 §4.1.4: no nested MAIL
    {"RCPT", true, true, true, false},
    {"DATA", true, true, true, false},
    {"RSET", false, false, false, false},
    {"NOOP", false, false, false, false},
    {"VRFY", false, false, false, false},
    {"EXPN", false, false, false, false},
    {"HELP", false, false, false, false},
    {"QUIT", false, false, false, false},
    {"STARTTLS", false, false, false, false},
    {"AUTH", true, false, false, true},  // RFC 4954 §4: not during a transaction
    {"", false, false, false, false},    // HTTP
}};

std::optional<Reply> check_start_tls(const State& state) {
  if (state.is_encrypted) return Reply(503, "5.5.1", "TLS is in use already");
  if (!state.can_start_tls) return Reply(502, "5.5.1", "STARTTLS is not offered here");
  return std::nullopt;
}

std::optional<Reply> check_auth(const State& state) {
  if (state.role != Role::submission) return Reply(502, "5.5.1", "AUTH is not offered here");
  if (state.is_logged_in) return Reply(503, "5.5.1", "You are logged in already");  // RFC 4954 §4
  if (!state.may_ask_password) return Reply(538, "5.7.11", "Encryption required: issue STARTTLS first");
  return std::nullopt;
}

Reply ask_for_login(const State& state) {
  if (!state.may_ask_password) return Reply(530, "5.7.0", "Must issue a STARTTLS command first");  // RFC 3207 §4
  return Reply(530, "5.7.0", "Authentication required");                                           // RFC 4954 §6
}

}  // namespace

std::optional<Reply> check(const Command& command, const State& state) {
  const Rule& rule = kRules[command.index()];
  if (rule.needs_hello && !state.has_greeted) return Reply(503, "5.5.1", "Say EHLO first");
  if (rule.needs_login && state.role == Role::submission && !state.is_logged_in) return ask_for_login(state);
  if (rule.forbids_sender && state.has_sender) return Reply(503, "5.5.1", "A message is under way: RSET ends it");
  if (rule.needs_sender && !state.has_sender) return Reply(503, "5.5.1", "MAIL comes first");
  if (std::holds_alternative<Data>(command) && !state.has_recipients) {
    return Reply(554, "5.5.1", "No recipient was accepted");  // RFC 2920 §3.1
  }
  if (std::holds_alternative<StartTls>(command)) return check_start_tls(state);
  if (std::holds_alternative<Auth>(command)) return check_auth(state);
  return std::nullopt;
}

Reply greet_extended(const State& state, std::string_view host, std::uint64_t max_message_bytes,
                     const std::vector<std::string>& mechanisms) {
  Reply reply(250, "", host);
  reply.add_line("PIPELINING");
  reply.add_line("SIZE " + std::to_string(max_message_bytes));
  reply.add_line("8BITMIME");
  reply.add_line("SMTPUTF8");
  reply.add_line("ENHANCEDSTATUSCODES");
  if (state.can_start_tls) reply.add_line("STARTTLS");
  if (state.role == Role::submission && state.may_ask_password && !state.is_logged_in && !mechanisms.empty()) {
    std::string line = "AUTH";
    for (const std::string& mechanism : mechanisms) line.append(" ").append(mechanism);
    reply.add_line(line);
  }
  return reply;
}

Reply list_verbs(Role role) {
  std::string verbs;
  for (const Rule& rule : kRules) {
    if (rule.verb.empty() || rule.verb == "EXPN" || (rule.verb == "AUTH" && role != Role::submission)) continue;
    if (!verbs.empty()) verbs.push_back(' ');
    verbs.append(rule.verb);
  }
  return Reply(214, "2.0.0", "These commands are known:").add_line(verbs);
}

}  // namespace portreeve::smtp
