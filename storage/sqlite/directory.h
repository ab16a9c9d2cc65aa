// Who is who, read whole from the database. Threads: immutable.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

class DirectoryImage final : public Directory {
 public:
  explicit DirectoryImage(Connection& connection);

  bool has_domain(std::string_view domain) const override;
  const Account* find(AccountId id) const override;
  const Account* find_address(std::string_view address) const override;
  std::vector<Account> accounts() const override;
  std::vector<std::string> domains() const override;

  MailboxId inbox(AccountId id) const;

 private:
  struct Entry {
    Account account;
    MailboxId inbox = 0;
  };
  std::unordered_map<AccountId, Entry> accounts_;
  std::unordered_map<std::string, AccountId> addresses_;  // in lower case
  std::set<std::string, std::less<>> domains_;
};

}  // namespace portreeve::store::sqlite
