// The state of a mailbox as the database holds it, whole.
// Threads: immutable once shared.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

struct Image : Snapshot {
  AccountId account = 0;
  std::uint32_t messages = 0;
  std::uint32_t unseen = 0;
  std::uint32_t deleted = 0;
  std::uint64_t bytes = 0;
  std::vector<Uid> keys;  // blocks[i] is the row block_row(mailbox, keys[i])

  MailboxStatus status() const;
  void count(const Message& message, bool is_added);
  std::size_t memory() const;  // about
};
using ImagePtr = std::shared_ptr<const Image>;

constexpr std::int64_t block_row(MailboxId mailbox, Uid key) { return mailbox << 32 | key; }

struct LoadedMailbox {
  ImagePtr image;
  Uid first_recent = 1;
};

// Nullopt if there is no such mailbox. The connection must be in a transaction, so that rows and blocks agree.
std::optional<LoadedMailbox> load_mailbox(Connection& connection, MailboxId mailbox);

}  // namespace portreeve::store::sqlite
