#include "storage/sqlite/usage.h"

#include <algorithm>

namespace portreeve::store::sqlite {
namespace {

// Rows that count wrongly, which a check puts right, must not make a number wrap.
std::uint64_t sum(std::uint64_t number, std::int64_t change) {
  const auto less = static_cast<std::uint64_t>(-change);
  if (change < 0) return number > less ? number - less : 0;
  return number + static_cast<std::uint64_t>(change);
}

}  // namespace

Usage grown(const Usage& usage, const Growth& growth) {
  return {.bytes = sum(usage.bytes, growth.bytes),
          .messages = sum(usage.messages, growth.messages),
          .mailboxes = sum(usage.mailboxes, growth.mailboxes)};
}

void Usages::load(Connection& connection) {
  const std::lock_guard lock(mutex_);
  Query query(connection, "SELECT account, sum(bytes), sum(messages), count(*) FROM mailbox GROUP BY account");
  while (query.step()) {
    usages_[query.integer(0)] = {.bytes = static_cast<std::uint64_t>(query.integer(1)),
                                 .messages = static_cast<std::uint64_t>(query.integer(2)),
                                 .mailboxes = static_cast<std::uint64_t>(query.integer(3))};
  }
}

Usage Usages::get(AccountId account) const {
  const std::lock_guard lock(mutex_);
  const auto found = usages_.find(account);
  return found == usages_.end() ? Usage() : found->second;
}

Usage Usages::grow(AccountId account, const Growth& growth) {
  const std::lock_guard lock(mutex_);
  Usage& usage = usages_[account];
  const Usage before = usage;
  usage = grown(usage, growth);
  return before;
}

void Usages::set(AccountId account, const Usage& usage) {
  const std::lock_guard lock(mutex_);
  usages_[account] = usage;
}

void Usages::drop(AccountId account) {
  const std::lock_guard lock(mutex_);
  usages_.erase(account);
}

Usage read_usage(Connection& connection, AccountId account) {
  Query query(connection,
              "SELECT coalesce(sum(bytes), 0), coalesce(sum(messages), 0), count(*) FROM mailbox WHERE account = ?");
  query.bind(account).step();
  return {.bytes = static_cast<std::uint64_t>(query.integer(0)),
          .messages = static_cast<std::uint64_t>(query.integer(1)),
          .mailboxes = static_cast<std::uint64_t>(query.integer(2))};
}

unsigned passed_percent(const std::vector<unsigned>& percents, std::uint64_t quota, std::uint64_t before,
                        std::uint64_t after) {
  if (quota == 0) return 0;
  unsigned highest = 0;
  for (const unsigned percent : percents) {
    const std::uint64_t mark = quota / 100 * percent + (quota % 100 * percent + 99) / 100;
    if (before < mark && mark <= after) highest = std::max(highest, percent);
  }
  return highest;
}

}  // namespace portreeve::store::sqlite
