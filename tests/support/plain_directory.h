// A directory without aliases and delegates; fakes derive from it and say who is there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/types.h"

namespace portreeve::testing {

class PlainDirectory : public store::Directory {
 public:
  const store::Alias* find_alias(std::string_view) const override { return nullptr; }
  bool is_delegate(store::AccountId, store::AccountId) const override { return false; }
  std::vector<store::AccountId> delegates(store::AccountId) const override { return {}; }
  std::vector<store::Alias> aliases() const override { return {}; }
  const store::Account* oldest_account(std::string_view domain) const override {
    const store::Account* oldest = nullptr;
    for (const store::Account& account : accounts()) {
      if (!account.is_enabled || (!domain.empty() && !account.address.ends_with("@" + std::string(domain)))) continue;
      if (oldest == nullptr || account.id < oldest->id) oldest = find(account.id);
    }
    return oldest;
  }
};

}  // namespace portreeve::testing
