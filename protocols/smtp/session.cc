#include "protocols/smtp/session.h"

#include <algorithm>
#include <array>
#include <exception>
#include <variant>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "protocols/session/connection_log.h"
#include "protocols/smtp/conversation.h"

namespace portreeve::smtp {
namespace {

constexpr async::Milliseconds kGoodbyeTimeout{5'000};
// Of replies, before they are sent though further commands wait.
constexpr std::size_t kMaxQueuedBytes = std::size_t{16} * 1024;

// How long a session whose peer sends many commands at once may go on before others get their turn.
constexpr std::chrono::milliseconds kTurn{2};

// Codes of commands that could not be meant, and of senders that aren't the peer's; the others of the 5xx are about a
// message or a recipient.
bool is_error(unsigned code) { return (code >= 500 && code < 550) || code == 553 || code == 555; }

constexpr std::array<std::string_view, std::variant_size_v<Command>> kVerbs{
    "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA",     "BDAT", "BURL",    "RSET",
    "NOOP", "VRFY", "EXPN", "HELP", "QUIT", "STARTTLS", "AUTH", "XCLIENT", "HTTP"};

// Of these a client may send so many between two messages; see Options::max_idle_commands.
bool does_nothing(const Command& command) {
  return std::holds_alternative<Noop>(command) || std::holds_alternative<Rset>(command) ||
         std::holds_alternative<Help>(command) || std::holds_alternative<Vrfy>(command) ||
         std::holds_alternative<Expn>(command) || std::holds_alternative<Ehlo>(command) ||
         std::holds_alternative<Helo>(command) || std::holds_alternative<Lhlo>(command);
}

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace

async::Task<> serve(net::Connection& connection, const session::Services& services, const Options& options) {
  if (!co_await session::begin_security(connection, options.security, options.timeouts.handshake)) co_return;
  Conversation conversation(connection, services, options);
  session::log_connection_opened(connection, conversation.protocol());
  std::string_view reason = "internal error";
  try {
    reason = co_await conversation.run();
  } catch (const std::exception& exception) {
    base::log::error("session_failed",
                     {{"id", connection.id}, {"protocol", conversation.protocol()}, {"error", exception.what()}});
    Reply(421, "4.3.0", "Internal error, closing; try again later").print(connection.stream.output());
  }
  connection.stream.set_deadline(kGoodbyeTimeout);
  co_await connection.stream.close(conversation.is_cut_short() ? net::Parting::cut_short : net::Parting::done);
  session::log_connection_closed(connection, conversation.protocol(), reason, conversation.account());
}

Extensions offered(const Options& options) {
  Extensions offered = Extensions::all();
  for (std::size_t i = 0; i < kExtensions; ++i) {
    const auto extension = static_cast<Extension>(i);
    if (options.switched_off.has(extension)) offered = offered.without(extension);
  }
  if (options.role != Role::submission) {
    // RFC 4865 §1 is for submission alone, and passwords and lists are for users.
    offered = offered.without(Extension::auth).without(Extension::future_release).without(Extension::expn);
    offered = offered.without(Extension::burl);  // RFC 4468 §3.1
  }
  if (!offered.has(Extension::eight_bit_mime)) offered = offered.without(Extension::burl);  // RFC 4468 §4
  // A report that can't be sent out must not be promised (RFC 3461 §5); LMTP leaves them to the server in front.
  const bool reports = options.role == Role::submission || (options.role == Role::mx && options.outbound != nullptr);
  if (!reports) offered = offered.without(Extension::dsn);
  // RFC 3030 §3: BINARYMIME needs CHUNKING; and BODY is 8BITMIME's.
  if (!offered.has(Extension::chunking) || !offered.has(Extension::eight_bit_mime)) {
    offered = offered.without(Extension::binary_mime);
  }
  if (options.max_hold.count() == 0) offered = offered.without(Extension::future_release);
  if (options.xclient_networks.empty()) offered = offered.without(Extension::xclient);
  return offered;
}

Conversation::Conversation(net::Connection& connection, const session::Services& services, const Options& options)
    : connection_(connection),
      stream_(connection.stream),
      services_(services),
      options_(options),
      offered_(offered(options)),
      has_enhanced_codes_(offered_.has(Extension::enhanced_status_codes)),
      is_trusted_proxy_(net::contains(options_.xclient_networks, connection_.peer)) {}

std::string_view Conversation::protocol() const {
  switch (options_.role) {
    case Role::mx: return "smtp";
    case Role::submission: return "submission";
    case Role::lmtp: return "lmtp";
  }
  return "smtp";
}

async::Task<std::string_view> Conversation::run() {
  if (!co_await greet()) co_return ending_;
  while (ending_.empty()) {
    verb_ = {};
    const Line line = co_await next_line(false);
    if (line == Line::none) break;
    if (std::chrono::steady_clock::now() > turn_ends_) {
      co_await async::Yield(stream_.loop());
      turn_ends_ = std::chrono::steady_clock::now() + kTurn;
    }
    Answer reply;
    if (line == Line::complete) {
      reply = co_await answer();
    } else {
      reply = refuse_line(line);
    }
    if (reply) settle(std::move(*reply));
  }
  co_return ending_;
}

// Whoever talks before it is his turn is no mail server, but a program that sends its lines without listening (RFC 5321
// §3.1). False: the session is over.
async::Task<bool> Conversation::greet() {
  bool is_early = stream_.has_early_input();
  if (!is_early && options_.greeting_delay.count() > 0) {
    stream_.set_deadline(options_.greeting_delay);
    const net::Result<net::Wake> wake = co_await stream_.wait_input();
    if (!wake && wake.error() != net::Errc::timeout) {
      end(wake.error());
      co_return false;
    }
    is_early = wake == net::Wake::input;
  }
  if (is_early) {
    settle(cut_short("talked before the greeting", Reply(554, "5.5.1", "You talked before the greeting, closing")));
    co_return false;
  }
  say(greeting());
  co_return true;
}

Reply Conversation::greeting() const {
  const std::string_view name = options_.role == Role::lmtp ? " LMTP Portreeve" : " ESMTP Portreeve";
  return {220, "", services_.host_name + std::string(name)};
}

// Only CRLF ends a line (RFC 5321 §2.3.8). What has a CR or an LF alone, or is too long, gets its one reply at once;
// the rest of it, to its CRLF, gets none.
async::Task<Conversation::Line> Conversation::next_line(bool is_response) {
  stream_.set_deadline(idle_timeout());
  for (;;) {
    if (stream_.is_stop_requested()) {
      say(end("server shutting down", Reply(421, "4.3.2", services_.host_name + " is shutting down")));
      co_return Line::none;
    }
    const std::string_view text = stream_.buffered();
    if (is_passing_over_) {
      const std::size_t end_of_line = text.find("\r\n");
      is_passing_over_ = end_of_line == std::string_view::npos;
      if (!is_passing_over_) stream_.set_deadline(idle_timeout());
      stream_.consume(is_passing_over_ ? text.size() - (text.ends_with('\r') ? 1 : 0) : end_of_line + 2);
      if (!is_passing_over_) continue;
    } else {
      const std::size_t limit = is_response ? kMaxAuthLineBytes : line_limit(text);
      const std::size_t at = std::min(text.find_first_of("\r\n", searched_), text.size());
      // A CR at the end has to be looked at again.
      searched_ = text.ends_with('\r') ? text.size() - 1 : text.size();
      const bool is_line = text.substr(at).starts_with("\r\n");
      if (at > limit || (at < text.size() && !is_line && text.substr(at) != "\r")) {
        is_passing_over_ = !is_line;
        searched_ = 0;
        line_.assign(text.substr(0, std::min(at, kMaxLineBytes)));
        // A CR at the end of what came so far may be half of the CRLF that ends the line.
        stream_.consume(is_line ? at + 2 : at);
        co_return at > limit ? Line::too_long : Line::bare;
      }
      if (is_line) {
        searched_ = 0;
        line_.assign(text.substr(0, at));
        stream_.consume(at + 2);
        co_return Line::complete;
      }
    }
    if (!co_await wait_for_input()) co_return Line::none;
  }
}

// A message that lacks what an unreadable BURL stands for is none (RFC 4468 §3.2).
void Conversation::lose_part() {
  if (!base::starts_with_ignoring_case(base::trimmed(line_), "BURL")) return;
  transaction_.reset();
  reception_.reset();
}

Reply Conversation::refuse_line(Line line) {
  lose_part();
  Reply reply(500, "5.5.2",
              line == Line::too_long ? "Line too long" : "A line ends with CR LF, and neither stands alone");
  return begins_chunk() ? cut_short("unreadable BDAT", std::move(reply)) : reply;
}

// Of what follows an unreadable BDAT nobody can tell where the chunk ends and where commands begin.
bool Conversation::begins_chunk() const { return base::starts_with_ignoring_case(base::trimmed(line_), "BDAT"); }

async::Task<bool> Conversation::wait_for_input() {
  net::Result<> waited;
  if (stream_.queued_bytes() > 0) waited = co_await stream_.flush();
  if (waited && stream_.buffered().empty()) {
    const net::Result<net::Wake> wake = co_await stream_.wait_input();
    if (!wake) waited = std::unexpected(wake.error());
    // Once a line has begun it has to end soon. The rest of one that is passed over has no more time than what is left:
    // there may be no end of it.
    if (wake == net::Wake::input && !is_passing_over_) stream_.set_deadline(options_.timeouts.command);
  } else if (waited) {
    waited = co_await stream_.fill_command(kMaxAuthLineBytes + 2);
  }
  if (!waited) end(waited.error());
  co_return waited.has_value();
}

async::Task<Conversation::Answer> Conversation::answer() {
  if (stream_.queued_bytes() > kMaxQueuedBytes) {
    if (const auto flushed = co_await stream_.flush(); !flushed) {
      end(flushed.error());
      co_return std::nullopt;
    }
  }
  std::expected<Command, Reply> command = parse_command(line_, offered_);
  if (!command) {
    lose_part();
    if (begins_chunk()) co_return cut_short("unreadable BDAT", command.error());
    co_return command.error();
  }
  verb_ = kVerbs[command->index()];
  // Its chunk comes, be it welcome or not.
  if (auto* bdat = std::get_if<Bdat>(&*command)) co_return co_await receive_chunk(*bdat);
  if (auto* burl = std::get_if<Burl>(&*command)) co_return co_await receive_url(std::move(*burl));
  if (does_nothing(*command)) ++idle_commands_;
  if (auto refusal = check(*command, state())) co_return refusal;
  if (std::holds_alternative<Data>(*command)) co_return co_await receive();
  if (std::holds_alternative<StartTls>(*command)) co_return co_await start_tls();
  if (auto* auth = std::get_if<Auth>(&*command)) co_return co_await authenticate(std::move(*auth));
  co_return std::visit(
      Overloaded{[](const Data&) -> Answer { return std::nullopt; }, [](const Bdat&) -> Answer { return std::nullopt; },
                 [](const Burl&) -> Answer { return std::nullopt; },
                 [](const StartTls&) -> Answer { return std::nullopt; },
                 [](const Auth&) -> Answer { return std::nullopt; },
                 [this](const auto& plain) -> Answer { return on(plain); }},
      *command);
}

void Conversation::settle(Reply reply) {
  if (is_error(reply.code())) ++errors_;
  if (reply.is_refusal()) log_refusal(reply);
  if (ending_.empty()) {
    if (auto last = limit_passed()) {
      log_refusal(*last);
      reply = std::move(*last);
    }
  }
  say(reply);
}

std::optional<Reply> Conversation::limit_passed() {
  if (errors_ >= options_.max_errors) {
    return cut_short("too many errors", Reply(421, "4.7.0", "Too many errors, closing"));
  }
  if (refused_recipients_ >= options_.max_refused_recipients && options_.role != Role::lmtp) {
    return cut_short("too many refused recipients", Reply(421, "4.7.0", "Too many refused recipients, closing"));
  }
  if (failed_logins_ >= options_.max_failed_logins) {
    return cut_short("too many failed logins", Reply(421, "4.7.0", "Too many failed logins, closing"));
  }
  if (idle_commands_ > options_.max_idle_commands) {
    return cut_short("too many commands that do nothing",
                     Reply(421, "4.7.0", "Too many commands without mail, closing"));
  }
  return std::nullopt;
}

// The line itself may hold a password, and isn't told.
void Conversation::log_refusal(const Reply& reply) const {
  base::log::info("refused", {{"id", connection_.id},
                              {"protocol", protocol()},
                              {"peer", connection_.peer.text()},
                              {"command", verb_.empty() ? std::string_view("-") : verb_},
                              {"code", reply.code()},
                              {"enhanced", reply.enhanced()},
                              {"reason", reply.text()}});
}

async::Task<bool> Conversation::ask(const Reply& reply) {
  say(reply);
  const net::Result<> flushed = co_await stream_.flush();
  if (!flushed) end(flushed.error());
  co_return flushed.has_value();
}

Reply Conversation::end(std::string_view reason, Reply reply) {
  ending_ = reason;
  return reply;
}

Reply Conversation::cut_short(std::string_view reason, Reply reply) {
  is_cut_short_ = true;
  return end(reason, std::move(reply));
}

void Conversation::end(net::Errc error) {
  ending_ = net::describe(error);
  if (error == net::Errc::timeout) say(Reply(421, "4.4.2", services_.host_name + " waited too long, closing"));
}

State Conversation::state() const {
  return State{.role = options_.role,
               .has_greeted = !client_name_.empty(),
               .is_logged_in = account_.id != 0,
               .has_sender = transaction_.has_value(),
               .has_recipients = transaction_ && !transaction_->envelope.recipients.empty(),
               .is_encrypted = stream_.tls() != nullptr,
               .can_start_tls = session::can_start_tls(connection_, options_.security),
               .may_ask_password = session::may_ask_password(connection_, options_.security),
               .offered = offered_,
               .is_chunking = reception_ != nullptr,
               .is_binary = transaction_ && transaction_->envelope.body == BodyType::binary,
               .is_trusted_proxy = is_trusted_proxy_};
}

// RFC 3207 §4.2: whatever was learnt in clear is forgotten.
void Conversation::start_anew() {
  client_name_.clear();
  is_esmtp_ = false;
  account_ = {};
  transaction_.reset();
  reception_.reset();
}

}  // namespace portreeve::smtp
