#include "storage/sqlite/open.h"

#include "storage/sqlite/sqlite_store.h"

namespace portreeve::store::sqlite {

Result<std::unique_ptr<Store>> open(const Options& options) {
  return guarded([&]() -> std::unique_ptr<Store> { return std::make_unique<SqliteStore>(options); });
}

}  // namespace portreeve::store::sqlite
