#include "core/auth/throttle.h"

#include <algorithm>
#include <cmath>

#include "core/base/ascii.h"
#include "core/tls/digest.h"

namespace portreeve::auth {
namespace {

constexpr int kFreeFailures = 5;  // people mistype
constexpr std::int64_t kLongestWait = 60;
constexpr double kStrangersPerSecond = 1;
constexpr double kStrangersAtOnce = 10;
constexpr std::size_t kMaxShares = 4;
constexpr std::size_t kMaxPlaces = 8;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kPlaceLifetime = 90 * kDay;
// Leaking makes fractions: 4.9 of a count is the fifth failure, but what is left of rounding is none.
constexpr double kRounding = 1e-6;

bool is_full(double level, std::uint32_t limit) { return level > limit - 1 + kRounding; }

}  // namespace

Throttle::Throttle(const ThrottleOptions& options, std::size_t max_networks, std::size_t max_accounts)
    : options_(options),
      secret_(tls::random_bytes(tls::Sha256().size())),
      networks_(max_networks),
      accounts_(max_accounts),
      own_places_(max_accounts) {}

void Throttle::set(const ThrottleOptions& options) {
  const std::lock_guard lock(mutex_);
  options_ = options;
}

Throttle::Key Throttle::key_of(char kind, std::string_view text) const {
  const tls::Sha256 digest = tls::hmac_sha256(secret_, kind + std::string(text));
  Key key = 0;
  for (std::size_t i = 0; i < sizeof key; ++i) key = key << 8 | digest[i];
  return key;
}

double Throttle::level(const Count& count, std::uint32_t limit, std::int64_t now) const {
  const auto elapsed = static_cast<double>(std::max<std::int64_t>(now - count.at, 0));
  return std::max(0.0, count.level - elapsed * limit / static_cast<double>(options_.memory.count()));
}

void Throttle::add_failure(Count& count, std::uint32_t limit, std::int64_t now) const {
  count.level = std::min(level(count, limit, now) + 1, static_cast<double>(limit));
  count.at = now;
}

// How long after a failure that made `level` of it the next attempt may come.
std::int64_t Throttle::wait_at(double level, std::uint32_t limit) const {
  const std::int64_t memory = options_.memory.count();
  if (is_full(level, limit)) return memory;
  const int excess = static_cast<int>(std::ceil(level - kRounding)) - kFreeFailures;
  if (excess < 0) return 0;
  const std::int64_t wait = excess < 6 ? std::int64_t{1} << excess : kLongestWait;
  return std::min(wait, memory);
}

// After the clock was put back, or `memory` made shorter.
void Throttle::settle(Count& count, std::int64_t& not_before, std::int64_t now) const {
  count.at = std::min(count.at, now);
  not_before = std::min(not_before, now + options_.memory.count());
}

// Null if it has not failed lately.
Throttle::Network* Throttle::recall(Key network, std::int64_t now) {
  Network* found = networks_.find(network);
  if (found == nullptr) return nullptr;
  const auto is_forgotten = [&](const Count& count) { return now - count.at >= options_.memory.count(); };
  settle(found->count, found->not_before, now);
  for (Share& share : found->shares) settle(share.count, share.not_before, now);
  std::erase_if(found->shares, [&](const Share& share) { return is_forgotten(share.count); });
  if (!is_forgotten(found->count)) return found;
  networks_.erase(network);
  return nullptr;
}

bool Throttle::is_own_network(Key account, Key network, std::int64_t now) {
  const Places* places = own_places_.find(account);
  return places != nullptr && std::ranges::any_of(*places, [&](const Place& place) {
           return place.network == network && now - place.last_login < kPlaceLifetime;
         });
}

void Throttle::remember_place(Key account, Key network, std::int64_t now) {
  Places& places = own_places_.get(account);
  const auto found = std::ranges::find(places, network, &Place::network);
  if (found != places.end()) {
    // Not at every login, lest an idle server write all the time.
    if (std::abs(now - found->last_login) < kDay) return;
    found->last_login = now;
  } else if (places.size() < kMaxPlaces) {
    places.push_back({network, now});
  } else {
    *std::ranges::min_element(places, {}, &Place::last_login) = {network, now};
  }
  is_dirty_ = true;
}

// 0: the attempt may be made.
std::int64_t Throttle::account_wait(Key account, bool has_failed_lately, std::int64_t now) {
  Account* found = accounts_.find(account);
  if (found == nullptr) return 0;
  found->count.at = std::min(found->count.at, now);
  const std::uint32_t limit = options_.max_failures_per_account;
  const double count = level(found->count, limit, now);
  if (!is_full(count, limit)) return 0;
  if (has_failed_lately) {
    const double seconds = (count - (limit - 1)) * static_cast<double>(options_.memory.count()) / limit;
    return std::max<std::int64_t>(1, std::llround(std::ceil(seconds)));
  }
  const auto elapsed = static_cast<double>(std::max<std::int64_t>(now - found->strangers_at, 0));
  found->strangers = std::max(0.0, found->strangers - elapsed * kStrangersPerSecond);
  found->strangers_at = now;
  if (found->strangers + 1 > kStrangersAtOnce) return 1;
  found->strangers += 1;
  return 0;
}

Decision Throttle::decide(std::string_view network, std::string_view account, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const Key network_key = key_of('n', network);
  const Key account_key = key_of('a', base::lowered(account));
  Network* const record = recall(network_key, now);

  const bool is_own = is_own_network(account_key, network_key, now);
  const Count* count = nullptr;
  std::int64_t* not_before = nullptr;
  std::uint32_t limit = options_.max_failures_per_address;
  if (record != nullptr && is_own) {
    limit = options_.max_failures_per_account;
    const auto share = std::ranges::find(record->shares, account_key, &Share::account);
    if (share != record->shares.end()) {
      count = &share->count;
      not_before = &share->not_before;
    }
  } else if (record != nullptr) {
    count = &record->count;
    not_before = &record->not_before;
  }

  if (not_before != nullptr && now < *not_before) return {false, *not_before - now};
  if (!is_own) {
    if (const std::int64_t wait = account_wait(account_key, record != nullptr, now); wait > 0) return {false, wait};
  }
  // Whoever has to wait gets one attempt at a time: others must not slip in before this one's outcome is known.
  if (not_before != nullptr) *not_before = now + wait_at(level(*count, limit, now), limit);
  return {};
}

void Throttle::failed(std::string_view network, std::string_view account, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const Key network_key = key_of('n', network);
  const Key account_key = key_of('a', base::lowered(account));
  const std::uint32_t network_limit = options_.max_failures_per_address;
  const std::uint32_t account_limit = options_.max_failures_per_account;
  is_dirty_ = true;

  recall(network_key, now);
  Network& record = networks_.get(network_key);
  add_failure(record.count, network_limit, now);
  record.not_before = std::max(record.not_before, now + wait_at(record.count.level, network_limit));

  auto share = std::ranges::find(record.shares, account_key, &Share::account);
  if (share == record.shares.end()) {
    if (record.shares.size() >= kMaxShares) {
      // Its failures stay in the network's count, where no success takes them back.
      record.shares.erase(
          std::ranges::min_element(record.shares, {}, [](const Share& one) { return one.count.level; }));
    }
    share = record.shares.insert(record.shares.end(), Share{account_key, {}, 0});
  }
  add_failure(share->count, account_limit, now);
  share->not_before = std::max(share->not_before, now + wait_at(share->count.level, account_limit));

  add_failure(accounts_.get(account_key).count, account_limit, now);
}

void Throttle::succeeded(std::string_view network, std::string_view account, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const Key network_key = key_of('n', network);
  const Key account_key = key_of('a', base::lowered(account));
  remember_place(account_key, network_key, now);

  Network* const record = recall(network_key, now);
  if (record == nullptr) return;
  const auto share = std::ranges::find(record->shares, account_key, &Share::account);
  if (share == record->shares.end()) return;
  is_dirty_ = true;
  const double taken_back = level(share->count, options_.max_failures_per_account, now);
  record->shares.erase(share);
  if (Account* const found = accounts_.find(account_key)) {
    found->count.level = std::max(0.0, found->count.level - taken_back);
  }

  const std::uint32_t limit = options_.max_failures_per_address;
  record->count.level = std::max(0.0, record->count.level - taken_back);
  const double left = level(record->count, limit, now);
  // Half a failure is nobody's: the two counts are not forgotten at the same speed.
  if (record->shares.empty() && left < 0.5) {
    networks_.erase(network_key);
    return;
  }
  record->not_before = std::min(record->not_before, record->count.at + wait_at(left, limit));
}

bool Throttle::is_dirty() const {
  const std::lock_guard lock(mutex_);
  return is_dirty_;
}

}  // namespace portreeve::auth
