// Remembers, for a while, which password was right for which account: as an HMAC under a key of this process that also
// takes in the verifier, so that nothing in memory gives the password back and a new verifier ends what was remembered.
//
// Knows no clock: callers pass the time. Threads: any.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/async/loop.h"
#include "core/tls/digest.h"
#include "storage/types.h"

namespace portreeve::session {

class PasswordCache {
 public:
  // The least recently used account gives way to one too many.
  explicit PasswordCache(std::size_t max_accounts = 10'000, async::Milliseconds lifetime = std::chrono::minutes(10));

  // `now` in milliseconds of a clock that only rises.
  bool knows(const store::Account& account, std::string_view password, std::int64_t now);
  void remember(const store::Account& account, std::string_view password, std::int64_t now);

 private:
  struct Entry {
    store::AccountId account = 0;
    tls::Sha256 mac{};
    std::int64_t expires = 0;
  };

  tls::Sha256 mac_of(const store::Account& account, std::string_view password) const;

  const std::size_t max_accounts_;
  const std::int64_t lifetime_;
  std::string key_;
  std::mutex mutex_;
  std::list<Entry> entries_;                                                     // guarded by mutex_; last used first
  std::unordered_map<store::AccountId, std::list<Entry>::iterator> by_account_;  // guarded by mutex_
};

}  // namespace portreeve::session
