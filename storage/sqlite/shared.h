// What the store's threads share. Each part guards itself.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "storage/sqlite/acl_rows.h"
#include "storage/sqlite/directory.h"
#include "storage/sqlite/disk.h"
#include "storage/sqlite/hooks.h"
#include "storage/sqlite/lists.h"
#include "storage/sqlite/open.h"
#include "storage/sqlite/readers.h"
#include "storage/sqlite/registry.h"
#include "storage/sqlite/staging.h"
#include "storage/sqlite/usage.h"
#include "storage/sqlite/watches.h"

namespace portreeve::store::sqlite {

// Bodies that left a mailbox at a commit.
struct Release {
  MailboxId mailbox = 0;  // whose open views may still want them; 0: none
  ModSeq mod_seq = 0;     // views that have gone this far don't
  std::vector<BodyId> bodies;
  std::int64_t doomed_row = 0;  // 0: they only moved elsewhere
};

// Told of each commit, on the writer's thread.
class BodyWatcher {
 public:
  virtual ~BodyWatcher() = default;
  virtual void released(std::vector<Release> releases) = 0;
  // Bodies that more messages refer to than before.
  virtual void referenced(const std::vector<BodyId>& bodies) = 0;
};

class CurrentDirectory {
 public:
  std::shared_ptr<const DirectoryImage> get() const {
    const std::lock_guard lock(mutex_);
    return image_;
  }
  void set(std::shared_ptr<const DirectoryImage> image) {
    const std::lock_guard lock(mutex_);
    image_.swap(image);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const DirectoryImage> image_;
};

class CurrentAcls {
 public:
  AclsPtr get() const {
    const std::lock_guard lock(mutex_);
    return acls_;
  }
  void set(AclsPtr acls) {
    const std::lock_guard lock(mutex_);
    acls_.swap(acls);
  }

 private:
  mutable std::mutex mutex_;
  AclsPtr acls_;
};

// Whom the store tells of accounts that come near their quota. Set before the first commit that may have something to
// tell.
struct QuotaWatch {
  std::vector<unsigned> percents;
  std::function<void(AccountId, unsigned)> call;
};

constexpr std::int64_t kNothingHeld = INT64_MAX;

struct Shared {
  Shared(const Options& with, const Hooks& hooks, std::function<void()> on_seen)
      : options(with),
        disk(with.directory, with.reserve_bytes, hooks.free_bytes),
        registry(with.mailbox_cache_bytes, std::move(on_seen)),
        staging(with.max_staged_bytes) {}

  const Options options;
  Disk disk;
  Registry registry;
  Lists lists;
  Watches watches;
  CurrentDirectory directory;
  CurrentAcls acls;
  Staging staging;
  Usages usages;
  QuotaWatch quota_watch;
  std::atomic<std::int64_t> next_release{kNothingHeld};
  std::atomic<BodyId> next_body{1};
  BodyWatcher* bodies = nullptr;  // set before the writer starts
};

inline std::string database_path(const std::string& directory) { return directory + "/portreeve.db"; }
inline std::string search_path(const std::string& directory) { return directory + "/portreeve-search.db"; }

}  // namespace portreeve::store::sqlite
