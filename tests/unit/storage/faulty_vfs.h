// SQLite's files with faults: writes and syncs that fail, and a power cut that loses what was not synced.
//
// While one exists, it is SQLite's default VFS. Threads: any.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>

namespace portreeve::store::sqlite {

class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // The next operations of a kind fail, until set to 0 again.
  std::atomic<int> write_result = SQLITE_OK;
  std::atomic<int> sync_result = SQLITE_OK;

  // From here on, remembers each file as it was at its last sync.
  void remember() { is_remembering_ = true; }
  // Writes the files as a power cut now would leave them, by their names, into a directory.
  void write_synced(const std::string& directory);

 private:
  friend struct FaultyMethods;
  void synced(const std::string& path);

  sqlite3_vfs vfs_{};
  sqlite3_vfs* real_;
  std::atomic<bool> is_remembering_ = false;
  std::mutex mutex_;
  std::map<std::string, std::string> contents_;  // by path
};

}  // namespace portreeve::store::sqlite
