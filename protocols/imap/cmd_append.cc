// APPEND (RFC 3501 §6.3.11) with APPENDUID (RFC 4315). The message streams into the store; it is never held whole.
#include <algorithm>
#include <chrono>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/session/intake.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kWhat = "Cannot append";

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Hands the literal to `intake`. A refusal leaves `left` bytes of it in the stream and the parser told to drop them.
async::Task<std::optional<Reply>> receive(Context& context, session::Intake& intake, std::uint64_t left) {
  net::Stream& stream = context.stream();
  std::uint64_t slice = 0;  // bytes since the deadline was set anew
  const auto refuse = [&context, &left](Reply why) {
    context.parser.skip_append(left);
    return why;
  };
  stream.set_deadline(context.options.timeouts.transfer);
  while (left > 0) {
    if (stream.buffered().empty()) {
      if (const auto filled = co_await stream.fill(context.parser.fill_limit()); !filled) {
        context.lose(filled.error());
        co_return Reply::no("Lost");
      }
    }
    const std::string_view piece = stream.buffered().substr(0, std::min<std::uint64_t>(left, stream.buffered().size()));
    // RFC 3501 §9: a literal is made of CHAR8, which NUL is not.
    if (piece.find('\0') != std::string_view::npos) co_return refuse(Reply::bad("A message can't have NUL bytes"));
    if (const auto taken = co_await intake.add(piece); !taken) co_return refuse(failure(context, kWhat, taken.error()));
    left -= piece.size();
    slice += piece.size();
    stream.consume(piece.size());
    if (slice >= session::kTransferSlice) {
      slice = 0;
      stream.set_deadline(context.options.timeouts.transfer);
    }
  }
  co_return std::nullopt;
}

// What follows the literal must be the line's end.
async::Task<std::optional<Reply>> end_command(Context& context) {
  for (;;) {
    Step step = context.parser.next(context.stream().buffered());
    context.stream().consume(step.consumed);
    if (std::holds_alternative<AppendEnd>(step.event)) co_return std::nullopt;
    if (auto* rejected = std::get_if<Rejected>(&step.event)) co_return std::move(rejected->reply);
    if (!co_await context.fill(context.options.timeouts.command)) co_return Reply::no("Lost");
  }
}

}  // namespace

async::Task<Reply> handle(Context& context, const Append& command) {
  const auto mailbox = co_await find_mailbox(context, command.mailbox);
  std::optional<Reply> refusal;
  if (!mailbox) {
    refusal = mailbox.error().code == store::Errc::not_found ? try_create() : failure(context, kWhat, mailbox.error());
  } else if (command.size == 0) {
    refusal = Reply::no("A message can't be empty");
  } else if (!context.services.store.has_room()) {
    refusal = failure(context, kWhat, {store::Errc::disk_full, "below the reserve"});
  }
  if (refusal) {
    refuse_append(context, command);
    co_return std::move(*refusal);
  }
  if (command.is_synchronizing) {
    write_continuation(context.out(), "OK");
    if (const auto sent = co_await context.flush(); !sent) {
      context.lose(sent.error());
      co_return Reply::no("Lost");
    }
  }

  session::Intake intake(context.services.store, context.loop());
  if (auto refused = co_await receive(context, intake, command.size)) co_return std::move(*refused);
  if (auto refused = co_await end_command(context)) co_return std::move(*refused);

  const std::int64_t date = command.internal_date.value_or(unix_now());
  const auto appended = co_await session::store_call<std::vector<store::Appended>>(
      context.loop(), [&](store::Done<std::vector<store::Appended>> done) {
        store::Delivery delivery;
        delivery.body = intake.finish();
        delivery.targets.push_back({*mailbox, to_store(command.flags)});
        delivery.internal_date = date;
        context.services.store.deliver(std::move(delivery), std::move(done));
      });
  if (!appended) {
    // Deleted while the message came in.
    if (appended.error().code == store::Errc::not_found) co_return try_create();
    co_return failure(context, kWhat, appended.error());
  }
  const store::Appended& message = appended->front();
  co_return Reply::ok("Appended", Code::append_uid(message.uid_validity, message.uid));
}

}  // namespace portreeve::imap
