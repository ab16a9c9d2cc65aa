// Owns the detached coroutines of one Loop and knows when the last one has ended.
//
// An exception that leaves a spawned task goes to `on_exception`, and only that task ends.
// Threads: the loop's own. The group must be empty when it is destroyed.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>

#include "core/async/task.h"

namespace portreeve::async {

class TaskGroup {
 public:
  using ExceptionHandler = std::function<void(std::exception_ptr)>;

  explicit TaskGroup(ExceptionHandler on_exception);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts the task at once, on this thread.
  void spawn(Task<> task);
  // Calls `call` once, when no task is left: now if there is none.
  void when_empty(std::move_only_function<void()> call);
  std::size_t size() const { return running_; }

 private:
  struct Detached;
  static Detached run(TaskGroup& group, Task<> task);
  void finish();

  ExceptionHandler on_exception_;
  std::move_only_function<void()> when_empty_;
  std::size_t running_ = 0;
};

}  // namespace portreeve::async
