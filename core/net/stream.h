// The byte stream that a session reads and writes: buffered, with a deadline, over a bare socket or TLS.
//
// Reading. fill() adds what the peer sent to buffered(), up to the caller's limit; consume() drops what was parsed.
// Views into buffered() hold until the next call that isn't write() or const. One reader and one writer at a time.
//
// Writing. write() only queues; flush() sends the queue in as few segments as it can; send() is flush() with a body
// behind the queue that is not copied. Both wait while the peer is slow, so memory stays bounded if the caller flushes
// once queued_bytes() passes its bound.
//
// Waiting. wait_input() is where a session rests between commands: it gives back idle buffers and also wakes for
// notify() and for the server's stop. A stop also ends fill_command() and a handshake, or anybody could hold it up with
// half a line; everywhere else it waits for the command to end.
//
// A send that failed half-way leaves the peer in the middle of an answer, or of a TLS record: from then on nothing more
// is sent, and every flush() fails as that one did.
//
// Failing. After set_deadline()'s time everything awaited fails with Errc::timeout, after cancel() with
// Errc::cancelled, until the deadline is set anew (never, for cancel). Bytes received don't extend a deadline.
//
// Threads: the loop's own, save notify(). Destroy it with nothing awaited, on its loop.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/async/loop.h"
#include "core/async/task.h"
#include "core/async/timer.h"
#include "core/net/errors.h"
#include "core/net/layer.h"

namespace portreeve::net {

enum class Wake {
  input,     // there are bytes in buffered()
  notified,  // notify() was called since the last wait
  stopping,  // the server is going down: say goodbye and end. Told once.
};

enum class Parting {
  done,
  cut_short,  // the peer was in the middle of something
};

class Stream {
  class Socket;

 public:
  // Takes `fd`, a connected non-blocking socket; closed with the stream.
  Stream(async::Loop& loop, int fd);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  async::Loop& loop() const { return loop_; }

  // --- deadlines and endings
  void set_deadline(async::Milliseconds from_now);
  void clear_deadline();
  // Everything awaited now or later fails with Errc::cancelled.
  void cancel();
  // wait_input() answers Wake::stopping, once.
  void request_stop();
  bool is_stop_requested() const { return is_stop_requested_; }

  // --- reading
  std::string_view buffered() const { return std::string_view(input_).substr(consumed_); }
  void consume(std::size_t bytes);
  // Bytes of memory that buffered() and its room take.
  std::size_t buffered_room() const { return input_.capacity(); }

  class FillAwaiter;
  // Waits for at least one more byte behind buffered(). Errc::too_long if `limit` bytes are buffered already.
  FillAwaiter fill(std::size_t limit);
  // fill() for the rest of a command: when the server stops it also returns, with or without more.
  FillAwaiter fill_command(std::size_t limit);
  class InputAwaiter;
  // Net Result<Wake>. Returns at once with Wake::input if bytes are buffered.
  InputAwaiter wait_input();
  // A line up to LF, without it and a CR before it; consumed by the next call on the stream's reading side.
  // Errc::too_long if the line has more than `limit` bytes: the session may then discard_line() and go on.
  async::Task<Result<std::string_view>> read_line(std::size_t limit);
  // Drops bytes up to and with the next LF.
  async::Task<Result<>> discard_line();

  // Has the peer sent anything by now? Does not wait, and takes nothing from the session: what it had to read is in
  // buffered(). An end of the stream is no input. For a server that is to speak first (RFC 5321 §4.3.1).
  bool has_early_input();

  // --- writing
  void write(std::string_view bytes) { output_.append(bytes); }
  // The queue itself, for writers that format in place.
  std::string& output() { return output_; }
  std::size_t queued_bytes() const { return output_.size(); }
  async::Task<Result<>> flush();
  // Sends the queue and then `body`, which must live until then.
  async::Task<Result<>> send(std::string_view body);

  // --- TLS
  // Sends the queue, drops all clear-text input that is buffered (RFC 3207 §4.2: nothing from before the handshake
  // may be used after it), and shakes hands. The layer is over fd().
  async::Task<Result<>> start_tls(std::unique_ptr<Layer> layer);
  const TlsInfo* tls() const { return layer_->tls(); }
  std::string channel_binding(std::string_view type) const { return layer_->channel_binding(type); }
  int fd() const;

  // --- compression
  // Sends the queue, and puts a layer over the present one. `wrap` is given that and the input that is buffered: the
  // peer sent it for the new layer to read.
  using Wrap = std::unique_ptr<Layer> (*)(std::unique_ptr<Layer> below, std::string_view early);
  async::Task<Result<>> add_layer(Wrap wrap);

  // Sends the queue and TLS's close_notify, and half-closes. If the peer is still sending, reads on for a moment, so
  // that a reset doesn't take our last words from it. A second call does nothing. Errors are not reported: the session
  // is over.
  async::Task<> close(Parting parting = Parting::done);

  // Why the layer failed, for the log; empty if it didn't.
  std::string failure() const { return layer_->failure(); }
  std::uint64_t bytes_received() const { return received_; }
  std::uint64_t bytes_sent() const { return sent_; }

  // Wakes wait_input() with Wake::notified, now or the next time. Get it once and keep it; it may outlive the stream,
  // and be called from any thread, also under a lock.
  class Notifier {
   public:
    void operator()() const;

   private:
    friend class Stream;
    struct Shared;
    std::shared_ptr<Shared> shared_;
  };
  Notifier notifier();

 private:
  enum class Direction : std::uint8_t { none, read, write };

  // A coroutine that waits on this stream, and what it waits for.
  struct Waiter {
    virtual ~Waiter() = default;
    // After an event: is there something to tell? If not, `wanted` says what to wait for.
    virtual bool is_settled() = 0;
    std::coroutine_handle<> coroutine;
    Direction wanted = Direction::read;
    bool is_between_commands = false;
  };
  class ReadyAwaiter;

  void suspend(Waiter& waiter, std::coroutine_handle<> coroutine);
  // From the loop's own callbacks only: resumes the waiter if it is settled.
  void settle();
  // From anywhere on the loop: resumes it later.
  void settle_soon();
  void on_deadline();
  // True if buffered() grew or read_status_ holds an error; otherwise `wanted` is set.
  bool try_read(std::size_t limit, Direction& wanted);
  bool has_failed() const { return has_timed_out_ || is_cancelled_; }
  Errc failure_code() const { return is_cancelled_ ? Errc::cancelled : Errc::timeout; }
  void drop_last_line();
  void release_spare_input();
  void release_idle_buffers();
  async::Task<> drain();

  async::Loop& loop_;
  Socket* socket_;  // closes itself through the loop
  std::unique_ptr<Layer> layer_;

  std::string input_;
  std::size_t consumed_ = 0;
  std::size_t line_bytes_ = 0;  // of the last line read, consumed by the next read
  std::string output_;

  Waiter* waiter_ = nullptr;
  std::shared_ptr<Notifier::Shared> notifier_;
  async::Timer timer_;
  std::int64_t deadline_ = 0;   // loop milliseconds; 0: none
  std::int64_t timer_due_ = 0;  // when timer_ fires; 0: not running
  Result<> read_status_;
  std::optional<Errc> cut_;  // why a send ended half-way
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  bool was_read_full_ = false;  // more is likely to be there: read in bulk, though the caller consumes all it gets
  bool has_timed_out_ = false;
  bool is_cancelled_ = false;
  bool is_closed_ = false;
  bool is_stop_requested_ = false;
  bool is_stop_told_ = false;
  bool is_notified_ = false;

 public:
  class FillAwaiter final : Waiter {
   public:
    bool await_ready() { return is_settled(); }
    void await_suspend(std::coroutine_handle<> coroutine) {
      stream_.release_spare_input();
      stream_.suspend(*this, coroutine);
    }
    Result<> await_resume();

   private:
    friend class Stream;
    FillAwaiter(Stream& stream, std::size_t limit, bool is_command) : stream_(stream), limit_(limit) {
      is_between_commands = is_command;
    }
    bool is_settled() override;
    Stream& stream_;
    std::size_t limit_;
  };

  class InputAwaiter final : Waiter {
   public:
    bool await_ready();
    void await_suspend(std::coroutine_handle<> coroutine);
    Result<Wake> await_resume();

   private:
    friend class Stream;
    explicit InputAwaiter(Stream& stream) : stream_(stream) { is_between_commands = true; }
    bool is_settled() override;
    bool has_news() const;
    Stream& stream_;
  };
};

}  // namespace portreeve::net
