#include "storage/sqlite/removals.h"

#include <algorithm>

namespace portreeve::store::sqlite {

bool Removals::is_past(const Release& release) const {
  return release.mailbox == 0 || least_seen_(release.mailbox) >= release.mod_seq;
}

void Removals::add(std::vector<Release> releases) {
  const std::lock_guard lock(mutex_);
  for (Release& release : releases) {
    const bool is_seen = is_past(release);
    if (!is_seen) {
      for (const BodyId body : release.bodies) ++wanted_[body];
    }
    waiting_.push_back({std::move(release), is_seen});
  }
  promote_locked();
}

void Removals::promote() {
  const std::lock_guard lock(mutex_);
  promote_locked();
}

void Removals::promote_locked() {
  for (auto item = waiting_.begin(); item != waiting_.end();) {
    const Release& release = item->release;
    if (!item->is_seen && is_past(release)) {
      item->is_seen = true;
      for (const BodyId body : release.bodies) {
        const auto wanted = wanted_.find(body);
        if (--wanted->second == 0) wanted_.erase(wanted);
      }
    }
    const bool is_only_moved = item->is_seen && release.doomed_row == 0;
    item = is_only_moved ? waiting_.erase(item) : std::next(item);
  }
  for (auto item = waiting_.begin(); item != waiting_.end();) {
    const auto is_wanted = [this](BodyId body) { return wanted_.contains(body); };
    if (!item->is_seen || (!wanted_.empty() && std::ranges::any_of(item->release.bodies, is_wanted))) {
      ++item;
      continue;
    }
    ready_.push_back(std::move(item->release));
    item = waiting_.erase(item);
  }
}

std::deque<Release> Removals::take_ready() {
  const std::lock_guard lock(mutex_);
  return std::exchange(ready_, {});
}

void Removals::put_back(std::deque<Release> releases) {
  const std::lock_guard lock(mutex_);
  std::ranges::move(releases, std::back_inserter(ready_));
}

bool Removals::has_ready() const {
  const std::lock_guard lock(mutex_);
  return !ready_.empty();
}

bool Removals::is_waiting() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

bool Removals::is_wanted(BodyId body) const {
  const std::lock_guard lock(mutex_);
  return wanted_.contains(body);
}

}  // namespace portreeve::store::sqlite
