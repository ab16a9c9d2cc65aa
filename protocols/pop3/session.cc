#include "protocols/pop3/session.h"

#include <exception>

#include "core/base/log.h"
#include "protocols/pop3/conversation.h"
#include "protocols/session/connection_log.h"
#include "protocols/session/texts.h"

namespace portreeve::pop3 {
namespace {

constexpr async::Milliseconds kGoodbyeTimeout{5'000};

}  // namespace

async::Task<> serve(net::Connection& connection, const session::Services& services, const Options& options) {
  if (!co_await session::begin_security(connection, options.security, options.handshake_timeout)) co_return;
  session::log_connection_opened(connection, "pop3");
  Conversation conversation(connection, services, options);
  std::string_view reason = "internal error";
  try {
    reason = co_await conversation.run();
    conversation.leave_maildrop();
  } catch (const std::exception& exception) {
    base::log::error("session_failed", {{"id", connection.id}, {"protocol", "pop3"}, {"error", exception.what()}});
    write_error(connection.stream.output(), Code::sys_temp, "internal error");
  }
  connection.stream.set_deadline(kGoodbyeTimeout);
  co_await connection.stream.close();
  session::log_connection_closed(connection, "pop3", reason, conversation.account());
}

async::Task<std::string_view> Conversation::run() {
  write_ok(stream_.output(), "Portreeve POP3 server ready");
  Outcome outcome = Outcome::good;
  while (outcome == Outcome::good || outcome == Outcome::bad) {
    if (!co_await flush_if_due()) co_return ending_;
    if (place_) place_->rest(stream_.loop().now());
    if (!co_await next_line()) co_return ending_;
    if (place_) place_->work();
    outcome = co_await execute();
    errors_ = outcome == Outcome::bad ? errors_ + 1 : 0;
    if (errors_ >= options_.max_errors) {
      ending_ = "too many errors";
      error(Code::none, "too many errors, goodbye");
      break;
    }
  }
  co_return ending_;
}

bool Conversation::is_next_line_buffered() const {
  return pop3::next_line(stream_.buffered(), options_.max_line_bytes).kind != Line::Kind::need_more;
}

async::Task<bool> Conversation::flush_if_due() {
  if (stream_.queued_bytes() == 0) co_return true;
  // RFC 2449 §6.6: answers to commands that came together leave together.
  if (stream_.queued_bytes() < kMaxQueuedBytes && is_next_line_buffered()) co_return true;
  stream_.set_deadline(options_.write_timeout);
  const net::Result<> flushed = co_await stream_.flush();
  if (!flushed) ending_ = net::describe(flushed.error());
  co_return flushed.has_value();
}

async::Task<bool> Conversation::wait_for_input() {
  net::Result<> waited;
  if (stream_.buffered().empty()) {
    const net::Result<net::Wake> wake = co_await stream_.wait_input();
    if (!wake) waited = std::unexpected(wake.error());
  } else {
    waited = co_await stream_.fill_command(options_.max_line_bytes + 2);
  }
  if (!waited) ending_ = net::describe(waited.error());
  co_return waited.has_value();
}

async::Task<bool> Conversation::next_line() {
  // One budget for the whole line: bytes that dribble in don't extend it.
  stream_.set_deadline(state() == State::authorization ? options_.login_timeout : options_.idle_timeout);
  for (;;) {
    if (stream_.is_stop_requested()) {
      error(Code::sys_temp, "server shutting down");
      ending_ = "server shutting down";
      co_return false;
    }
    if (place_ && place_->is_lost()) {
      error(Code::in_use, "another session has taken the mailbox over");
      ending_ = "gave way to another session";
      co_return false;
    }
    const Line line = pop3::next_line(stream_.buffered(), options_.max_line_bytes);
    if (line.kind == Line::Kind::line) {
      line_ = line.text;
      stream_.consume(line.consumed);
      co_return true;
    }
    if (line.kind == Line::Kind::too_long) {
      if (++errors_ >= options_.max_errors) {
        error(Code::none, "too many errors, goodbye");
        ending_ = "too many errors";
        co_return false;
      }
      error(Code::none, "line too long");
      const net::Result<> discarded = co_await stream_.discard_line();
      if (!discarded) ending_ = net::describe(discarded.error());
      if (!discarded || !co_await flush_if_due()) co_return false;
      continue;
    }
    if (!co_await wait_for_input()) co_return false;
  }
}

async::Task<Conversation::Outcome> Conversation::execute() {
  const std::expected<Command, Fault> command = parse(line_);
  if (!command) co_return refuse(command.error());
  if (!is_in_place(command->verb)) co_return Outcome::bad;
  co_return co_await dispatch(*command);
}

async::Task<Conversation::Outcome> Conversation::dispatch(const Command& command) {
  switch (command.verb) {
    case Verb::auth: co_return co_await auth(command);
    case Verb::capa: co_return capa();
    case Verb::dele: co_return dele(command);
    case Verb::lang: co_return lang(command);
    case Verb::list:
    case Verb::uidl: co_return co_await list(command);
    case Verb::noop: co_return ok("still here");
    case Verb::pass: co_return co_await pass(command);
    case Verb::quit: co_return co_await quit();
    case Verb::retr:
    case Verb::top: co_return co_await retrieve(command);
    case Verb::rset: drop_->unmark_all(); co_return ok("nothing is marked for removal");
    case Verb::stat: co_return stat();
    case Verb::stls: co_return co_await stls();
    case Verb::user: co_return user(command);
    case Verb::utf8: co_return utf8();
  }
  co_return Outcome::bad;
}

Conversation::Outcome Conversation::refuse(Fault fault) {
  switch (fault) {
    case Fault::unknown_verb: error(Code::none, "unknown command"); break;
    case Fault::syntax: error(Code::none, "syntax error in the arguments"); break;
    case Fault::foreign:
      error(Code::none, "this is a POP3 server");
      ending_ = "another protocol";
      return Outcome::end;
  }
  return Outcome::bad;
}

bool Conversation::is_in_place(Verb verb) {
  if (is_allowed(verb, state())) return true;
  if (drop_) {
    error(Code::none, "not after login");
  } else {
    error(Code::none, "log in first");
  }
  return false;
}

Conversation::Outcome Conversation::error(Code code, Text text) {
  write_translated_error(stream_.output(), code, said(text));
  return Outcome::bad;
}

Conversation::Outcome Conversation::ok(Text text) {
  write_translated_ok(stream_.output(), said(text));
  return Outcome::good;
}

std::string Conversation::said(Text text) const { return session::translated(text.view(), language_); }

void Conversation::count(std::uint64_t number, Text what) { write_count(stream_.output(), number, said(what)); }

// RFC 2449 §5
Conversation::Outcome Conversation::capa() {
  ok("capability list follows");
  write_capabilities(stream_.output(), abilities());
  return Outcome::good;
}

// RFC 6856 §3
Conversation::Outcome Conversation::lang(const Command& command) {
  if (command.text.empty()) {
    ok("language list follows");
    for (const session::Language each : session::languages()) {
      write_known_language(stream_.output(), session::language_tag(each), session::language_name(each));
    }
    write_end(stream_.output());
    return Outcome::good;
  }
  if (!session::is_language_range(command.text)) return refuse(Fault::syntax);
  const std::optional<session::Language> language = session::choose_language(std::span(&command.text, 1));
  if (!language) return error(Code::none, "not a language spoken here");
  language_ = *language;
  // Those answers were made in the language before.
  ahead_.clear();
  write_language(stream_.output(), session::language_tag(language_), said("this language from here on"));
  return Outcome::good;
}

}  // namespace portreeve::pop3
