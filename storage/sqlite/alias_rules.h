// Which aliases the store takes.
// Threads: pure functions. All throw Failure(Errc::invalid) for what can't be held.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "storage/types.h"

namespace portreeve::store::sqlite {

struct AliasEntry {
  Alias alias;         // as it is to be stored: each member once
  std::string key;     // of its address (storage/address.h)
  std::string domain;  // of its address, in A-labels
};

// By itself: its addresses are addresses, and not too many.
AliasEntry checked_alias(const Alias& alias);

// Among others: `changed` come to the directory in place of those that have their addresses, `removed` keys go.
// Errc::exists if an account has the address of one.
void check_aliases(const Directory& directory, const std::vector<AliasEntry>& changed,
                   const std::set<std::string>& removed = {});

}  // namespace portreeve::store::sqlite
