// Who is who, read whole from the database. Its rows have their keys' form: see respell.h. Threads: immutable.
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
  const Alias* find_alias(std::string_view address) const override;
  bool is_delegate(AccountId owner, AccountId delegate) const override;
  std::vector<AccountId> delegates(AccountId owner) const override;
  const Account* oldest_account(std::string_view domain) const override;
  std::vector<Account> accounts() const override;
  std::vector<Alias> aliases() const override;
  std::vector<std::string> domains() const override;

  MailboxId inbox(AccountId id) const;

 private:
  void load_accounts(Connection& connection);
  void load_aliases(Connection& connection);

  struct Entry {
    Account account;
    MailboxId inbox = 0;
  };
  std::unordered_map<AccountId, Entry> accounts_;
  std::unordered_map<std::string, AccountId> addresses_;  // by their keys
  std::unordered_map<std::string, Alias> aliases_;        // by their keys
  std::set<std::pair<AccountId, AccountId>> delegates_;   // owner, delegate
  std::set<std::string, std::less<>> domains_;            // in A-labels
  std::unordered_map<std::string, AccountId> oldest_;     // by domain's key; "" for all
};

}  // namespace portreeve::store::sqlite
