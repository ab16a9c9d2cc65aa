// Brings what the WAL holds into the database file, and keeps the WAL within bounds.
//
// A thread with a connection of its own makes passive checkpoints, which hold up nobody, each time the WAL has grown by
// 4 MiB. Under a load without pauses they never catch up entirely, so the WAL never starts anew: past 64 MiB the writer
// pauses for a restarting checkpoint, and past 224 MiB it does so until it succeeds.
// Threads: after_commit() is the writer's.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

class Checkpointer {
 public:
  // `hurry` is called when a long read stands in the way of a restart.
  Checkpointer(const std::string& path, std::function<void()> hurry);
  ~Checkpointer();

  // `pages` is the WAL's length after a commit.
  void after_commit(Connection& writer, int pages);

 private:
  void loop();
  bool restart(Connection& writer);

  Connection connection_;
  const std::function<void()> hurry_;
  int restart_at_;  // the writer's

  std::mutex checkpoint_mutex_;  // held during any checkpoint
  std::mutex mutex_;             // of all below
  std::condition_variable changed_;
  int pages_ = 0;
  int done_ = 0;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace portreeve::store::sqlite
