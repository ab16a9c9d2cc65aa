#include "storage/sqlite/image.h"

#include "storage/sqlite/packing.h"

namespace portreeve::store::sqlite {

MailboxStatus Image::status() const {
  return {.messages = messages,
          .unseen = unseen,
          .deleted = deleted,
          .bytes = bytes,
          .uid_validity = uid_validity,
          .uid_next = uid_next,
          .highest_mod_seq = highest_mod_seq};
}

void Image::count(const Message& message, bool is_added) {
  const std::uint32_t one = is_added ? 1 : UINT32_MAX;
  messages += one;
  if ((message.flags & kSeen) == 0) unseen += one;
  if ((message.flags & kDeleted) != 0) deleted += one;
  bytes += is_added ? message.size : 0 - std::uint64_t{message.size};
}

std::size_t Image::memory() const {
  constexpr std::size_t kPerBlock = sizeof(Block) + 64;
  return sizeof(Image) + messages * sizeof(Message) + blocks.size() * kPerBlock;
}

std::optional<LoadedMailbox> load_mailbox(Connection& connection, MailboxId mailbox) {
  Query row(connection,
            "SELECT account, uid_validity, uid_next, mod_seq, first_recent, keywords "
            "FROM mailbox WHERE id = ?");
  if (!row.bind(mailbox).step()) return std::nullopt;
  auto image = std::make_shared<Image>();
  image->mailbox = mailbox;
  image->account = row.integer(0);
  image->uid_validity = static_cast<std::uint32_t>(row.integer(1));
  image->uid_next = static_cast<Uid>(row.integer(2));
  image->highest_mod_seq = static_cast<ModSeq>(row.integer(3));
  const auto first_recent = static_cast<Uid>(row.integer(4));
  image->keywords = std::make_shared<const std::vector<std::string>>(unpack_keywords(row.text(5)));

  Query blocks(connection, "SELECT id, data FROM block WHERE id BETWEEN ? AND ? ORDER BY id");
  blocks.bind(block_row(mailbox, 0), block_row(mailbox, UINT32_MAX));
  Uid last = 0;
  while (blocks.step()) {
    const auto key = static_cast<Uid>(blocks.integer(0));
    auto block = unpack_block(blocks.blob(1));
    if (!block || block->front().uid <= last || block->back().uid >= image->uid_next) {
      fail(Errc::corrupt, "block " + std::to_string(key) + " of mailbox " + std::to_string(mailbox) + " is damaged");
    }
    last = block->back().uid;
    for (const Message& message : *block) image->count(message, true);
    image->keys.push_back(key);
    image->blocks.push_back(std::make_shared<const Block>(std::move(*block)));
  }
  image->index();
  return LoadedMailbox{std::move(image), first_recent};
}

}  // namespace portreeve::store::sqlite
