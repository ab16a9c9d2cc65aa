// A map that forgets what has not been asked for the longest, once it is full. Private to core/auth.
// Threads: none of its own; the owner guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

namespace portreeve::auth {

template <class Value>
class Recent {
 public:
  using Key = std::uint64_t;
  using Entries = std::list<std::pair<Key, Value>>;

  // Precondition: max_entries > 0.
  explicit Recent(std::size_t max_entries) : max_entries_(max_entries) {}

  // Null if there is none; valid until it is erased or gives way.
  Value* find(Key key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &entries_.front().second;
  }
  Value& get(Key key) {
    if (Value* found = find(key)) return *found;
    if (entries_.size() >= max_entries_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, Value{});
    places_.emplace(key, entries_.begin());
    return entries_.front().second;
  }
  void erase(Key key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    entries_.erase(found->second);
    places_.erase(found);
  }
  void clear() {
    places_.clear();
    entries_.clear();
  }
  // The last asked for first.
  const Entries& entries() const { return entries_; }

 private:
  std::size_t max_entries_;
  Entries entries_;
  std::unordered_map<Key, typename Entries::iterator> places_;
};

}  // namespace portreeve::auth
