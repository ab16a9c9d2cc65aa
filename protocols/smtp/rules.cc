#include "protocols/smtp/rules.h"

#include <algorithm>
#include <array>
#include <variant>

#include "core/mime/date.h"

namespace portreeve::smtp {
namespace {

struct Rule {
  std::string_view verb;
  std::optional<Extension> extension;  // that has to be offered
  bool needs_hello = false;
  bool needs_login = false;  // on a submission listener (RFC 6409 §4.3)
  bool needs_sender = false;
  bool forbids_sender = false;
};
constexpr std::optional<Extension> kCore;

// In the order of Command's alternatives.
constexpr std::array<Rule, std::variant_size_v<Command>> kRules{{
    //                       hello  login  sender no sender
    {"EHLO", kCore, false, false, false, false},
    {"HELO", kCore, false, false, false, false},
    {"LHLO", kCore, false, false, false, false},
    {"MAIL", kCore, true, true, false, true},  // RFC 5321 §4.1.4: no nested MAIL
    {"RCPT", kCore, true, true, true, false},
    {"DATA", kCore, true, true, true, false},
    {"BDAT", Extension::chunking, true, true, true, false},
    {"BURL", Extension::burl, true, true, true, false},
    {"RSET", kCore, false, false, false, false},
    {"NOOP", kCore, false, false, false, false},
    {"VRFY", Extension::vrfy, false, false, false, false},
    {"EXPN", Extension::expn, false, true, false, false},
    {"HELP", Extension::help, false, false, false, false},
    {"QUIT", kCore, false, false, false, false},
    {"STARTTLS", kCore, false, false, false, false},
    {"AUTH", kCore, true, false, false, true},  // RFC 4954 §4: not during a transaction
    {"XCLIENT", Extension::xclient, false, false, false, true},
    {"", kCore, false, false, false, false},  // HTTP
}};

// In the order of EHLO's lines. VRFY isn't there: it tells nothing.
constexpr std::array kAnnounced = {
    Extension::pipelining,     Extension::size,        Extension::eight_bit_mime,
    Extension::binary_mime,    Extension::chunking,    Extension::burl,
    Extension::smtputf8,       Extension::dsn,         Extension::deliver_by,
    Extension::future_release, Extension::mt_priority, Extension::rrvs,
    Extension::require_tls,    Extension::limits,      Extension::help,
    Extension::expn,           Extension::xclient,     Extension::enhanced_status_codes,
    Extension::starttls,       Extension::auth,
};

// Is it offered, and of use in this state?
bool works(Extension extension, const State& state) {
  if (!state.offered.has(extension)) return false;
  switch (extension) {
    case Extension::binary_mime: return state.offered.has(Extension::chunking);  // RFC 3030 §3
    case Extension::starttls: return state.can_start_tls;
    case Extension::auth: return state.role == Role::submission && state.may_ask_password && !state.is_logged_in;
    case Extension::require_tls: return state.is_encrypted;       // RFC 8689 §2
    case Extension::burl: return state.role == Role::submission;  // RFC 4468 §3.1
    case Extension::future_release: return state.role == Role::submission;
    case Extension::expn: return state.is_logged_in;
    case Extension::xclient: return state.is_trusted_proxy;
    default: return true;
  }
}

std::optional<Reply> check_hello(bool is_lmtp, const State& state) {
  if (is_lmtp == (state.role == Role::lmtp)) return std::nullopt;
  return is_lmtp ? Reply(500, "5.5.1", "This is SMTP: say EHLO") : Reply(500, "5.5.1", "This is LMTP: say LHLO");
}

std::optional<Reply> check_start_tls(const State& state) {
  if (state.is_encrypted) return Reply(503, "5.5.1", "TLS is in use already");
  if (!works(Extension::starttls, state)) return Reply(502, "5.5.1", "STARTTLS is not offered here");
  return std::nullopt;
}

std::optional<Reply> check_auth(const State& state) {
  if (state.role != Role::submission || !state.offered.has(Extension::auth)) {
    return Reply(502, "5.5.1", "AUTH is not offered here");
  }
  if (state.is_logged_in) return Reply(503, "5.5.1", "You are logged in already");  // RFC 4954 §4
  if (!state.may_ask_password) return Reply(538, "5.7.11", "Encryption required: issue STARTTLS first");
  return std::nullopt;
}

// The parameters of what is offered, but not here or not now.
std::optional<Reply> check_mail(const Mail& mail, const State& state) {
  const bool is_known = (!mail.requires_tls || works(Extension::require_tls, state)) &&
                        (!mail.hold || works(Extension::future_release, state));
  if (!is_known) return Reply(555, "5.5.4", "Unknown MAIL parameter");
  return std::nullopt;
}

std::optional<Reply> check_rcpt(const State& state) {
  if (state.is_chunking) return Reply(503, "5.5.1", "The message has begun: RSET ends it");
  return std::nullopt;
}

// DATA and BDAT
std::optional<Reply> check_message(bool is_data, const State& state) {
  // RFC 3030 §2 and §3
  if (is_data && state.is_chunking) return Reply(503, "5.5.1", "The message has begun with BDAT");
  if (is_data && state.is_binary) return Reply(503, "5.5.1", "BODY=BINARYMIME wants BDAT");
  if (state.has_recipients) return std::nullopt;
  // RFC 2033 §4.2; RFC 2920 §3.1
  return Reply(state.role == Role::lmtp ? 503 : 554, "5.5.1", "No recipient was accepted");
}

// RFC 5321 §7.3: who is on a list is nothing for strangers.
std::optional<Reply> check_expn(const State& state) {
  if (!state.is_logged_in) return Reply(502, "5.5.1", "EXPN is not offered here");
  return std::nullopt;
}

std::optional<Reply> check_xclient(const State& state) {
  if (!state.is_trusted_proxy) return Reply(550, "5.7.0", "XCLIENT is for proxies that are trusted");
  return std::nullopt;
}

Reply ask_for_login(const State& state) {
  if (!state.may_ask_password) return Reply(530, "5.7.0", "Must issue a STARTTLS command first");  // RFC 3207 §4
  return Reply(530, "5.7.0", "Authentication required");                                           // RFC 4954 §6
}

struct Checks {
  const State& state;

  std::optional<Reply> operator()(const Ehlo&) const { return check_hello(false, state); }
  std::optional<Reply> operator()(const Helo&) const { return check_hello(false, state); }
  std::optional<Reply> operator()(const Lhlo&) const { return check_hello(true, state); }
  std::optional<Reply> operator()(const Mail& mail) const { return check_mail(mail, state); }
  std::optional<Reply> operator()(const Rcpt&) const { return check_rcpt(state); }
  std::optional<Reply> operator()(const Data&) const { return check_message(true, state); }
  std::optional<Reply> operator()(const Bdat&) const { return check_message(false, state); }
  std::optional<Reply> operator()(const Burl&) const { return check_message(false, state); }
  std::optional<Reply> operator()(const Expn&) const { return check_expn(state); }
  std::optional<Reply> operator()(const StartTls&) const { return check_start_tls(state); }
  std::optional<Reply> operator()(const Auth&) const { return check_auth(state); }
  std::optional<Reply> operator()(const Xclient&) const { return check_xclient(state); }
  template <class T>
  std::optional<Reply> operator()(const T&) const {
    return std::nullopt;
  }
};

// max-future-release-interval and max-future-release-date-time (RFC 4865 §4)
std::string hold_limits(const Announcement& announcement) {
  constexpr std::uint64_t kMost = 999'999'999;
  const std::uint64_t seconds = std::min(announcement.max_hold_seconds, kMost);
  return std::to_string(seconds) + ' ' + mime::format_rfc3339(announcement.now + static_cast<std::int64_t>(seconds));
}

// What stands behind a keyword; nothing if the keyword has to stay away then.
std::optional<std::string> parameters(Extension extension, const State& state, const Announcement& announcement) {
  std::string text;
  switch (extension) {
    case Extension::size: return std::to_string(announcement.max_message_bytes);
    case Extension::burl:
      // RFC 4468 §3.1: a login is needed. §3.3: URLs with an authorization, and the user's own of this server without.
      return state.is_logged_in ? "imap imap://" + std::string(announcement.host) : std::string();
    case Extension::auth:
      for (const std::string& mechanism : announcement.mechanisms) text.append(" ").append(mechanism);
      break;
    case Extension::xclient:
      for (const std::string_view attribute : kXclientAttributes) text.append(" ").append(attribute);
      break;
    case Extension::limits:  // RFC 9422
      if (announcement.max_recipients > 0) text.append(" RCPTMAX=" + std::to_string(announcement.max_recipients));
      if (announcement.max_messages > 0) text.append(" MAILMAX=" + std::to_string(announcement.max_messages));
      break;
    case Extension::future_release:
      if (announcement.max_hold_seconds == 0) return std::nullopt;
      return hold_limits(announcement);
    default: return text;
  }
  if (text.empty()) return std::nullopt;
  return text.substr(1);
}

bool is_known(const Rule& rule, const State& state) {
  if (rule.verb.empty()) return false;
  if (rule.verb == "EHLO" || rule.verb == "HELO") return state.role != Role::lmtp;
  if (rule.verb == "LHLO") return state.role == Role::lmtp;
  if (rule.verb == "STARTTLS") return state.offered.has(Extension::starttls);
  if (rule.verb == "AUTH") return state.role == Role::submission && state.offered.has(Extension::auth);
  return !rule.extension || works(*rule.extension, state);
}

}  // namespace

std::optional<Reply> check(const Command& command, const State& state) {
  const Rule& rule = kRules[command.index()];
  if (rule.extension && !state.offered.has(*rule.extension)) {
    return Reply(502, "5.5.1", std::string(rule.verb) + " is not offered here");
  }
  if (rule.needs_hello && !state.has_greeted) {
    return Reply(503, "5.5.1", state.role == Role::lmtp ? "Say LHLO first" : "Say EHLO first");
  }
  if (rule.needs_login && state.role == Role::submission && !state.is_logged_in) return ask_for_login(state);
  if (rule.forbids_sender && state.has_sender) return Reply(503, "5.5.1", "A message is under way: RSET ends it");
  if (rule.needs_sender && !state.has_sender) return Reply(503, "5.5.1", "MAIL comes first");
  return std::visit(Checks{state}, command);
}

Reply greet_extended(const State& state, const Announcement& announcement) {
  Reply reply(250, "", announcement.host);
  for (const Extension extension : kAnnounced) {
    if (!works(extension, state)) continue;
    const std::optional<std::string> text = parameters(extension, state, announcement);
    if (!text) continue;
    std::string line(keyword(extension));
    if (!text->empty()) line.append(" ").append(*text);
    reply.add_line(line);
  }
  return reply;
}

Reply list_verbs(const State& state) {
  std::string verbs;
  for (const Rule& rule : kRules) {
    if (!is_known(rule, state)) continue;
    if (!verbs.empty()) verbs.push_back(' ');
    verbs.append(rule.verb);
  }
  return Reply(214, "2.0.0", "These commands are known:").add_line(verbs);
}

}  // namespace portreeve::smtp
