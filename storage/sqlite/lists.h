// The mailbox lists of accounts, held in memory so that LIST and STATUS don't read the disk.
//
// A list is loaded on first use; each commit then brings its counts up to date, or drops it when mailboxes came, went
// or changed names. The number of lists held is bounded. Threads: any.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

// Null if there is no such account. The connection must be in a transaction.
std::shared_ptr<MailboxList> load_list(Connection& connection, AccountId account);

class Lists {
 public:
  using Loader = std::function<std::shared_ptr<MailboxList>()>;

  // Null if `load` gives null.
  MailboxListPtr get(AccountId account, const Loader& load);
  void update(AccountId account, MailboxId mailbox, const MailboxStatus& status);
  void drop(AccountId account);

 private:
  struct Slot {
    MailboxListPtr list;                                 // null: being loaded
    std::unordered_map<MailboxId, MailboxStatus> newer;  // not in the list yet
    unsigned loaders = 0;
    bool is_stale = false;  // a commit passed while it was being loaded
    std::list<AccountId>::iterator place;
  };
  static MailboxListPtr brought_up_to_date(Slot& slot);

  std::mutex mutex_;
  std::unordered_map<AccountId, Slot> slots_;
  std::list<AccountId> order_;  // the longest unused last
};

}  // namespace portreeve::store::sqlite
