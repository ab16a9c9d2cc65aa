// The one thread that changes the database.
//
// It takes what is waiting, runs it as one transaction, and reports each operation once the commit is synced. A group
// is bounded in operations, bytes and time. When an operation fails without having changed anything, it fails alone;
// when the transaction fails, all of the group's operations are run again, each in a transaction of its own, so that
// one that can't be done takes no other along.
//
// Threads: submit() any; everything that an operation does happens on the writer's thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "storage/sqlite/transaction.h"

namespace portreeve::store::sqlite {

enum class Lane {
  normal,      // in the order in which they came
  bulk,        // long ones: alone, and after normal ones that are waiting
  background,  // upkeep, in small slices: when nothing else waits, or when it has waited for long
};

// Something that the writer does.
class Job {
 public:
  explicit Job(std::size_t weight) : bytes(weight) {}
  virtual ~Job() = default;
  virtual bool is_transactional() const { return true; }
  // May be called again if the transaction failed: what it is made of must stay whole. `transaction` is null for a job
  // that isn't transactional.
  virtual void run(Connection& connection, Transaction* transaction) = 0;
  virtual void fail(const Error& error) = 0;
  // After the commit, or after fail().
  virtual void report() = 0;

  const std::size_t bytes;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
};

template <class T, class Work>
class OperationJob final : public Job {
 public:
  OperationJob(std::size_t weight, Work work, Done<T> done)
      : Job(weight), work_(std::move(work)), done_(std::move(done)) {}

  void run(Connection&, Transaction* transaction) override {
    if constexpr (std::is_void_v<T>) {
      work_(*transaction);
      result_ = Result<T>();
    } else {
      result_ = work_(*transaction);
    }
  }
  void fail(const Error& error) override { result_ = std::unexpected(error); }
  void report() override {
    if (done_) done_(std::move(*result_));
  }

 private:
  Work work_;
  Done<T> done_;
  std::optional<Result<T>> result_;
};

// Runs outside any transaction.
class MaintenanceJob final : public Job {
 public:
  using Work = std::function<void(Connection&)>;
  using Failed = std::function<void(const Error&)>;

  MaintenanceJob(Work work, Failed failed) : Job(0), work_(std::move(work)), failed_(std::move(failed)) {}
  bool is_transactional() const override { return false; }
  void run(Connection& connection, Transaction*) override { work_(connection); }
  void fail(const Error& error) override {
    if (failed_) failed_(error);
  }
  void report() override {}

 private:
  Work work_;
  Failed failed_;
};

class Writer {
 public:
  // `after_group` is called after each group that wrote, with the number of pages in the WAL.
  Writer(std::unique_ptr<Connection> connection, Shared& shared, std::function<void(Connection&, int)> after_group);
  ~Writer();

  void submit(Lane lane, std::unique_ptr<Job> job);
  template <class T, class Work>
  void submit(Lane lane, std::size_t bytes, Work work, Done<T> done) {
    submit(lane, std::make_unique<OperationJob<T, Work>>(bytes, std::move(work), std::move(done)));
  }
  // Does nothing wait?
  bool is_idle() const;
  // Finishes what is queued, save the background lane, which fails with Errc::closed; further jobs do too.
  void close();

 private:
  using Jobs = std::vector<std::unique_ptr<Job>>;
  static constexpr std::size_t kLanes = 3;

  void loop();
  bool take(Jobs& group);
  bool is_due(Lane lane) const;
  std::deque<std::unique_ptr<Job>>& lane(Lane which) { return lanes_[static_cast<std::size_t>(which)]; }
  const std::deque<std::unique_ptr<Job>>& lane(Lane which) const { return lanes_[static_cast<std::size_t>(which)]; }
  std::size_t commit(std::span<std::unique_ptr<Job>> jobs, bool is_again = false);
  std::size_t attempt(std::span<std::unique_ptr<Job>> jobs);
  std::size_t run_all(std::span<std::unique_ptr<Job>> jobs, Transaction& transaction);
  bool give_up(const Failure& failure);
  void maintain(Job& job);

  std::unique_ptr<Connection> connection_;
  Shared& shared_;
  const std::function<void(Connection&, int)> after_group_;
  int wal_pages_ = 0;
  bool is_broken_ = false;

  mutable std::mutex mutex_;  // of all below
  std::condition_variable has_work_;
  std::array<std::deque<std::unique_ptr<Job>>, kLanes> lanes_;
  bool is_closing_ = false;
  bool is_closed_ = false;
  std::thread thread_;
};

}  // namespace portreeve::store::sqlite
