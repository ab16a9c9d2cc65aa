// A one-shot timer on a Loop. Restarting replaces what was set; the destructor stops it.
// Threads: the loop's own.
#pragma once

#include <functional>

#include "core/async/loop.h"

struct uv_timer_s;

namespace portreeve::async {

class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Calls `fire` on the loop's thread after `delay`. `fire` may destroy the Timer.
  void start(Milliseconds delay, std::move_only_function<void()> fire);
  void stop();

 private:
  uv_timer_s* handle_;
  std::move_only_function<void()> fire_;
};

}  // namespace portreeve::async
