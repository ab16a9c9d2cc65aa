#include "core/net/stream.h"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "core/base/retried.h"

namespace portreeve::net {
namespace {

constexpr std::size_t kFirstRead = std::size_t{4} * 1024;    // a command fits
constexpr std::size_t kBulkRead = std::size_t{64} * 1024;    // a message is under way
constexpr std::size_t kKeptOutput = std::size_t{16} * 1024;  // a queue of more is given back once sent
// After our goodbye, for a peer that is still sending: what it may still send, and for how long.
constexpr std::size_t kDrained = std::size_t{1024} * 1024;
constexpr async::Milliseconds kDrainTime{1'000};

}  // namespace

// The descriptor and its poll handle. libuv frees a handle only after a turn of the loop, so this outlives the stream.
//
// The poll stays armed between reads and is stopped only when it fires unasked: each start and stop costs a system
// call, and a peer that waits for our answer sends nothing meanwhile.
class Stream::Socket {
 public:
  Socket(Stream& stream, int fd) : fd_(fd) {
    uv_poll_init(stream.loop_.uv(), &poll_, fd);
    poll_.data = &stream;
  }

  int fd() const { return fd_; }

  void arm(Direction direction) {
    const int wanted = direction == Direction::write ? UV_WRITABLE : UV_READABLE;
    if ((armed_ & wanted) != 0) return;
    armed_ = wanted;
    uv_poll_start(&poll_, wanted, on_event);
  }

  void close() {
    poll_.data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), [](uv_handle_t* handle) {
      // poll_ is the first member, so its address is the Socket's.
      auto* socket = reinterpret_cast<Socket*>(handle);
      ::close(socket->fd_);
      delete socket;
    });
  }

 private:
  static void on_event(uv_poll_t* handle, int status, int events) {
    auto* socket = reinterpret_cast<Socket*>(handle);
    auto* stream = static_cast<Stream*>(handle->data);
    if (status < 0) {
      // libuv stopped the poll; the next read or write tells the error.
      socket->armed_ = 0;
    } else {
      const Waiter* waiter = stream->waiter_;
      const int wanted = waiter == nullptr ? 0 : waiter->wanted == Direction::write ? UV_WRITABLE : UV_READABLE;
      if ((events & wanted) == 0) {
        socket->armed_ = 0;
        uv_poll_stop(handle);
        if (waiter != nullptr) socket->arm(waiter->wanted);
        return;
      }
    }
    stream->settle();
  }

  uv_poll_t poll_{};
  int fd_;
  int armed_ = 0;
};

struct Stream::Notifier::Shared {
  std::mutex mutex;
  Stream* stream = nullptr;  // guarded by mutex; null once the stream is gone
  bool is_posted = false;    // guarded by mutex
};

// Waits until the descriptor is ready, or the stream failed.
class Stream::ReadyAwaiter final : Waiter {
 public:
  ReadyAwaiter(Stream& stream, IoStep::Status status, bool ends_with_stop = false) : stream_(stream) {
    is_between_commands = ends_with_stop;
    wanted = status == IoStep::Status::want_write ? Direction::write : Direction::read;
  }
  bool await_ready() const { return stream_.has_failed(); }
  void await_suspend(std::coroutine_handle<> coroutine) { stream_.suspend(*this, coroutine); }
  Result<> await_resume() const {
    if (stream_.has_failed()) return std::unexpected(stream_.failure_code());
    return {};
  }

 private:
  bool is_settled() override { return true; }
  Stream& stream_;
};

Stream::Stream(async::Loop& loop, int fd) : loop_(loop), socket_(nullptr), layer_(make_plain_layer(fd)), timer_(loop) {
  socket_ = new Socket(*this, fd);
}

Stream::~Stream() {
  if (notifier_) {
    const std::lock_guard lock(notifier_->mutex);
    notifier_->stream = nullptr;
  }
  socket_->close();
}

int Stream::fd() const { return socket_->fd(); }

void Stream::set_deadline(async::Milliseconds from_now) {
  deadline_ = loop_.now() + std::max<std::int64_t>(from_now.count(), 1);
  has_timed_out_ = false;
  // A timer that runs already fires early and then finds how much is left: setting a deadline before each command
  // costs a store, not a walk through libuv's heap.
  if (timer_due_ != 0 && timer_due_ <= deadline_) return;
  timer_due_ = deadline_;
  timer_.start(from_now, [this] { on_deadline(); });
}

void Stream::clear_deadline() {
  deadline_ = 0;
  has_timed_out_ = false;
}

void Stream::on_deadline() {
  timer_due_ = 0;
  if (deadline_ == 0) return;
  const std::int64_t left = deadline_ - loop_.now();
  if (left > 0) {
    timer_due_ = deadline_;
    timer_.start(async::Milliseconds(left), [this] { on_deadline(); });
    return;
  }
  deadline_ = 0;
  has_timed_out_ = true;
  if (waiter_ != nullptr) settle();
}

void Stream::cancel() {
  is_cancelled_ = true;
  settle_soon();
}

void Stream::request_stop() {
  is_stop_requested_ = true;
  if (waiter_ != nullptr && waiter_->is_between_commands) settle_soon();
}

void Stream::suspend(Waiter& waiter, std::coroutine_handle<> coroutine) {
  waiter.coroutine = coroutine;
  waiter_ = &waiter;
  socket_->arm(waiter.wanted);
}

void Stream::settle() {
  Waiter* waiter = waiter_;
  if (waiter == nullptr) return;
  if (!waiter->is_settled()) {
    socket_->arm(waiter->wanted);
    return;
  }
  waiter_ = nullptr;
  waiter->coroutine.resume();  // may destroy this stream
}

void Stream::settle_soon() {
  if (waiter_ == nullptr) return;
  loop_.post(std::exchange(waiter_, nullptr)->coroutine);
}

void Stream::consume(std::size_t bytes) {
  consumed_ += bytes;
  if (consumed_ < input_.size()) return;
  input_.clear();
  consumed_ = 0;
}

void Stream::drop_last_line() { consume(std::exchange(line_bytes_, 0)); }

// A peer that sent much and now is slow must not keep the room that it filled then.
void Stream::release_spare_input() {
  if (input_.capacity() <= 2 * kFirstRead || input_.size() > input_.capacity() / 4) return;
  input_.shrink_to_fit();
  was_read_full_ = false;
}

void Stream::release_idle_buffers() {
  if (input_.empty() && input_.capacity() > 64) std::string().swap(input_);
  if (output_.empty() && output_.capacity() > 64) std::string().swap(output_);
  layer_->shrink();
}

bool Stream::try_read(std::size_t limit, Direction& wanted) {
  if (has_failed()) {
    read_status_ = std::unexpected(failure_code());
    return true;
  }
  read_status_ = {};
  if (consumed_ > 0) {
    input_.erase(0, consumed_);
    consumed_ = 0;
  }
  const std::size_t had = input_.size();
  if (had >= limit) {
    read_status_ = std::unexpected(Errc::too_long);
    return true;
  }
  const std::size_t room = std::min(limit - had, had < kFirstRead && !was_read_full_ ? kFirstRead : kBulkRead);
  IoStep step;
  input_.resize_and_overwrite(had + room, [&](char* data, std::size_t) {
    step = layer_->read({data + had, room});
    return had + (step.status == IoStep::Status::done ? step.bytes : 0);
  });
  was_read_full_ = step.status == IoStep::Status::done && step.bytes == room;
  switch (step.status) {
    case IoStep::Status::done: received_ += step.bytes; return true;
    case IoStep::Status::want_read: wanted = Direction::read; return false;
    case IoStep::Status::want_write: wanted = Direction::write; return false;
    case IoStep::Status::eof: read_status_ = std::unexpected(Errc::eof); return true;
    case IoStep::Status::failed: break;
  }
  read_status_ = std::unexpected(layer_->tls() != nullptr ? Errc::tls : Errc::io);
  return true;
}

Stream::FillAwaiter Stream::fill(std::size_t limit) {
  drop_last_line();
  return {*this, limit, false};
}

Stream::FillAwaiter Stream::fill_command(std::size_t limit) {
  drop_last_line();
  return {*this, limit, true};
}

bool Stream::FillAwaiter::is_settled() {
  return stream_.try_read(limit_, wanted) || (is_between_commands && stream_.is_stop_requested_);
}

Result<> Stream::FillAwaiter::await_resume() {
  if (stream_.has_failed()) return std::unexpected(stream_.failure_code());
  return stream_.read_status_;
}

Stream::InputAwaiter Stream::wait_input() {
  drop_last_line();
  return InputAwaiter(*this);
}

bool Stream::InputAwaiter::has_news() const {
  return !stream_.buffered().empty() || stream_.has_failed() || stream_.is_notified_ ||
         (stream_.is_stop_requested_ && !stream_.is_stop_told_);
}

bool Stream::InputAwaiter::await_ready() {
  stream_.read_status_ = {};
  // Without a pending record the next turn of the loop tells of input sooner than a read that is likely to find none.
  return has_news() || (stream_.layer_->has_pending() && is_settled());
}

void Stream::InputAwaiter::await_suspend(std::coroutine_handle<> coroutine) {
  stream_.release_idle_buffers();
  stream_.suspend(*this, coroutine);
}

bool Stream::InputAwaiter::is_settled() { return has_news() || stream_.try_read(kFirstRead, wanted); }

Result<Wake> Stream::InputAwaiter::await_resume() {
  if (stream_.has_failed()) return std::unexpected(stream_.failure_code());
  if (stream_.is_stop_requested_ && !stream_.is_stop_told_) {
    stream_.is_stop_told_ = true;
    return Wake::stopping;
  }
  if (!stream_.buffered().empty()) return Wake::input;
  if (std::exchange(stream_.is_notified_, false)) return Wake::notified;
  if (!stream_.read_status_) return std::unexpected(stream_.read_status_.error());
  return Wake::notified;  // woken by a stop that was told already
}

async::Task<Result<std::string_view>> Stream::read_line(std::size_t limit) {
  drop_last_line();
  std::size_t searched = 0;
  for (;;) {
    const std::string_view text = buffered();
    const std::size_t end = text.find('\n', searched);
    if (end != std::string_view::npos) {
      const std::size_t length = end > 0 && text[end - 1] == '\r' ? end - 1 : end;
      if (length > limit) co_return std::unexpected(Errc::too_long);
      line_bytes_ = end + 1;
      co_return text.substr(0, length);
    }
    searched = text.size();
    // Room for the CRLF of a line that is just within the limit.
    if (const auto filled = co_await fill(limit + 2); !filled) co_return std::unexpected(filled.error());
  }
}

async::Task<Result<>> Stream::discard_line() {
  drop_last_line();
  for (;;) {
    const std::size_t end = buffered().find('\n');
    if (end != std::string_view::npos) {
      consume(end + 1);
      co_return Result<>{};
    }
    consume(buffered().size());
    if (const auto filled = co_await fill(kBulkRead); !filled) co_return std::unexpected(filled.error());
  }
}

bool Stream::has_early_input() {
  drop_last_line();
  if (!buffered().empty()) return true;
  if (tls() == nullptr) {
    // Left where it is: a TLS layer that comes yet reads the descriptor itself.
    char next = 0;
    return base::retried([&] { return recv(fd(), &next, 1, MSG_PEEK | MSG_DONTWAIT); }) > 0;
  }
  // A readable descriptor says little: what waits there may be a message of TLS's own, such as TLS 1.3's KeyUpdate.
  Direction wanted{};
  try_read(kFirstRead, wanted);
  return !buffered().empty();
}

async::Task<Result<>> Stream::flush() { return send({}); }

async::Task<Result<>> Stream::send(std::string_view body) {
  if (cut_) {
    output_.clear();
    co_return std::unexpected(*cut_);
  }
  std::string_view queue = output_;
  Result<> result;
  bool has_begun = false;
  while (!queue.empty() || !body.empty()) {
    if (has_failed()) {
      result = std::unexpected(failure_code());
      break;
    }
    has_begun = true;
    const std::array<std::string_view, 2> buffers{queue, body};
    const IoStep step = layer_->write(buffers);
    if (step.status == IoStep::Status::done) {
      sent_ += step.bytes;
      const std::size_t from_queue = std::min(step.bytes, queue.size());
      queue.remove_prefix(from_queue);
      body.remove_prefix(step.bytes - from_queue);
      continue;
    }
    if (step.status == IoStep::Status::failed || step.status == IoStep::Status::eof) {
      result = std::unexpected(layer_->tls() != nullptr ? Errc::tls : Errc::io);
      break;
    }
    result = co_await ReadyAwaiter(*this, step.status);
    if (!result) break;
  }
  if (!result && has_begun) cut_ = result.error();
  output_.clear();
  if (output_.capacity() > kKeptOutput) std::string().swap(output_);
  co_return result;
}

async::Task<Result<>> Stream::start_tls(std::unique_ptr<Layer> layer) {
  if (const auto flushed = co_await flush(); !flushed) co_return std::unexpected(flushed.error());
  std::string().swap(input_);
  consumed_ = 0;
  line_bytes_ = 0;
  layer_ = std::move(layer);
  for (;;) {
    if (has_failed()) co_return std::unexpected(failure_code());
    if (is_stop_requested_) co_return std::unexpected(Errc::cancelled);
    const IoStep step = layer_->handshake();
    if (step.status == IoStep::Status::done) co_return Result<>{};
    if (step.status == IoStep::Status::eof) co_return std::unexpected(Errc::eof);
    if (step.status == IoStep::Status::failed) co_return std::unexpected(Errc::tls);
    if (const auto ready = co_await ReadyAwaiter(*this, step.status, true); !ready)
      co_return std::unexpected(ready.error());
  }
}

async::Task<Result<>> Stream::add_layer(Wrap wrap) {
  if (const auto flushed = co_await flush(); !flushed) co_return std::unexpected(flushed.error());
  drop_last_line();
  layer_ = wrap(std::move(layer_), buffered());
  std::string().swap(input_);
  consumed_ = 0;
  co_return Result<>{};
}

// Closing with input unread resets the connection, and the reset can overtake our last reply (RFC 1122 §4.2.2.13).
async::Task<> Stream::drain() {
  set_deadline(kDrainTime);
  for (std::size_t drained = 0; drained < kDrained;) {
    drained += buffered().size();
    consume(buffered().size());
    if (!co_await fill(kBulkRead)) co_return;
  }
}

async::Task<> Stream::close(Parting parting) {
  if (std::exchange(is_closed_, true) || has_failed() || !co_await flush()) co_return;
  layer_->shutdown();
  ::shutdown(fd(), SHUT_WR);
  drop_last_line();
  char next = 0;
  const bool has_unread = !buffered().empty() || recv(fd(), &next, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  if (has_unread || parting == Parting::cut_short) co_await drain();
}

Stream::Notifier Stream::notifier() {
  if (!notifier_) {
    notifier_ = std::make_shared<Notifier::Shared>();
    notifier_->stream = this;
  }
  Notifier notifier;
  notifier.shared_ = notifier_;
  return notifier;
}

void Stream::Notifier::operator()() const {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->stream == nullptr || std::exchange(shared_->is_posted, true)) return;
  shared_->stream->loop_.post([shared = shared_] {
    Stream* stream = nullptr;
    {
      const std::lock_guard inner(shared->mutex);
      shared->is_posted = false;
      stream = shared->stream;
    }
    // Streams die on this thread only, so it can't go between here and there.
    if (stream == nullptr) return;
    stream->is_notified_ = true;
    if (stream->waiter_ != nullptr && stream->waiter_->is_between_commands) stream->settle();
  });
}

}  // namespace portreeve::net
