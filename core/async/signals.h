// Delivers a Unix signal as a call on a Loop.
// Threads: the loop's own.
#pragma once

#include <functional>

#include "core/async/loop.h"

struct uv_signal_s;

namespace portreeve::async {

class SignalWatch {
 public:
  // Calls `handle` on each arrival, until this is destroyed.
  SignalWatch(Loop& loop, int signal, std::function<void()> handle);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  uv_signal_s* handle_;
  std::function<void()> call_;
};

}  // namespace portreeve::async
