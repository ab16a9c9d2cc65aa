#include "protocols/session/password_cache.h"

namespace portreeve::session {
PasswordCache::PasswordCache(std::size_t max_accounts, async::Milliseconds lifetime)
    : max_accounts_(max_accounts), lifetime_(lifetime.count()), key_(tls::random_bytes(tls::Sha256().size())) {}

tls::Sha256 PasswordCache::mac_of(const store::Account& account, std::string_view password) const {
  // A verifier holds no NUL, so no two pairs make one text.
  std::string text = account.verifier;
  text += '\0';
  text += password;
  return tls::hmac_sha256(key_, text);
}

bool PasswordCache::knows(const store::Account& account, std::string_view password, std::int64_t now) {
  const tls::Sha256 mac = mac_of(account, password);
  const std::lock_guard lock(mutex_);
  const auto found = by_account_.find(account.id);
  if (found == by_account_.end()) return false;
  const auto entry = found->second;
  if (entry->expires <= now) {
    entries_.erase(entry);
    by_account_.erase(found);
    return false;
  }
  if (!tls::equal_in_constant_time(tls::view(entry->mac), tls::view(mac))) return false;
  entries_.splice(entries_.begin(), entries_, entry);
  return true;
}

void PasswordCache::remember(const store::Account& account, std::string_view password, std::int64_t now) {
  const Entry fresh{account.id, mac_of(account, password), now + lifetime_};
  const std::lock_guard lock(mutex_);
  if (const auto found = by_account_.find(account.id); found != by_account_.end()) {
    *found->second = fresh;
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  if (entries_.size() >= max_accounts_) {
    by_account_.erase(entries_.back().account);
    entries_.pop_back();
  }
  entries_.push_front(fresh);
  by_account_.emplace(account.id, entries_.begin());
}

}  // namespace portreeve::session
