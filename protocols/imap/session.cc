#include "protocols/imap/session.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/compress/deflate_layer.h"
#include "protocols/imap/context.h"
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/saved_result.h"
#include "protocols/imap/uid_only.h"
#include "protocols/session/connection_log.h"

namespace portreeve::imap {
namespace {

constexpr Ending kIdleTooLong{"timed out", "Idle too long"};  // RFC 3501 §5.4
constexpr Ending kTooManyErrors{"too many errors", "Too many errors"};
constexpr Ending kHttp{"HTTP request", "This is IMAP"};
constexpr Ending kBroken{"internal error", "Internal error"};

void greet(Context& context) {
  context.tell(Reply::ok(context.services.host_name + " Portreeve ready", Code::capability(capabilities(context))));
}

// A browser that was made to send a form here must not get past its headers.
bool looks_like_http(std::string_view line) {
  line = line.substr(0, line.find('\n'));
  return line.find(" HTTP/") != std::string_view::npos;
}

async::Task<Reply> dispatch(Context& context, const Command& command) {
  const Numbers numbers = command.is_uid ? Numbers::uid : Numbers::sequence;
  return std::visit(
      [&](const auto& body) {
        if constexpr (requires { handle(context, body, numbers); }) {
          return handle(context, body, numbers);
        } else {
          return handle(context, body);
        }
      },
      command.body);
}

// What can't be done as the session stands.
std::optional<Reply> refuse_state(const Context& context, const Command& command) {
  if ((traits(command.body).states & context.state()) != 0) {
    if (context.is_uid_only && uses_sequence_numbers(command)) return uid_required();
    return std::nullopt;
  }
  if (!context.is_logged_in()) return Reply::bad("Log in first");
  if (traits(command.body).states == kNotAuthenticated) return Reply::bad("Already logged in");
  return Reply::bad("Select a mailbox first");
}

// Does the handler look for news itself? STORE has to know what the client knew, and FETCH tells first what vanished.
bool looks_itself(const CommandBody& body) {
  const auto* fetch = std::get_if<Fetch>(&body);
  return std::holds_alternative<Store>(body) || (fetch != nullptr && fetch->tells_vanished);
}

bool expunges(const CommandBody& body) {
  return std::holds_alternative<Expunge>(body) || std::holds_alternative<Move>(body) ||
         std::holds_alternative<Replace>(body);
}

void log_command(const Context& context, const Traits& traits, const Reply& reply) {
  if (!base::log::is_enabled(base::log::Level::debug)) return;
  constexpr std::string_view kConditions[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
  base::log::debug("imap_command", {{"id", context.connection.id},
                                    {"command", traits.name},
                                    {"reply", kConditions[static_cast<std::size_t>(reply.condition)]},
                                    {"text", reply.text.view()}});
}

// A refused login counts too, where that is answered.
void count(Context& context, const Reply& reply) {
  if (reply.condition == Condition::bad) ++context.errors;
  if (reply.condition == Condition::ok && context.is_logged_in()) context.errors = 0;
  if (context.errors >= context.options.max_errors) context.end(kTooManyErrors);
}

// RFC 4978 §3: the tagged OK is the last that goes out as it is, and what the client sent behind its command is
// compressed already.
async::Task<> start_compression(Context& context) {
  context.stream().set_deadline(context.options.timeouts.transfer);
  const auto started = co_await context.stream().add_layer(compress::make_deflate_layer);
  if (!started) context.lose(started.error());
  context.is_compressed = true;
}

async::Task<> run(Context& context, Command& command) {
  context.tag = command.tag;
  const Traits& command_traits = traits(command.body);
  if (const auto refusal = refuse_state(context, command)) {
    if (const AppendStretch* stretch = append_stretch(command.body)) refuse_append(context, *stretch);
    write_tagged(context.out(), command.tag, *refusal, context.language);
    count(context, *refusal);
    co_return;
  }
  // One that leaves may do so in peace.
  if (!std::holds_alternative<Logout>(command.body) && !renew_rights(context)) co_return;
  // The newest flags are what a FETCH or SEARCH is answered with. Others are told once they are done, expunges too.
  if (command_traits.forbids_expunge && !looks_itself(command.body) && has_news(context, false))
    co_await tell_news(context, false, command.is_uid);

  if (context.selected) insert_saved(command, context.selected->saved, context.selected->view->messages());
  Reply reply = co_await dispatch(context, command);

  // RFC 3501 §7.4.1: no EXPUNGE while a command by sequence numbers runs.
  const bool may_expunge = !command_traits.forbids_expunge || command.is_uid;
  // Who asked for no news is told what its own commands removed, and what goes with it.
  if (is_still(context) && expunges(command.body) && context.selected && context.selected->has_news(true))
    co_await tell_changes(context, context.selected->advance(true), command.is_uid);
  if (!context.is_over() && (context.notifications || has_news(context, may_expunge)))
    co_await tell_news(context, may_expunge, command.is_uid);
  if (context.selected && !context.is_over()) {
    // RFC 5530 §3: the client may want to issue NOOP soon.
    if (context.selected->view->has_ghosts() && reply.code.empty() && reply.condition == Condition::ok)
      reply.code = Code("EXPUNGEISSUED");
  }
  if (context.is_over() && context.ending->reason != kLogout.reason) co_return;
  write_tagged(context.out(), command.tag, reply, context.language);
  log_command(context, command_traits, reply);
  count(context, reply);

  if (context.starts_tls) {
    context.starts_tls = false;
    // RFC 3501 §6.2.1: what the client said or was told in clear is forgotten; upgrade_tls() drops buffered input.
    context.client_off = nullptr;
    context.parser = Parser(parser_limits(context));
    context.language = session::Language::i_default;  // RFC 5255 §3.1: somebody else may have chosen it
    if (!co_await session::upgrade_tls(context.connection, context.options.security,
                                       context.options.timeouts.handshake))
      context.end({"TLS handshake failed"});
  }
  if (std::exchange(context.starts_compression, false)) co_await start_compression(context);
}

void refuse(Context& context, const Rejected& rejected) {
  if (rejected.tag.empty()) {
    context.tell(rejected.reply);
  } else {
    write_tagged(context.out(), rejected.tag, rejected.reply, context.language);
  }
  if (rejected.is_fatal) context.end({"fatal syntax error"});
  count(context, rejected.reply);
}

// After NOTIFY there is something to tell at any time, at first the expunges that a command kept back. That doesn't put
// off the end of a silent client.
async::Task<net::Result<net::Wake>> rest_with_news(Context& context) {
  net::Stream& stream = context.stream();
  const std::int64_t due = context.loop().now() + context.options.timeouts.idle.count();
  net::Result<net::Wake> wake = net::Wake::notified;
  while (wake && *wake == net::Wake::notified) {
    if (!renew_rights(context)) break;
    co_await tell_news(context, may_expunge_at_rest(context), true);
    if (!context.is_over() && stream.queued_bytes() > 0) {
      if (const auto sent = co_await context.flush(); !sent) context.lose(sent.error());
    }
    if (context.is_over()) break;
    stream.set_deadline(async::Milliseconds(std::max<std::int64_t>(due - context.loop().now(), 1)));
    wake = co_await stream.wait_input();
  }
  co_return wake;
}

// Rests until the client sends something, or the rest of what it began. A command has its own deadline from its first
// byte on, whatever trickles in.
async::Task<> await_input(Context& context, std::int64_t& command_due) {
  net::Stream& stream = context.stream();
  if (context.parser.is_within_command() || !stream.buffered().empty()) {
    const std::int64_t now = context.loop().now();
    if (command_due == 0) command_due = now + context.options.timeouts.command.count();
    co_await context.fill(async::Milliseconds(std::max<std::int64_t>(command_due - now, 1)));
    co_return;
  }
  command_due = 0;
  if (stream.queued_bytes() > 0) {
    if (const auto sent = co_await context.flush(); !sent) {
      context.lose(sent.error());
      co_return;
    }
  }
  const session::Timeouts& timeouts = context.options.timeouts;
  net::Result<net::Wake> wake = net::Wake::notified;
  if (context.notifications) {
    wake = co_await rest_with_news(context);
  } else {
    stream.set_deadline(context.is_logged_in() ? timeouts.idle : timeouts.login);
    wake = co_await stream.wait_input();
  }
  if (!wake) {
    if (wake.error() == net::Errc::timeout) context.end(kIdleTooLong);
    context.lose(wake.error());
  } else if (*wake == net::Wake::stopping) {
    context.end(kStopping);
  }
}

async::Task<> converse(Context& context) {
  greet(context);
  std::int64_t command_due = 0;
  while (!context.is_over()) {
    net::Stream& stream = context.stream();
    Step step = context.parser.next(stream.buffered());
    const bool is_http =
        std::holds_alternative<Rejected>(step.event) && !context.is_logged_in() && looks_like_http(stream.buffered());
    stream.consume(step.consumed);
    if (is_http) {
      context.end(kHttp);
    } else if (const auto* rejected = std::get_if<Rejected>(&step.event)) {
      refuse(context, *rejected);
      command_due = 0;
    } else if (auto* command = std::get_if<Command>(&step.event)) {
      command_due = 0;
      co_await run(context, *command);
      if (!context.is_over()) co_await context.relieve();
    } else {
      if (std::holds_alternative<AcceptLiteral>(step.event)) write_continuation(context.out(), "OK");
      co_await await_input(context, command_due);
    }
  }
}

void log_exception(const Context& context, const char* what) {
  base::log::error("session_failed", {{"id", context.connection.id}, {"protocol", "imap"}, {"what", what}});
}

}  // namespace

async::Task<> serve(net::Connection& connection, const session::Services& services, const Options& options) {
  session::log_connection_opened(connection, "imap");
  if (!co_await session::begin_security(connection, options.security, options.timeouts.handshake)) co_return;

  Context context(connection, services, options);
  try {
    co_await converse(context);
  } catch (const std::exception& exception) {
    log_exception(context, exception.what());
    context.ending = kBroken;
  }
  // Other sessions needn't keep what this one has open while its peer takes the goodbye.
  context.notifications.reset();
  context.selected.reset();
  if (!context.ending->bye.empty()) context.tell(Reply::bye(context.ending->bye));
  connection.stream.set_deadline(options.timeouts.handshake);
  co_await connection.stream.close();
  session::log_connection_closed(connection, "imap", context.ending->reason, context.address);
}

}  // namespace portreeve::imap
