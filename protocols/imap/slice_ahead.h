// Renders the next slice of a FETCH on a worker while the session sends the one before it.
//
//   ahead.start();
//   … send the last slice …
//   outcome = co_await ahead;   // in any case, before anything that the renderer refers to goes
//
// Threads: the session's loop.
#pragma once

#include <coroutine>
#include <exception>
#include <string>
#include <utility>

#include "core/async/loop.h"
#include "core/async/worker_pool.h"
#include "protocols/imap/fetch_renderer.h"

namespace portreeve::imap {

class SliceAhead {
 public:
  // All must outlive it, and it whatever start() began.
  SliceAhead(async::WorkerPool& pool, async::Loop& loop, FetchRenderer& renderer, std::size_t limit)
      : pool_(pool), loop_(loop), renderer_(renderer), limit_(limit) {}

  // What was rendered; empty it before start(), and leave it alone until the outcome is there.
  std::string& slice() { return slice_; }

  void start() {
    is_done_ = false;
    pool_.submit([this] {
      try {
        outcome_ = renderer_.render(slice_, limit_);
      } catch (...) {
        exception_ = std::current_exception();
      }
      loop_.post([this] { finish(); });
    });
  }

  bool await_ready() const noexcept { return is_done_; }
  void await_suspend(std::coroutine_handle<> coroutine) noexcept { waiter_ = coroutine; }
  FetchRenderer::Outcome await_resume() const {
    if (exception_) std::rethrow_exception(exception_);
    return outcome_;
  }

 private:
  void finish() {
    is_done_ = true;
    if (waiter_) std::exchange(waiter_, nullptr).resume();
  }

  async::WorkerPool& pool_;
  async::Loop& loop_;
  FetchRenderer& renderer_;
  const std::size_t limit_;
  std::string slice_;
  FetchRenderer::Outcome outcome_ = FetchRenderer::Outcome::more;
  std::exception_ptr exception_;
  bool is_done_ = true;
  std::coroutine_handle<> waiter_;
};

}  // namespace portreeve::imap
