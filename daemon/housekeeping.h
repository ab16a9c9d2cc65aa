// What the server does on its own for those who have mail here: it releases held messages when their time has come, and
// tells the owner of a mailbox that it fills up.
//
// Threads: tick() on the main loop; the work itself on the upkeep worker. stop() before the worker goes; the store may
// tell of quotas until it is closed, which does nothing then.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "core/async/worker_pool.h"
#include "core/config/config.h"
#include "storage/store.h"

namespace portreeve::daemon {

class Housekeeping {
 public:
  // `current` gives the configuration as it is now, from any thread.
  Housekeeping(store::Store& store, async::WorkerPool& worker, std::function<config::Config()> current);
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  // Has the store watch for accounts that pass these percentages of their quotas. Before any session begins.
  void watch_quotas(const std::vector<std::uint64_t>& percents);
  // About every second; `now` in Unix seconds. Cheap when nothing is due.
  void tick(std::int64_t now);
  void stop();

 private:
  void tell_of_quota(store::AccountId account, unsigned percent);
  // What fails of `work` is logged, and ends nothing else.
  void submit(std::function<void()> work);

  store::Store& store_;
  async::WorkerPool& worker_;
  const std::function<config::Config()> current_;
  std::atomic<bool> is_releasing_ = false;
  // After one that left something: no other before this.
  std::atomic<std::chrono::steady_clock::time_point> not_before_{};
  std::mutex mutex_;
  bool is_stopped_ = false;  // guarded by mutex_
};

}  // namespace portreeve::daemon
