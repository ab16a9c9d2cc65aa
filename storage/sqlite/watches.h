// Who wants to know of changes in an account.
// Threads: any; tell() is the writer's.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "storage/store.h"

namespace portreeve::store::sqlite {

class Watch;

class Watches {
 public:
  bool has_any() const { return count_ > 0; }
  // Calls without any other lock than its own, so that a watch can't go meanwhile.
  void tell(AccountId account, std::span<const ChangedAnnotation> annotations);

 private:
  friend class Watch;
  void attach(Watch& watch);
  void detach(Watch& watch);

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::unordered_map<AccountId, std::vector<Watch*>> watches_;
};

class Watch final : public AccountWatch {
 public:
  Watch(Watches& watches, AccountId account, std::function<void(std::span<const ChangedAnnotation>)> on_change);
  ~Watch() override;

 private:
  friend class Watches;
  Watches& watches_;
  const AccountId account_;
  const std::function<void(std::span<const ChangedAnnotation>)> on_change_;
};

}  // namespace portreeve::store::sqlite
