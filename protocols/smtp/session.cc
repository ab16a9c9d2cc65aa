#include "protocols/smtp/session.h"

#include <algorithm>
#include <exception>

#include "core/base/log.h"
#include "protocols/session/connection_log.h"
#include "protocols/smtp/conversation.h"

namespace portreeve::smtp {
namespace {

constexpr async::Milliseconds kGoodbyeTimeout{5'000};
// Of replies, before they are sent though further commands wait.
constexpr std::size_t kMaxQueuedBytes = std::size_t{16} * 1024;

// Codes of commands that could not be meant; the others of the 5xx are about a message or an address.
bool is_error(unsigned code) { return (code >= 500 && code < 550) || code == 555; }

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

async::Task<std::string_view> Conversation::run() {
  say(Reply(220, "", services_.host_name + " ESMTP Portreeve"));
  while (ending_.empty()) {
    const Line line = co_await next_line(false);
    if (line == Line::none) break;
    Answer reply = line == Line::too_long ? Reply(500, "5.5.2", "Line too long") : co_await answer();
    if (!reply) continue;
    count_errors(*reply);
    say(*reply);
  }
  co_return ending_;
}

async::Task<Conversation::Line> Conversation::next_line(bool is_response) {
  stream_.set_deadline(account_.id != 0 ? options_.timeouts.idle : options_.timeouts.login);
  for (;;) {
    if (stream_.is_stop_requested()) {
      say(end("server shutting down", Reply(421, "4.3.2", services_.host_name + " is shutting down")));
      co_return Line::none;
    }
    const std::string_view text = stream_.buffered();
    const std::size_t limit = is_response ? kMaxAuthLineBytes : line_limit(text);
    const std::size_t end_of_line = text.find('\n');
    if (std::min(end_of_line, text.size()) > limit + 1) {  // the CR doesn't count
      if (const auto discarded = co_await stream_.discard_line(); !discarded) {
        end(discarded.error());
        co_return Line::none;
      }
      co_return Line::too_long;
    }
    if (end_of_line != std::string_view::npos) {
      line_.assign(text.substr(0, end_of_line));
      if (line_.ends_with('\r')) line_.pop_back();
      stream_.consume(end_of_line + 1);
      co_return Line::complete;
    }
    if (!co_await wait_for_input()) co_return Line::none;
  }
}

async::Task<bool> Conversation::wait_for_input() {
  net::Result<> waited;
  if (stream_.queued_bytes() > 0) waited = co_await stream_.flush();
  if (waited && stream_.buffered().empty()) {
    const net::Result<net::Wake> wake = co_await stream_.wait_input();
    if (!wake) waited = std::unexpected(wake.error());
    // Once a line has begun it has to end soon.
    if (wake == net::Wake::input) stream_.set_deadline(options_.timeouts.command);
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
  std::expected<Command, Reply> command = parse_command(line_);
  if (!command) co_return command.error();
  if (auto refusal = check(*command, state())) co_return refusal;
  if (std::holds_alternative<Data>(*command)) co_return co_await receive();
  if (std::holds_alternative<StartTls>(*command)) co_return co_await start_tls();
  if (auto* auth = std::get_if<Auth>(&*command)) co_return co_await authenticate(std::move(*auth));
  co_return std::visit(Overloaded{[](const Data&) -> Answer { return std::nullopt; },
                                  [](const StartTls&) -> Answer { return std::nullopt; },
                                  [](const Auth&) -> Answer { return std::nullopt; },
                                  [this](const auto& plain) -> Answer { return on(plain); }},
                       *command);
}

void Conversation::count_errors(Reply& reply) {
  if (is_error(reply.code())) ++errors_;
  if (!ending_.empty()) return;
  if (errors_ >= options_.max_errors) {
    reply = cut_short("too many errors", Reply(421, "4.7.0", "Too many errors, closing"));
  } else if (unknown_recipients_ >= options_.max_unknown_recipients) {
    reply = cut_short("too many unknown recipients", Reply(421, "4.7.0", "Too many unknown recipients, closing"));
  } else if (failed_logins_ >= options_.max_failed_logins) {
    reply = cut_short("too many failed logins", Reply(421, "4.7.0", "Too many failed logins, closing"));
  }
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
               .has_recipients = transaction_ && !transaction_->mailboxes.empty(),
               .is_encrypted = stream_.tls() != nullptr,
               .can_start_tls = session::can_start_tls(connection_, options_.security),
               .may_ask_password = session::may_ask_password(connection_, options_.security)};
}

// RFC 3207 §4.2: whatever was learnt in clear is forgotten.
void Conversation::start_anew() {
  client_name_.clear();
  is_esmtp_ = false;
  account_ = {};
  transaction_.reset();
}

}  // namespace portreeve::smtp
