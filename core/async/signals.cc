#include "core/async/signals.h"

#include <uv.h>

#include <utility>

namespace portreeve::async {

SignalWatch::SignalWatch(Loop& loop, int signal, std::function<void()> handle)
    : handle_(new uv_signal_t), call_(std::move(handle)) {
  uv_signal_init(loop.uv(), handle_);
  handle_->data = this;
  uv_signal_start(handle_, [](uv_signal_t* h, int) { static_cast<SignalWatch*>(h->data)->call_(); }, signal);
}

SignalWatch::~SignalWatch() {
  uv_close(reinterpret_cast<uv_handle_t*>(handle_),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_signal_t*>(handle); });
}

}  // namespace portreeve::async
