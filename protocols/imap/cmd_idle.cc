// IDLE (RFC 2177). Most connections spend their lives here: the frame is small, and buffers are given back.
#include "core/base/ascii.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/notifications.h"

namespace portreeve::imap {
namespace {

// Queues what changed and sends it. False: the session is over.
async::Task<bool> send_news(Context& context) {
  if (!renew_rights(context)) co_return false;
  co_await tell_news(context, true, false);
  if (context.is_over()) co_return false;
  if (context.stream().queued_bytes() == 0) co_return true;
  if (const auto sent = co_await context.flush(); !sent) {
    context.lose(sent.error());
    co_return false;
  }
  co_return true;
}

// Waits for one event. True: the client sent something.
async::Task<bool> rest(Context& context) {
  context.stream().set_deadline(context.options.idle_nudge);
  const auto wake = co_await context.stream().wait_input();
  if (wake) {
    if (*wake == net::Wake::stopping) context.end(kStopping);
    co_return *wake == net::Wake::input;
  }
  if (wake.error() == net::Errc::timeout) {
    context.tell(Reply::ok("Still here"));
  } else {
    context.lose(wake.error());
  }
  co_return false;
}

async::Task<Reply> end_idle(Context& context) {
  std::size_t length = 0;
  const auto line = co_await context.read_line(length);
  if (!line) co_return Reply::bad("Lost");
  const bool is_done = base::equals_ignoring_case(*line, "DONE");
  context.stream().consume(length);
  co_return is_done ? Reply::ok("No longer idle") : Reply::bad("Expected DONE");
}

}  // namespace

async::Task<Reply> handle(Context& context, const Idle&) {
  write_continuation(context.out(), "idling", context.language);
  // From here on news wake the session; what came before is seen by the first look.
  if (context.selected) context.selected->is_listening = true;
  bool has_input = false;
  while (!has_input && co_await send_news(context)) has_input = co_await rest(context);
  if (context.selected) context.selected->is_listening = listens_always(context);
  if (!has_input) co_return Reply::bad("Lost");
  co_return co_await end_idle(context);
}

}  // namespace portreeve::imap
