#include "storage/sqlite/writer.h"

#include <algorithm>

#include "core/base/log.h"

namespace portreeve::store::sqlite {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kGroupJobs = 512;
constexpr std::size_t kGroupBytes = 8 << 20;
constexpr auto kGroupTime = 25ms;
constexpr auto kBulkWaits = 20ms;
constexpr auto kBackgroundWaits = 100ms;

const Error kClosed{Errc::closed, "the store is closing"};
const Error kBroken{Errc::io, "an earlier sync failed, so that the disk can't be trusted; restart"};

// What isn't SQLite's, such as memory that runs out, ends what was tried, and not the process.
template <class Work>
auto failing_alone(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& exception) {
    base::log::error("store.write", {{"what", exception.what()}});
    fail(Errc::io, exception.what());
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, Shared& shared,
               std::function<void(Connection&, int)> after_group)
    : connection_(std::move(connection)), shared_(shared), after_group_(std::move(after_group)) {
  sqlite3_wal_hook(
      connection_->handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() { close(); }

void Writer::submit(Lane which, std::unique_ptr<Job> job) {
  {
    std::unique_lock lock(mutex_);
    const bool is_refused = which == Lane::background ? is_closing_ : is_closed_;
    if (!is_refused) {
      lane(which).push_back(std::move(job));
      lock.unlock();
      has_work_.notify_one();
      return;
    }
  }
  job->fail(kClosed);
  job->report();
}

bool Writer::is_idle() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::all_of(lanes_, [](const auto& jobs) { return jobs.empty(); });
}

void Writer::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  has_work_.notify_one();
  if (thread_.joinable()) thread_.join();
  // Only now: what such a job holds may be tied to the writer's connection.
  for (auto& job : std::exchange(lane(Lane::background), {})) {
    job->fail(kClosed);
    job->report();
  }
}

// Precondition: mutex_ is held.
bool Writer::is_due(Lane which) const {
  const auto& jobs = lane(which);
  if (jobs.empty()) return false;
  const auto waited = steady_clock::now() - jobs.front()->since;
  switch (which) {
    case Lane::normal: return true;
    case Lane::bulk: return lane(Lane::normal).empty() || waited >= kBulkWaits;
    case Lane::background:
      return !is_closing_ && ((lane(Lane::normal).empty() && lane(Lane::bulk).empty()) || waited >= kBackgroundWaits);
  }
  return false;
}

// The next group; false at the end.
bool Writer::take(Jobs& group) {
  std::unique_lock lock(mutex_);
  has_work_.wait(lock, [this] {
    return is_closing_ || !lane(Lane::normal).empty() || !lane(Lane::bulk).empty() || !lane(Lane::background).empty();
  });
  for (const Lane which : {Lane::background, Lane::bulk}) {
    if (!is_due(which)) continue;
    group.push_back(std::move(lane(which).front()));
    lane(which).pop_front();
    return true;
  }
  auto& jobs = lane(Lane::normal);
  std::size_t bytes = 0;
  while (!jobs.empty() && group.size() < kGroupJobs && bytes < kGroupBytes) {
    const bool is_alone = !jobs.front()->is_transactional();
    if (is_alone && !group.empty()) break;
    bytes += jobs.front()->bytes;
    group.push_back(std::move(jobs.front()));
    jobs.pop_front();
    if (is_alone) break;
  }
  if (group.empty()) is_closed_ = true;
  return !group.empty();
}

void Writer::loop() {
  Jobs group;
  while (take(group)) {
    wal_pages_ = 0;
    if (group.front()->is_transactional()) {
      for (std::span<std::unique_ptr<Job>> left = group; !left.empty();) left = left.subspan(commit(left));
    } else {
      maintain(*group.front());
    }
    group.clear();
    if (!is_broken_ && wal_pages_ > 0) after_group_(*connection_, wal_pages_);
  }
}

void Writer::maintain(Job& job) {
  if (is_broken_) {
    job.fail(kBroken);
  } else {
    try {
      failing_alone([&] { job.run(*connection_, nullptr); });
    } catch (const Failure& failure) {
      if (failure.is_from_database) give_up(failure);
      job.fail(failure.error());
    }
  }
  job.report();
}

// Runs and reports as many of the jobs, from the first on, as one transaction may take.
std::size_t Writer::commit(std::span<std::unique_ptr<Job>> jobs, bool is_again) {
  std::size_t count = jobs.size();
  if (is_broken_) {
    for (auto& job : jobs) job->fail(kBroken);
  } else {
    try {
      count = attempt(jobs);
    } catch (const Failure& failure) {
      const bool has_more_room = give_up(failure);
      if (count > 1) {
        for (std::size_t i = 0; i < count; ++i) commit(jobs.subspan(i, 1));
        return count;
      }
      // Once, since the ballast may be there again by then.
      if (has_more_room && !is_again) return commit(jobs, true);
      jobs.front()->fail(failure.error());
    }
  }
  for (auto& job : jobs.first(count)) job->report();
  return count;
}

// True if there is more room than before.
bool Writer::give_up(const Failure& failure) {
  connection_->roll_back();
  if (failure.is_from_database) base::log::error("store.write", {{"what", failure.error().detail}});
  const bool has_more_room = failure.error().code == Errc::disk_full && shared_.disk.give_up_ballast();
  if (!failure.is_sync_lost) return has_more_room;
  // What the system held back may be lost while a second sync says that all is well, so there is none.
  is_broken_ = true;
  base::log::error("store.broken", {{"what", "a sync failed; nothing is written until a restart"}});
  return false;
}

std::size_t Writer::attempt(std::span<std::unique_ptr<Job>> jobs) {
  shared_.disk.look();
  Transaction transaction(*connection_, shared_);
  const std::size_t count = failing_alone([&] { return run_all(jobs, transaction); });
  transaction.publish();
  return count;
}

std::size_t Writer::run_all(std::span<std::unique_ptr<Job>> jobs, Transaction& transaction) {
  connection_->run("BEGIN IMMEDIATE");
  const auto until = steady_clock::now() + kGroupTime;
  std::size_t count = 0;
  while (count < jobs.size() && (count == 0 || steady_clock::now() < until)) {
    Job& job = *jobs[count++];
    const std::uint64_t before = transaction.changes();
    try {
      job.run(*connection_, &transaction);
    } catch (const Failure& failure) {
      if (failure.is_from_database || transaction.changes() != before) throw;
      job.fail(failure.error());
    }
  }
  transaction.flush();
  connection_->run("COMMIT");
  return count;
}

}  // namespace portreeve::store::sqlite
