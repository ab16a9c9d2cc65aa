#include "storage/sqlite/checkpointer.h"

#include "core/base/log.h"

namespace portreeve::store::sqlite {
namespace {

constexpr int kPagesPerMiB = 64;  // of 16 KiB
constexpr int kPassiveEvery = 4 * kPagesPerMiB;
constexpr int kRestartAt = 64 * kPagesPerMiB;
constexpr int kRetryAfter = 8 * kPagesPerMiB;
constexpr int kMustRestartAt = 224 * kPagesPerMiB;
constexpr int kReaderWaitMs = 100;

}  // namespace

Checkpointer::Checkpointer(const std::string& path, std::function<void()> hurry)
    : connection_(path, Connection::Use::upkeep), hurry_(std::move(hurry)), restart_at_(kRestartAt) {
  thread_ = std::thread([this] { loop(); });
}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Checkpointer::after_commit(Connection& writer, int pages) {
  if (pages < restart_at_ - kRetryAfter) restart_at_ = kRestartAt;
  if (pages >= restart_at_) {
    bool is_done = restart(writer);
    for (; !is_done && pages >= kMustRestartAt; is_done = restart(writer)) hurry_();
    restart_at_ = is_done ? kRestartAt : pages + kRetryAfter;
    if (is_done) pages = 0;
  }
  bool is_due = false;
  {
    const std::lock_guard lock(mutex_);
    if (pages < pages_) done_ = 0;
    pages_ = pages;
    is_due = pages_ - done_ >= kPassiveEvery;
  }
  if (is_due) changed_.notify_one();
}

bool Checkpointer::restart(Connection& writer) {
  const std::lock_guard checkpointing(checkpoint_mutex_);
  sqlite3_busy_timeout(writer.handle(), kReaderWaitMs);
  const int code = sqlite3_wal_checkpoint_v2(writer.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(writer.handle(), kBusyTimeoutMs);
  if (code == SQLITE_OK) return true;
  if (code == SQLITE_BUSY) return false;
  base::log::error("store.checkpoint", {{"what", sqlite3_errmsg(writer.handle())}});
  return true;  // another try at once would fail alike; the commits go on
}

void Checkpointer::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || pages_ - done_ >= kPassiveEvery; });
    if (is_ending_) return;
    lock.unlock();
    int done = 0;
    int code = SQLITE_OK;
    {
      const std::lock_guard checkpointing(checkpoint_mutex_);
      code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, &done);
    }
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
      base::log::error("store.checkpoint", {{"what", sqlite3_errmsg(connection_.handle())}});
    }
    lock.lock();
    // A failed one, or one that a reader held up, is tried again after as much growth.
    done_ = std::max(code == SQLITE_OK ? done : 0, pages_);
  }
}

}  // namespace portreeve::store::sqlite
