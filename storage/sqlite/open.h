// Opens the SQLite store. The only door into storage/sqlite.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/store.h"

namespace portreeve::store::sqlite {

struct Options {
  std::string directory;  // holds portreeve.db and portreeve-search.db, the lock file and the ballast; made if missing
  unsigned readers = 4;   // read connections
  std::uint64_t reserve_bytes = 64 << 20;        // free space below which new mail is refused
  std::uint64_t max_staged_bytes = 512 << 20;    // of all messages under way
  std::uint64_t mailbox_cache_bytes = 64 << 20;  // snapshots of mailboxes that nobody has open
};

// Errc::exists: another process owns the store. The error's text is for people.
Result<std::unique_ptr<Store>> open(const Options& options);

// Puts `backup_file` in the place of an empty store. Refuses beside a live or non-empty store, or an old -wal.
Result<void> restore(const std::string& backup_file, const std::string& directory);

}  // namespace portreeve::store::sqlite
