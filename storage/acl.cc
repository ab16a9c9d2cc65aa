#include "storage/acl.h"

#include <algorithm>
#include <utility>

namespace portreeve::store {
namespace {

Rights effective(const std::vector<AclEntry>& entries, AccountId account) {
  Rights given = 0;
  Rights taken = 0;
  for (const auto& [subject, rights] : entries) {
    if (subject.account != 0 && subject.account != account) continue;
    (subject.is_negative ? taken : given) |= rights;
  }
  return given & static_cast<Rights>(~taken);
}

}  // namespace

OwnerAcls::OwnerAcls(Entries entries) : entries_(std::move(entries)) {
  for (const auto& [mailbox, list] : entries_) {
    for (const AclEntry& entry : list) {
      if (!entry.subject.is_negative) named_.push_back(entry.subject.account);
    }
  }
  std::ranges::sort(named_);
  const auto rest = std::ranges::unique(named_);
  named_.erase(rest.begin(), rest.end());
  named_.shrink_to_fit();
}

bool OwnerAcls::names(AccountId account) const {
  return (!named_.empty() && named_.front() == 0) || std::ranges::binary_search(named_, account);
}

Acls Acls::with(const Owners& changed) const {
  Owners owners = owners_;
  for (const auto& [owner, acls] : changed) {
    if (acls) {
      owners[owner] = acls;
    } else {
      owners.erase(owner);
    }
  }
  return Acls(std::move(owners));
}

Rights Acls::rights(AccountId owner, MailboxId mailbox, AccountId account) const {
  if (owner == account) return kAllRights;
  const auto acls = owners_.find(owner);
  if (acls == owners_.end()) return 0;
  const auto list = acls->second->entries().find(mailbox);
  return list == acls->second->entries().end() ? Rights{0} : effective(list->second, account);
}

std::span<const AclEntry> Acls::entries(AccountId owner, MailboxId mailbox) const {
  const auto acls = owners_.find(owner);
  if (acls == owners_.end()) return {};
  const auto list = acls->second->entries().find(mailbox);
  if (list == acls->second->entries().end()) return {};
  return list->second;
}

bool Acls::shares(AccountId owner, AccountId account) const {
  const auto acls = owners_.find(owner);
  return acls != owners_.end() && acls->second->names(account);
}

Rights Acls::rights_anywhere(AccountId owner, AccountId account) const {
  Rights rights = 0;
  if (!shares(owner, account)) return rights;
  for (const auto& [mailbox, entries] : owners_.at(owner)->entries()) rights |= effective(entries, account);
  return rights;
}

std::vector<Acls::Shared> Acls::shared_with(AccountId account) const {
  std::vector<Shared> shared;
  for (const auto& [owner, acls] : owners_) {
    if (owner == account || !acls->names(account)) continue;
    for (const auto& [mailbox, entries] : acls->entries()) {
      if (const Rights rights = effective(entries, account); rights != 0) shared.push_back({owner, mailbox, rights});
    }
  }
  return shared;
}

}  // namespace portreeve::store
