// The database's layout and its versions.
#pragma once

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

constexpr std::int64_t kSchemaVersion = 4;

// Brings the file of the writer's connection to this version, from nothing or from any older one, and sets what a
// writer needs. Fails for a file of a newer version or of another program.
void prepare_schema(Connection& writer);

// The version of a file, 0 if it is empty.
std::int64_t schema_version(Connection& connection);

}  // namespace portreeve::store::sqlite
