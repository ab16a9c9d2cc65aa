#include "storage/types.h"

#include <algorithm>

namespace portreeve::store {

// There are as many in memory as open mailboxes have messages.
static_assert(sizeof(Message) == 48);

const Message& Snapshot::at(std::uint32_t sequence) const {
  const std::uint32_t index = sequence - 1;
  const auto first_of = [this](std::size_t block) { return block == 0 ? 0 : ends[block - 1]; };
  // Blocks are full until messages leave them, so that the first guess is right in most mailboxes.
  std::size_t block = index / kBlockMessages;
  if (block >= ends.size() || index < first_of(block) || index >= ends[block])
    block = static_cast<std::size_t>(std::ranges::upper_bound(ends, index) - ends.begin());
  return (*blocks[block])[index - first_of(block)];
}

std::uint32_t Snapshot::lower_bound(Uid uid) const {
  const auto found = std::ranges::lower_bound(blocks, uid, {}, [](const auto& block) { return block->back().uid; });
  if (found == blocks.end()) return exists() + 1;
  const auto index = static_cast<std::size_t>(found - blocks.begin());
  const std::uint32_t before = index == 0 ? 0 : ends[index - 1];
  const auto message = std::ranges::lower_bound(**found, uid, {}, &Message::uid);
  return before + static_cast<std::uint32_t>(message - (*found)->begin()) + 1;
}

std::uint32_t Snapshot::sequence_of(Uid uid) const {
  const std::uint32_t sequence = lower_bound(uid);
  return sequence <= exists() && at(sequence).uid == uid ? sequence : 0;
}

const Message* Snapshot::find(Uid uid) const {
  const auto block = std::ranges::lower_bound(blocks, uid, {}, [](const auto& b) { return b->back().uid; });
  if (block == blocks.end()) return nullptr;
  const auto message = std::ranges::lower_bound(**block, uid, {}, &Message::uid);
  return message->uid == uid ? &*message : nullptr;
}

void Snapshot::index() {
  ends.clear();
  ends.reserve(blocks.size());
  std::uint32_t end = 0;
  for (const auto& block : blocks) {
    end += static_cast<std::uint32_t>(block->size());
    ends.push_back(end);
  }
}

bool has_room_for(const Account& account, const Usage& used, const Usage& more) {
  const auto has_room = [](std::uint64_t limit, std::uint64_t there, std::uint64_t added) {
    return limit == 0 || added == 0 || (there <= limit && added <= limit - there);
  };
  return has_room(account.quota_bytes, used.bytes, more.bytes) &&
         has_room(account.quota_messages, used.messages, more.messages) &&
         has_room(account.quota_mailboxes, used.mailboxes, more.mailboxes);
}

const MailboxInfo* MailboxList::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(mailboxes, name, {}, &MailboxInfo::name);
  return found != mailboxes.end() && found->name == name ? &*found : nullptr;
}

const MailboxInfo* MailboxList::find(MailboxId id) const {
  const auto found = std::ranges::find(mailboxes, id, &MailboxInfo::id);
  return found == mailboxes.end() ? nullptr : &*found;
}

bool MailboxList::is_subscribed(std::string_view name) const { return std::ranges::binary_search(subscribed, name); }

}  // namespace portreeve::store
