#include "storage/sqlite/directory.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace portreeve::store::sqlite {

DirectoryImage::DirectoryImage(Connection& connection) {
  Query domains(connection, "SELECT name FROM domain");
  while (domains.step()) domains_.emplace(domains.text(0));
  Query accounts(
      connection,
      "SELECT a.id, a.address, a.verifier, a.created, a.is_enabled, "
      "coalesce((SELECT m.id FROM mailbox m WHERE m.account = a.id AND m.name = 'INBOX'), 0) FROM account a");
  while (accounts.step()) {
    Entry entry;
    entry.account.id = accounts.integer(0);
    entry.account.address = accounts.text(1);
    entry.account.verifier = accounts.text(2);
    entry.account.created = accounts.integer(3);
    entry.account.is_enabled = accounts.integer(4) != 0;
    entry.inbox = accounts.integer(5);
    accounts_.emplace(entry.account.id, std::move(entry));
  }
  Query addresses(connection, "SELECT address, account FROM address");
  while (addresses.step()) addresses_.emplace(addresses.text(0), addresses.integer(1));
}

bool DirectoryImage::has_domain(std::string_view domain) const { return domains_.contains(base::lowered(domain)); }

const Account* DirectoryImage::find(AccountId id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : &found->second.account;
}

const Account* DirectoryImage::find_address(std::string_view address) const {
  const auto found = addresses_.find(base::lowered(address));
  return found == addresses_.end() ? nullptr : find(found->second);
}

std::vector<Account> DirectoryImage::accounts() const {
  std::vector<Account> all;
  all.reserve(accounts_.size());
  for (const auto& [id, entry] : accounts_) all.push_back(entry.account);
  std::ranges::sort(all, {}, &Account::address);
  return all;
}

std::vector<std::string> DirectoryImage::domains() const { return {domains_.begin(), domains_.end()}; }

MailboxId DirectoryImage::inbox(AccountId id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? 0 : found->second.inbox;
}

}  // namespace portreeve::store::sqlite
