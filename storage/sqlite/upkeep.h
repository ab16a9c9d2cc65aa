// The thread that tidies up behind the writer: removes bodies that nothing refers to any longer, gives free pages back,
// watches the disk, and runs checks.
//
// It changes nothing by itself; what it finds out by reading it hands to the writer in slices that hold up nobody.
// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "storage/sqlite/removals.h"
#include "storage/sqlite/writer.h"

namespace portreeve::store::sqlite {

class Upkeep final : public BodyWatcher {
 public:
  explicit Upkeep(Shared& shared);
  ~Upkeep() override;

  // What an earlier process left to remove. Before start().
  void load(Connection& connection);
  void start(Readers& readers, Writer& writer);
  // Before the writer's end.
  void stop();

  void released(std::vector<Release> releases) override;
  void referenced(const std::vector<BodyId>& bodies) override;
  void view_moved();
  // Runs something, which throws nothing, on this thread; not at all if that has stopped.
  bool post(std::function<void()> task);
  // Waits until all that may be removed is removed.
  void settle();

 private:
  void loop();
  bool run_round(bool is_hasty);
  void tick();
  void remove_ready(bool is_hasty);
  void sort_out(const Release& release);
  void watch_references(bool is_watching);
  void scan_shared();
  std::vector<BodyId> unreferenced(std::vector<BodyId> bodies);
  void remove(std::vector<BodyId> bodies, std::vector<std::int64_t> rows);
  void give_back_pages();
  bool run_slice(std::function<void(Transaction&)> work);
  bool is_stopping() const;

  Shared& shared_;
  Readers* readers_ = nullptr;
  Writer* writer_ = nullptr;
  Removals removals_;

  // This thread's own.
  std::vector<BodyId> shared_waiting_;
  std::vector<std::int64_t> shared_rows_;
  std::chrono::steady_clock::time_point shared_since_;
  std::size_t blocks_at_last_scan_ = 0;

  mutable std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::condition_variable settled_;
  std::deque<std::function<void()>> tasks_;
  bool is_scanning_ = false;
  std::unordered_set<BodyId> referenced_;  // since the scan began
  bool is_poked_ = false;
  std::uint64_t rounds_wanted_ = 0;  // by settle()
  std::uint64_t rounds_ended_ = 0;
  bool is_settled_ = false;  // at the end of the last round
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace portreeve::store::sqlite
