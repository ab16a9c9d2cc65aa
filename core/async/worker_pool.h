// Threads for what would block a loop: reading SQLite, hashing passwords.
//
// `co_await offload(pool, loop, f)` runs f on a worker and resumes on `loop` with its result; an exception of f is
// thrown there. f and what it refers to must live until then: the awaiting coroutine's locals do.
// Threads: submit() from any. The destructor waits for what was submitted.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/async/loop.h"

namespace portreeve::async {

class WorkerPool {
 public:
  // `name` shows in ps and top; 15 bytes at most.
  WorkerPool(std::string name, unsigned threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(std::move_only_function<void()> work);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<std::move_only_function<void()>> queue_;  // guarded by mutex_
  bool is_stopping_ = false;                           // guarded by mutex_
  std::vector<std::thread> threads_;
};

template <class F>
class Offload {
  using Value = std::invoke_result_t<F&>;
  using Stored = std::conditional_t<std::is_void_v<Value>, std::monostate, Value>;

 public:
  Offload(WorkerPool& pool, Loop& loop, F work) : pool_(pool), loop_(loop), work_(std::move(work)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    pool_.submit([this, coroutine] {
      try {
        if constexpr (std::is_void_v<Value>) {
          work_();
          result_.emplace();
        } else {
          result_.emplace(work_());
        }
      } catch (...) {
        exception_ = std::current_exception();
      }
      loop_.post(coroutine);
    });
  }
  Value await_resume() {
    if (exception_) std::rethrow_exception(exception_);
    if constexpr (!std::is_void_v<Value>) return std::move(*result_);
  }

 private:
  WorkerPool& pool_;
  Loop& loop_;
  F work_;
  std::optional<Stored> result_;
  std::exception_ptr exception_;
};

template <class F>
Offload<F> offload(WorkerPool& pool, Loop& loop, F work) {
  return Offload<F>(pool, loop, std::move(work));
}

}  // namespace portreeve::async
