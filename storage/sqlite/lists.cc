#include "storage/sqlite/lists.h"

#include <algorithm>

namespace portreeve::store::sqlite {
namespace {

constexpr std::size_t kMaxLists = 4096;

}  // namespace

std::shared_ptr<MailboxList> load_list(Connection& connection, AccountId account) {
  if (connection.number("SELECT 1 FROM account WHERE id = ?", 0, account) == 0) return nullptr;
  auto list = std::make_shared<MailboxList>();
  Query rows(connection,
             "SELECT id, name, special_use, messages, unseen, deleted, bytes, uid_validity, uid_next, mod_seq "
             "FROM mailbox WHERE account = ? ORDER BY name");
  rows.bind(account);
  while (rows.step()) {
    MailboxInfo info;
    info.id = rows.integer(0);
    info.name = rows.text(1);
    info.special_use = static_cast<SpecialUse>(rows.integer(2));
    info.status.messages = static_cast<std::uint32_t>(rows.integer(3));
    info.status.unseen = static_cast<std::uint32_t>(rows.integer(4));
    info.status.deleted = static_cast<std::uint32_t>(rows.integer(5));
    info.status.bytes = static_cast<std::uint64_t>(rows.integer(6));
    info.status.uid_validity = static_cast<std::uint32_t>(rows.integer(7));
    info.status.uid_next = static_cast<Uid>(rows.integer(8));
    info.status.highest_mod_seq = static_cast<ModSeq>(rows.integer(9));
    list->mailboxes.push_back(std::move(info));
  }
  Query names(connection, "SELECT name FROM subscription WHERE account = ? ORDER BY name");
  names.bind(account);
  while (names.step()) list->subscribed.emplace_back(names.text(0));
  return list;
}

// The list is copied only when somebody asks after a change, not at each commit.
MailboxListPtr Lists::brought_up_to_date(Slot& slot) {
  if (slot.newer.empty()) return slot.list;
  auto list = std::make_shared<MailboxList>(*slot.list);
  for (MailboxInfo& info : list->mailboxes) {
    const auto newer = slot.newer.find(info.id);
    if (newer != slot.newer.end()) info.status = newer->second;
  }
  slot.newer.clear();
  slot.list = std::move(list);
  return slot.list;
}

MailboxListPtr Lists::get(AccountId account, const Loader& load) {
  {
    const std::lock_guard lock(mutex_);
    auto [found, is_new] = slots_.try_emplace(account);
    Slot& slot = found->second;
    if (is_new) {
      order_.push_front(account);
      slot.place = order_.begin();
    } else {
      order_.splice(order_.begin(), order_, slot.place);
    }
    if (slot.list) return brought_up_to_date(slot);
    ++slot.loaders;
    if (slot.loaders == 1) slot.is_stale = false;
  }
  MailboxListPtr list;
  std::exception_ptr error;
  try {
    list = load();
  } catch (...) {
    error = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    Slot& slot = slots_.find(account)->second;
    --slot.loaders;
    // A list that a commit has passed is right for who asked before, and not to be kept.
    if (list && !slot.is_stale) slot.list = list;
    if (!slot.list && slot.loaders == 0) {
      order_.erase(slot.place);
      slots_.erase(account);
    }
    while (slots_.size() > kMaxLists) {
      const auto oldest = slots_.find(order_.back());
      if (oldest->second.loaders > 0) break;
      order_.pop_back();
      slots_.erase(oldest);
    }
  }
  if (error) std::rethrow_exception(error);
  return list;
}

void Lists::update(AccountId account, MailboxId mailbox, const MailboxStatus& status) {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(account);
  if (found == slots_.end()) return;
  if (found->second.list) found->second.newer[mailbox] = status;
  found->second.is_stale = true;
}

void Lists::drop(AccountId account) {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(account);
  if (found == slots_.end()) return;
  found->second.is_stale = true;
  found->second.list = nullptr;
  found->second.newer.clear();
  if (found->second.loaders > 0) return;
  order_.erase(found->second.place);
  slots_.erase(found);
}

}  // namespace portreeve::store::sqlite
