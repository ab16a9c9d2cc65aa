#include "core/async/timer.h"

#include <uv.h>

#include <algorithm>
#include <utility>

namespace portreeve::async {

Timer::Timer(Loop& loop) : handle_(new uv_timer_t) {
  uv_timer_init(loop.uv(), handle_);
  handle_->data = this;
}

Timer::~Timer() {
  handle_->data = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(handle_),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
}

void Timer::start(Milliseconds delay, std::move_only_function<void()> fire) {
  fire_ = std::move(fire);
  const auto on_fire = [](uv_timer_t* handle) {
    // Moved out first: the call may destroy this Timer, or start it again.
    auto call = std::move(static_cast<Timer*>(handle->data)->fire_);
    call();
  };
  // uv_timer_start counts from the loop's cached time, which a long turn leaves behind.
  uv_update_time(handle_->loop);
  uv_timer_start(handle_, on_fire, static_cast<std::uint64_t>(std::max<std::int64_t>(delay.count(), 0)), 0);
}

void Timer::stop() {
  uv_timer_stop(handle_);
  fire_ = nullptr;
}

}  // namespace portreeve::async
