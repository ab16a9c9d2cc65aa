// How often something may happen for each of many keys: a token bucket a key.
//
// A bucket holds `count` tokens and is full at first, so a burst of that many passes; then tokens come back evenly, all
// of them in `per`. What is refused takes no token, so whoever keeps on trying gets through at the rate. Memory is
// bounded: past `max_keys` the key that has not been seen for the longest is forgotten, and so begins anew.
// Threads: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace portreeve::base {

struct Rate {
  std::uint32_t count = 0;          // 0: no limit
  std::chrono::milliseconds per{};  // 24 days at most: longer ones are taken for that; none: no limit
};

class RateLimiter {
 public:
  RateLimiter(Rate rate, std::size_t max_keys);
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // May it happen once more? `now_ms` is of a clock that doesn't run backwards; a little behind an earlier call, as
  // loops that differ in their idea of now may be, does no harm.
  bool allow(std::string_view key, std::int64_t now_ms) { return is_unlimited() || take(key, now_ms); }
  bool is_unlimited() const { return count_ == 0 || per_ == 0; }

 private:
  // In units of which `count` come back each millisecond and a token is worth `per`: no fractions, no rounding.
  struct Bucket {
    std::string key;
    std::uint64_t spent = 0;
    std::int64_t at = 0;  // the time of `spent`
  };
  using Buckets = std::list<Bucket>;

  bool take(std::string_view key, std::int64_t now_ms);
  Bucket& bucket(std::string_view key, std::int64_t now_ms);

  const std::uint64_t count_;
  const std::uint64_t per_;
  const std::size_t max_keys_;
  std::mutex mutex_;
  Buckets buckets_;                                                 // guarded by mutex_; the last used one first
  std::unordered_map<std::string_view, Buckets::iterator> places_;  // guarded by mutex_; views into buckets_
};

}  // namespace portreeve::base
