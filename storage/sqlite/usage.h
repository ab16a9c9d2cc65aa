// How much mail each account has, kept up commit by commit.
// Threads: any.
#pragma once

#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

// What a transaction adds to an account's mail, or takes away.
struct Growth {
  std::int64_t bytes = 0;
  std::int64_t messages = 0;
  std::int64_t mailboxes = 0;
  bool operator==(const Growth&) const = default;
};

Usage grown(const Usage& usage, const Growth& growth);

class Usages {
 public:
  void load(Connection& connection);
  Usage get(AccountId account) const;
  // The usage before, and brings it up to date.
  Usage grow(AccountId account, const Growth& growth);
  void set(AccountId account, const Usage& usage);
  void drop(AccountId account);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<AccountId, Usage> usages_;
};

// As the rows of its mailboxes count it.
Usage read_usage(Connection& connection, AccountId account);

// The highest of `percents` of a quota that usage passes when it goes from `before` to `after`; 0 if none.
unsigned passed_percent(const std::vector<unsigned>& percents, std::uint64_t quota, std::uint64_t before,
                        std::uint64_t after);

}  // namespace portreeve::store::sqlite
