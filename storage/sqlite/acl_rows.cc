#include "storage/sqlite/acl_rows.h"

#include <utility>

namespace portreeve::store::sqlite {
namespace {

AclEntry entry_of(Query& row, int column) {
  return {.subject = {.account = row.integer(column), .is_negative = row.integer(column + 1) != 0},
          .rights = static_cast<Rights>(row.integer(column + 2) & kAllRights)};
}

}  // namespace

AclsPtr read_acls(Connection& connection) {
  Query rows(connection,
             "SELECT m.account, m.id, a.account, a.is_negative, a.rights FROM acl a JOIN mailbox m ON m.id = a.mailbox "
             "ORDER BY m.id, a.account, a.is_negative");
  std::map<AccountId, OwnerAcls::Entries> owners;
  while (rows.step()) owners[rows.integer(0)][rows.integer(1)].push_back(entry_of(rows, 2));
  Acls::Owners all;
  for (auto& [owner, entries] : owners) all.emplace(owner, std::make_shared<const OwnerAcls>(std::move(entries)));
  return std::make_shared<const Acls>(std::move(all));
}

std::shared_ptr<const OwnerAcls> read_owner_acls(Connection& connection, AccountId owner) {
  Query rows(connection,
             "SELECT m.id, a.account, a.is_negative, a.rights FROM mailbox m JOIN acl a ON a.mailbox = m.id WHERE "
             "m.account = ? ORDER BY m.id, a.account, a.is_negative");
  rows.bind(owner);
  OwnerAcls::Entries entries;
  while (rows.step()) entries[rows.integer(0)].push_back(entry_of(rows, 1));
  return entries.empty() ? nullptr : std::make_shared<const OwnerAcls>(std::move(entries));
}

}  // namespace portreeve::store::sqlite
