// How much the messages under way take, against the server's cap. Threads: any.
#pragma once

#include <mutex>
#include <unordered_map>

#include "storage/types.h"

namespace portreeve::store::sqlite {

class Staging {
 public:
  explicit Staging(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // False if all together would pass the cap; nothing is counted then.
  bool reserve(BodyId body, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes > max_bytes_ - total_) return false;
    total_ += bytes;
    of_body_[body] += bytes;
    return true;
  }

  void release(BodyId body) {
    const std::lock_guard lock(mutex_);
    const auto found = of_body_.find(body);
    if (found == of_body_.end()) return;
    total_ -= found->second;
    of_body_.erase(found);
  }

 private:
  const std::uint64_t max_bytes_;
  std::mutex mutex_;
  std::uint64_t total_ = 0;
  std::unordered_map<BodyId, std::uint64_t> of_body_;
};

}  // namespace portreeve::store::sqlite
