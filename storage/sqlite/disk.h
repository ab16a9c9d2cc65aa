// The store's directory: who owns it, how much room is left, and the ballast that is given up when there is none.
//
// The ballast is a file whose blocks are really allocated. When the disk is full, removing it gives expunges and
// checkpoints the room that they need to make more; it is made again once there is plenty.
// Threads: has_room() any; the rest one at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "storage/sqlite/failure.h"

namespace portreeve::store::sqlite {

// The lock that makes this process the owner of a store. The system lets go of it when the process ends, however that
// comes about.
class Ownership {
 public:
  // Makes the directory if it is missing. Fails with Errc::exists if another process owns it, with Errc::invalid for a
  // network file system, where neither locks nor shared memory can be relied on.
  explicit Ownership(const std::string& directory);
  ~Ownership();
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

 private:
  int descriptor_ = -1;
};

class Disk {
 public:
  using FreeBytes = std::function<std::uint64_t()>;

  // `free_bytes` is asked instead of the file system if it is given.
  Disk(std::string directory, std::uint64_t reserve_bytes, FreeBytes free_bytes);

  bool has_room() const { return has_room_.load(std::memory_order_relaxed); }
  // Measures again; makes the ballast or gives it up accordingly.
  void look();
  // False if there was none.
  bool give_up_ballast();

 private:
  std::uint64_t free_bytes() const;
  void make_ballast();

  const std::string directory_;
  const std::string ballast_;
  const std::uint64_t reserve_bytes_;
  const FreeBytes free_bytes_;
  std::mutex mutex_;
  std::atomic<bool> has_room_{true};
  bool has_ballast_ = false;
};

// Makes an empty file that its owner alone may read, if it is missing.
void make_private_file(const std::string& path);
// Syncs a directory, so that the names in it are as durable as the files.
void sync_directory(const std::string& directory);
// The message of errno after `doing`.
[[noreturn]] void fail_with_errno(const std::string& doing);

}  // namespace portreeve::store::sqlite
