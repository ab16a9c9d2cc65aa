// Awaits an operation that reports by calling back once, from whatever thread:
//
//   auto result = co_await await_callback<Result<Appended>>(loop, [&](auto done) { store.append(std::move(mail),
//   std::move(done)); });
//
// The coroutine resumes on `loop`. The operation must call back exactly once, also when it fails or is shut down.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "core/async/loop.h"

namespace portreeve::async {

template <class T, class Start>
class CallbackAwaiter {
 public:
  CallbackAwaiter(Loop& loop, Start start) : loop_(loop), start_(std::move(start)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    start_([this, coroutine](T value) {
      value_.emplace(std::move(value));
      loop_.post(coroutine);
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  Loop& loop_;
  Start start_;
  std::optional<T> value_;
};

template <class T, class Start>
CallbackAwaiter<T, Start> await_callback(Loop& loop, Start start) {
  return CallbackAwaiter<T, Start>(loop, std::move(start));
}

}  // namespace portreeve::async
