// Takes in the messages of one APPEND, from the client and, where it gives URLs, from the store.
//
//   Incoming incoming(context, "Cannot append");
//   if (auto refusal = co_await incoming.receive(command.first)) co_return std::move(*refusal);
//   … deliver incoming.deliveries(mailbox) …
//
// Limits: a thousand messages, which together may be as big as one may be. What is held of them in memory is bounded;
// the rest is staged. A message that isn't delivered in the end leaves nothing. Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/async/task.h"
#include "core/mime/binary_converter.h"
#include "protocols/imap/context.h"
#include "protocols/session/intake.h"
#include "protocols/urls/content.h"
#include "storage/store.h"

namespace portreeve::imap {

class Incoming {
 public:
  // `context` must outlive it.
  Incoming(Context& context, std::string_view what) : context_(context), what_(what) {}

  // Reads to the command's end. A refusal leaves the parser told what to drop; it is given to nobody if the session is
  // over. `first` must live until this returns.
  async::Task<std::optional<Reply>> receive(const AppendStretch& first);
  // One for each message, in their order, with those of its flags that `kept` has. Spends them.
  std::vector<store::Delivery> deliveries(store::MailboxId mailbox, store::Flags kept = store::kAllFlags);

 private:
  struct Message {
    FlagList flags;
    std::int64_t internal_date = 0;
    std::uint64_t size = 0;  // of what it is made of
    std::unique_ptr<session::Intake> intake;
    std::optional<mime::BinaryConverter> converter = {};  // of a literal8
  };
  async::Task<std::optional<Reply>> take(const AppendStretch& stretch);
  std::optional<Reply> make_room(std::uint64_t bytes);
  void begin(const AppendMessage& message);
  async::Task<std::optional<Reply>> end();
  async::Task<std::optional<Reply>> add_url(const std::string& url);
  async::Task<store::Result<std::unique_ptr<urls::Content>>> open(const std::string& text);
  async::Task<std::optional<Reply>> add(std::string_view bytes);
  async::Task<std::optional<Reply>> finish_binary();
  async::Task<std::optional<Reply>> read_literal(const AppendLiteral& literal);
  async::Task<std::optional<Reply>> next_stretch(AppendStretch& stretch);

  Context& context_;
  std::string_view what_;
  std::vector<Message> messages_;
  std::string converted_;
  std::uint64_t bytes_ = 0;  // of all messages
  std::size_t held_bytes_ = 0;
  std::size_t memory_bytes_ = 0;  // of all else that is held
};

}  // namespace portreeve::imap
