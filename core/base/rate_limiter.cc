#include "core/base/rate_limiter.h"

#include <algorithm>
#include <limits>

namespace portreeve::base {
namespace {

// 31 bits of it and 32 of the count make a product that 64 bits hold.
constexpr std::int64_t kLongest = std::numeric_limits<std::int32_t>::max();

}  // namespace

RateLimiter::RateLimiter(Rate rate, std::size_t max_keys)
    : count_(rate.count),
      per_(static_cast<std::uint64_t>(std::clamp<std::int64_t>(rate.per.count(), 0, kLongest))),
      max_keys_(std::max<std::size_t>(max_keys, 1)) {}

bool RateLimiter::take(std::string_view key, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Bucket& found = bucket(key, now_ms);
  if (now_ms > found.at) {
    const auto elapsed = static_cast<std::uint64_t>(now_ms) - static_cast<std::uint64_t>(found.at);
    // After `per` all is back; asked first, so that the product stays small.
    const std::uint64_t regained = elapsed >= per_ ? found.spent : std::min(found.spent, elapsed * count_);
    found.spent -= regained;
    found.at = now_ms;
  }
  if (found.spent + per_ > count_ * per_) return false;
  found.spent += per_;
  return true;
}

RateLimiter::Bucket& RateLimiter::bucket(std::string_view key, std::int64_t now_ms) {
  if (const auto found = places_.find(key); found != places_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    return buckets_.front();
  }
  if (buckets_.size() >= max_keys_) {
    places_.erase(buckets_.back().key);
    buckets_.pop_back();
  }
  buckets_.push_front({std::string(key), 0, now_ms});
  places_.emplace(buckets_.front().key, buckets_.begin());
  return buckets_.front();
}

}  // namespace portreeve::base
