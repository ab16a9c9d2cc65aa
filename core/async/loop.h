// A Loop is one libuv loop and the thread that runs it. Each coroutine lives on one Loop.
//
// Lifetime: whoever makes a Loop keeps it until run() has returned and every handle on it is closed; ~Loop asserts
// that. Threads: post() from any thread; everything else on the loop's own thread (or before run()).
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

struct uv_loop_s;
struct uv_async_s;

namespace portreeve::async {

using Milliseconds = std::chrono::milliseconds;

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop() has been called and the last handle is closed.
  void run();
  // Lets run() return once no handle but the loop's own is open. Calls posted before it still run. Any thread.
  void stop();

  // Runs `call` on the loop's thread, in the order of posting. Any thread.
  void post(std::move_only_function<void()> call);
  void post(std::coroutine_handle<> coroutine);

  bool is_this_thread() const;
  // Milliseconds of a monotonic clock, as of the beginning of this turn of the loop.
  std::int64_t now() const;
  // For core/async and core/net only.
  uv_loop_s* uv() { return uv_; }

 private:
  struct Posted {
    std::coroutine_handle<> coroutine;
    std::move_only_function<void()> call;
  };

  void enqueue(Posted posted);
  void run_posted();

  uv_loop_s* uv_;
  uv_async_s* wake_;
  std::mutex mutex_;
  std::vector<Posted> posted_;    // guarded by mutex_
  bool is_wake_pending_ = false;  // guarded by mutex_
  std::vector<Posted> running_;
  bool is_stopping_ = false;
};

// Lets what else is due on the loop go first.
class Yield {
 public:
  explicit Yield(Loop& loop) : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) { loop_.post(coroutine); }
  void await_resume() const noexcept {}

 private:
  Loop& loop_;
};

// Suspends the awaiting coroutine and resumes it on its loop after at least `delay`.
class Sleep {
 public:
  Sleep(Loop& loop, Milliseconds delay) : loop_(loop), delay_(delay) {}
  bool await_ready() const noexcept { return delay_.count() <= 0; }
  void await_suspend(std::coroutine_handle<> coroutine);
  void await_resume() const noexcept {}

 private:
  Loop& loop_;
  Milliseconds delay_;
};

}  // namespace portreeve::async
