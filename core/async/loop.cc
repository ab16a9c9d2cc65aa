#include "core/async/loop.h"

#include <uv.h>

#include <cassert>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/async/timer.h"

namespace portreeve::async {
namespace {

thread_local const Loop* running_loop = nullptr;

void check(int status, const char* what) {
  if (status < 0) throw std::runtime_error(std::string(what) + ": " + uv_strerror(status));
}

}  // namespace

Loop::Loop() : uv_(new uv_loop_t), wake_(new uv_async_t) {
  check(uv_loop_init(uv_), "can't make an event loop");
  check(uv_async_init(uv_, wake_, [](uv_async_t* handle) { static_cast<Loop*>(handle->data)->run_posted(); }),
        "can't make an event loop's wake-up");
  wake_->data = this;
}

Loop::~Loop() {
  if (!uv_is_closing(reinterpret_cast<uv_handle_t*>(wake_))) uv_close(reinterpret_cast<uv_handle_t*>(wake_), nullptr);
  uv_run(uv_, UV_RUN_DEFAULT);
  [[maybe_unused]] const int status = uv_loop_close(uv_);
  assert(status == 0 && "a handle outlived its loop");
  delete wake_;
  delete uv_;
}

void Loop::run() {
  running_loop = this;
  uv_run(uv_, UV_RUN_DEFAULT);
  running_loop = nullptr;
}

void Loop::stop() {
  post([this] {
    is_stopping_ = true;
    // From here on posts made by handles that are still open must reach us: an unreferenced handle works but doesn't
    // keep uv_run alive.
    uv_unref(reinterpret_cast<uv_handle_t*>(wake_));
  });
}

void Loop::post(std::move_only_function<void()> call) { enqueue({nullptr, std::move(call)}); }

void Loop::post(std::coroutine_handle<> coroutine) { enqueue({coroutine, nullptr}); }

void Loop::enqueue(Posted posted) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(posted));
  if (std::exchange(is_wake_pending_, true)) return;
  // Under the lock, so that ~Loop can't free the handle in between.
  uv_async_send(wake_);
}

void Loop::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
    is_wake_pending_ = false;
  }
  for (Posted& posted : running_) {
    if (posted.coroutine) {
      posted.coroutine.resume();
    } else {
      posted.call();
    }
  }
  running_.clear();
}

bool Loop::is_this_thread() const { return running_loop == this; }

std::int64_t Loop::now() const { return static_cast<std::int64_t>(uv_now(uv_)); }

void Sleep::await_suspend(std::coroutine_handle<> coroutine) {
  // The timer frees itself before it resumes, so that it doesn't outlive the coroutine's loop.
  auto* timer = new Timer(loop_);
  timer->start(delay_, [timer, coroutine] {
    auto resume = coroutine;
    delete timer;
    resume.resume();
  });
}

}  // namespace portreeve::async
