// Reads access control lists as their rows have them. Threads: the connection's.
#pragma once

#include <memory>

#include "storage/acl.h"
#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

AclsPtr read_acls(Connection& connection);
// Null if there are no entries.
std::shared_ptr<const OwnerAcls> read_owner_acls(Connection& connection, AccountId owner);

}  // namespace portreeve::store::sqlite
