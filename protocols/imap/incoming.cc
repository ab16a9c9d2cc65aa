#include "protocols/imap/incoming.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "protocols/imap/failure.h"
#include "protocols/imap/mailboxes.h"

namespace portreeve::imap {
namespace {

// Of all messages of a command. Past the first, further ones are staged; the second refuses them.
constexpr std::size_t kMaxHeldBytes = std::size_t{1} * 1024 * 1024;
constexpr std::size_t kConvertedPiece = std::size_t{64} * 1024;         // of binary data, at once
constexpr std::size_t kMaxMemoryBytes = std::size_t{16} * 1024 * 1024;  // summaries, flags and what goes with them
// All of them are one job of the writer, which others wait for.
constexpr std::size_t kMaxMessages = 1000;

Reply lost() { return Reply::no("Lost"); }
Reply too_many() { return Reply::no("Too many messages in one command", "LIMIT"); }

Reply binary_fault(mime::ConversionFault fault) {
  switch (fault) {
    case mime::ConversionFault::signed_content:
      return Reply::no("What is signed can't be kept as binary data", "UNKNOWN-CTE");
    case mime::ConversionFault::header_too_big: return Reply::no("A header is too big for a message with binary data");
    case mime::ConversionFault::not_labelled:
    case mime::ConversionFault::none: break;
  }
  return Reply::bad("There is binary data that the message doesn't declare");
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

async::Task<std::optional<Reply>> Incoming::receive(const AppendStretch& first) {
  AppendStretch stretch = first;
  std::uint64_t bytes = 0;
  for (;;) {
    for (const AppendMessage& message : stretch.messages) {
      if (auto refusal = co_await end()) {
        refuse_append(context_, stretch);
        co_return refusal;
      }
      if (messages_.size() == kMaxMessages) {
        refuse_append(context_, stretch);
        co_return too_many();
      }
      begin(message);
    }
    if (!stretch.literal) co_return co_await end();
    // RFC 3502 §6.3.11: that cancels the whole command.
    if (stretch.literal->size == 0) {
      refuse_append(context_, stretch);
      co_return Reply::no("A message can't be empty");
    }
    // What is staged is everybody's: together they are as big as one message may be.
    bytes += stretch.literal->size;
    if (bytes > context_.options.max_append_bytes) {
      refuse_append(context_, stretch);
      co_return Reply::no("The messages of one command are too big together", "LIMIT");
    }
    if (stretch.literal->is_synchronizing) {
      write_continuation(context_.out(), "OK");
      if (const auto sent = co_await context_.flush(); !sent) {
        context_.lose(sent.error());
        co_return lost();
      }
    }
    if (auto refusal = co_await read_literal(*stretch.literal)) co_return refusal;
    if (auto refusal = co_await next_stretch(stretch)) co_return refusal;
  }
}

void Incoming::begin(const AppendMessage& message) {
  messages_.push_back({.flags = message.flags,
                       .internal_date = message.internal_date.value_or(unix_now()),
                       .intake = std::make_unique<session::Intake>(context_.services.store, context_.loop())});
  memory_bytes_ += sizeof(Message);
  for (const std::string& keyword : message.flags.keywords) memory_bytes_ += sizeof(keyword) + keyword.size();
}

// Of the message that came last, if there is one.
async::Task<std::optional<Reply>> Incoming::end() {
  if (messages_.empty()) co_return std::nullopt;
  if (auto refusal = co_await finish_binary()) co_return refusal;
  session::Intake& intake = *messages_.back().intake;
  intake.end();
  memory_bytes_ += intake.summary_bytes();
  if (memory_bytes_ > kMaxMemoryBytes) co_return too_many();
  if (held_bytes_ + intake.held_bytes() > kMaxHeldBytes) {
    if (const auto staged = co_await intake.stage_rest(); !staged) co_return failure(context_, what_, staged.error());
  }
  held_bytes_ += intake.held_bytes();
  co_return std::nullopt;
}

async::Task<std::optional<Reply>> Incoming::add(std::string_view bytes) {
  Message& message = messages_.back();
  if (message.converter) {
    converted_.clear();
    message.converter->feed(bytes, converted_);
    if (const auto fault = message.converter->fault(); fault != mime::ConversionFault::none)
      co_return binary_fault(fault);
    bytes = converted_;
  } else if (bytes.contains('\0')) {
    // RFC 3501 §9: a literal is made of CHAR8, which NUL is not.
    co_return Reply::bad("A message can't have NUL bytes");
  }
  if (const auto taken = co_await message.intake->add(bytes); !taken) co_return failure(context_, what_, taken.error());
  co_return std::nullopt;
}

async::Task<std::optional<Reply>> Incoming::finish_binary() {
  Message& message = messages_.back();
  if (!message.converter) co_return std::nullopt;
  converted_.clear();
  message.converter->finish(converted_);
  const auto fault = message.converter->fault();
  message.converter.reset();
  if (fault != mime::ConversionFault::none) co_return binary_fault(fault);
  if (const auto taken = co_await message.intake->add(converted_); !taken)
    co_return failure(context_, what_, taken.error());
  converted_ = {};
  co_return std::nullopt;
}

async::Task<std::optional<Reply>> Incoming::read_literal(const AppendLiteral& literal) {
  net::Stream& stream = context_.stream();
  if (literal.is_binary) messages_.back().converter.emplace();
  std::uint64_t left = literal.size;
  std::uint64_t slice = 0;  // bytes since the deadline was set anew
  // Leaves `left` bytes of it in the stream.
  const auto refuse = [this, &left](Reply why) {
    context_.parser.skip_append(left);
    return why;
  };
  stream.set_deadline(context_.options.timeouts.transfer);
  while (left > 0) {
    if (stream.buffered().empty()) {
      if (const auto filled = co_await stream.fill(context_.parser.fill_limit()); !filled) {
        context_.lose(filled.error());
        co_return lost();
      }
    }
    std::string_view piece = stream.buffered().substr(0, std::min<std::uint64_t>(left, stream.buffered().size()));
    if (literal.is_binary) piece = piece.substr(0, kConvertedPiece);
    if (auto refusal = co_await add(piece)) co_return refuse(std::move(*refusal));
    left -= piece.size();
    slice += piece.size();
    stream.consume(piece.size());
    if (slice >= session::kTransferSlice) {
      slice = 0;
      stream.set_deadline(context_.options.timeouts.transfer);
    }
  }
  co_return std::nullopt;
}

// What follows a literal.
async::Task<std::optional<Reply>> Incoming::next_stretch(AppendStretch& stretch) {
  for (;;) {
    Step step = context_.parser.next(context_.stream().buffered());
    context_.stream().consume(step.consumed);
    if (auto* next = std::get_if<AppendStretch>(&step.event)) {
      stretch = std::move(*next);
      co_return std::nullopt;
    }
    if (auto* rejected = std::get_if<Rejected>(&step.event)) co_return std::move(rejected->reply);
    if (std::holds_alternative<AcceptLiteral>(step.event)) write_continuation(context_.out(), "OK");
    if (!co_await context_.fill(context_.options.timeouts.command)) co_return lost();
  }
}

std::vector<store::Delivery> Incoming::deliveries(store::MailboxId mailbox) {
  std::vector<store::Delivery> out;
  out.reserve(messages_.size());
  for (Message& message : messages_) {
    store::Delivery& delivery = out.emplace_back();
    delivery.body = message.intake->finish();
    delivery.targets.push_back({mailbox, to_store(message.flags)});
    delivery.internal_date = message.internal_date;
  }
  return out;
}

}  // namespace portreeve::imap
