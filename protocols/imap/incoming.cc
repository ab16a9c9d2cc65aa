#include "protocols/imap/incoming.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "protocols/imap/failure.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/message_limit.h"

namespace portreeve::imap {
namespace {

// Of all messages of a command. Past the first, further ones are staged; the second refuses them.
constexpr std::size_t kMaxHeldBytes = std::size_t{1} * 1024 * 1024;
constexpr std::size_t kConvertedPiece = std::size_t{64} * 1024;         // of binary data, at once
constexpr std::size_t kUrlPiece = std::size_t{256} * 1024;              // of what a URL stands for, at once
constexpr std::size_t kMaxMemoryBytes = std::size_t{16} * 1024 * 1024;  // summaries, flags and what goes with them
// All of them are one job of the writer, which others wait for.
constexpr std::size_t kMaxMessages = 1000;

Reply lost() { return Reply::no("Lost"); }
Reply empty() { return Reply::no("A message can't be empty"); }
// RFC 4469 §4.1
Reply bad_url(std::string_view url) {
  return Reply::no("That URL is of no message here", Code("BADURL " + std::string(url.substr(0, urls::kMaxUrlBytes))));
}
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
  for (;;) {
    if (auto refusal = co_await take(stretch)) {
      refuse_append(context_, stretch);
      co_return refusal;
    }
    if (!stretch.literal) co_return co_await end();
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

// All of it but the literal's bytes, for which there is room then.
async::Task<std::optional<Reply>> Incoming::take(const AppendStretch& stretch) {
  for (const std::string& url : stretch.urls) {
    if (auto refusal = co_await add_url(url)) co_return refusal;
  }
  for (const AppendMessage& message : stretch.messages) {
    if (auto refusal = co_await end()) co_return refusal;
    if (messages_.size() == kMaxMessages) co_return too_many();
    if (context_.options.message_limit != 0 && messages_.size() == context_.options.message_limit)
      co_return too_many_messages(context_);
    begin(message);
    for (const std::string& url : message.urls) {
      if (auto refusal = co_await add_url(url)) co_return refusal;
    }
  }
  if (!stretch.literal) co_return std::nullopt;
  // RFC 3502 §6.3.11: that cancels the whole command.
  if (stretch.literal->size == 0 && !stretch.literal->is_in_catenation) co_return empty();
  co_return make_room(stretch.literal->size);
}

// What is staged is everybody's: together they are as big as one message may be.
std::optional<Reply> Incoming::make_room(std::uint64_t bytes) {
  messages_.back().size += bytes;
  bytes_ += bytes;
  // RFC 4469 §4.2
  if (messages_.back().size > context_.options.max_append_bytes) return Reply::no("The message is too big", "TOOBIG");
  if (bytes_ > context_.options.max_append_bytes)
    return Reply::no("The messages of one command are too big together", "LIMIT");
  return std::nullopt;
}

void Incoming::begin(const AppendMessage& message) {
  messages_.push_back({.flags = message.flags,
                       .internal_date = message.internal_date.value_or(unix_now()),
                       .size = 0,
                       .intake = std::make_unique<session::Intake>(context_.services.store, context_.loop())});
  memory_bytes_ += sizeof(Message);
  for (const std::string& keyword : message.flags.keywords) memory_bytes_ += sizeof(keyword) + keyword.size();
}

// Of the message that came last, if there is one.
async::Task<std::optional<Reply>> Incoming::end() {
  if (messages_.empty()) co_return std::nullopt;
  if (auto refusal = co_await finish_binary()) co_return refusal;
  session::Intake& intake = *messages_.back().intake;
  if (intake.size() == 0) co_return empty();
  intake.end();
  memory_bytes_ += intake.summary_bytes();
  if (memory_bytes_ > kMaxMemoryBytes) co_return too_many();
  if (held_bytes_ + intake.held_bytes() > kMaxHeldBytes) {
    if (const auto staged = co_await intake.stage_rest(); !staged) co_return failure(context_, what_, staged.error());
  }
  held_bytes_ += intake.held_bytes();
  co_return std::nullopt;
}

// The text that a URL stands for, as if it had come in a literal (RFC 4469 §3).
async::Task<std::optional<Reply>> Incoming::add_url(const std::string& url) {
  auto content = co_await open(url);
  if (!content) {
    if (content.error().code == store::Errc::not_found) co_return bad_url(url);
    co_return failure(context_, what_, content.error());
  }
  if (auto refusal = make_room((*content)->left())) co_return refusal;
  std::string piece;
  while ((*content)->left() > 0) {
    context_.stream().set_deadline(context_.options.timeouts.transfer);
    piece.clear();
    const auto read = co_await async::offload(context_.services.readers, context_.loop(),
                                              [&] { return (*content)->read(kUrlPiece, piece); });
    if (!read) co_return failure(context_, what_, read.error());
    if (context_.stream().is_stop_requested()) {
      context_.end(kStopping);
      co_return lost();
    }
    if (auto refusal = co_await add(piece)) co_return refusal;
  }
  co_return std::nullopt;
}

// RFC 4469 §3: of a message in a mailbox of the user's, relative to the server or to the selected mailbox. Others, and
// what isn't there, are not_found.
async::Task<store::Result<std::unique_ptr<urls::Content>>> Incoming::open(const std::string& text) {
  const auto url = urls::parse_url(text);
  const bool is_usable = url && !url->server && url->uid != 0 && (!url->mailbox.empty() || context_.selected);
  if (!is_usable) co_return std::unexpected(store::Error{store::Errc::not_found, "no URL of a message here"});
  store::Result<store::MailboxId> mailbox;
  if (url->mailbox.empty()) {
    mailbox = context_.selected->id();
  } else {
    mailbox = co_await find_mailbox(context_, url->mailbox);
  }
  if (!mailbox) co_return std::unexpected(mailbox.error());
  co_return co_await async::offload(context_.services.readers, context_.loop(),
                                    [&] { return urls::open_content(context_.services.store, *mailbox, *url); });
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

std::vector<store::Delivery> Incoming::deliveries(store::MailboxId mailbox, store::Flags kept) {
  std::vector<store::Delivery> out;
  out.reserve(messages_.size());
  for (Message& message : messages_) {
    store::Delivery& delivery = out.emplace_back();
    delivery.body = message.intake->finish();
    delivery.targets.push_back({mailbox, to_store(only(std::move(message.flags), kept))});
    delivery.internal_date = message.internal_date;
  }
  return out;
}

}  // namespace portreeve::imap
