#include "core/async/task_group.h"

#include <cassert>
#include <utility>

namespace portreeve::async {

struct TaskGroup::Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

TaskGroup::TaskGroup(ExceptionHandler on_exception) : on_exception_(std::move(on_exception)) {}

TaskGroup::~TaskGroup() { assert(running_ == 0 && "a task outlived its group"); }

TaskGroup::Detached TaskGroup::run(TaskGroup& group, Task<> task) {
  {
    // The task and all it holds are gone before the group may be.
    Task<> owned = std::move(task);
    try {
      co_await std::move(owned);
    } catch (...) {
      group.on_exception_(std::current_exception());
    }
  }
  group.finish();
}

void TaskGroup::spawn(Task<> task) {
  ++running_;
  run(*this, std::move(task));
}

void TaskGroup::when_empty(std::move_only_function<void()> call) {
  when_empty_ = std::move(call);
  if (running_ == 0) std::exchange(when_empty_, nullptr)();
}

void TaskGroup::finish() {
  --running_;
  if (running_ == 0 && when_empty_) std::exchange(when_empty_, nullptr)();
}

}  // namespace portreeve::async
