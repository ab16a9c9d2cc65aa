#include "storage/sqlite/watches.h"

#include <utility>

namespace portreeve::store::sqlite {

void Watches::tell(AccountId account, std::span<const ChangedAnnotation> annotations) {
  const std::lock_guard lock(mutex_);
  const auto found = watches_.find(account);
  if (found == watches_.end()) return;
  for (const Watch* watch : found->second) watch->on_change_(annotations);
}

void Watches::attach(Watch& watch) {
  const std::lock_guard lock(mutex_);
  watches_[watch.account_].push_back(&watch);
  ++count_;
}

void Watches::detach(Watch& watch) {
  const std::lock_guard lock(mutex_);
  const auto found = watches_.find(watch.account_);
  std::erase(found->second, &watch);
  if (found->second.empty()) watches_.erase(found);
  --count_;
}

Watch::Watch(Watches& watches, AccountId account, std::function<void(std::span<const ChangedAnnotation>)> on_change)
    : watches_(watches), account_(account), on_change_(std::move(on_change)) {
  watches_.attach(*this);
}

Watch::~Watch() { watches_.detach(*this); }

}  // namespace portreeve::store::sqlite
