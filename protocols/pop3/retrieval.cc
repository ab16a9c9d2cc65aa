// RETR and TOP (RFC 1939 §5, §7): bodies are read, and made into lines, on a worker, in slices.
#include <algorithm>

#include "core/async/worker_pool.h"
#include "core/base/log.h"
#include "protocols/pop3/conversation.h"
#include "protocols/pop3/stuffer.h"

namespace portreeve::pop3 {
namespace {

constexpr std::uint64_t kSliceBytes = std::uint64_t{256} * 1024;
constexpr std::uint32_t kSmallBytes = 64 * 1024;  // read whole, and with others
constexpr std::uint64_t kBatchBytes = kSliceBytes;
constexpr std::uint64_t kFirstTopSlice = std::uint64_t{16} * 1024;  // most headers fit

// Makes one message's answer, slice by slice. Used by one thread at a time.
class Rendering {
 public:
  Rendering(store::Store& store, const store::Message& message, std::optional<std::uint32_t> top_lines)
      : store_(store), message_(message) {
    if (top_lines) excerpt_.emplace(*top_lines);
  }

  // Appends the next slice to `out`, the first with the +OK line, the last with the end. An error leaves `out` as it
  // was.
  store::Result<> next(std::string& out) {
    const std::uint64_t left = message_.size - offset_;
    const std::uint64_t wanted = std::min(left, excerpt_ && offset_ == 0 ? kFirstTopSlice : kSliceBytes);
    std::string raw;
    raw.reserve(wanted);
    if (wanted > 0) {
      if (store::Result<> read = store_.read_body(message_.body, offset_, wanted, raw); !read) return read;
      if (raw.size() != wanted) {
        return std::unexpected(store::Error{.code = store::Errc::corrupt, .detail = "body shorter than its size"});
      }
    }
    if (offset_ == 0) begin(out);
    offset_ += wanted;
    out.reserve(out.size() + raw.size() + raw.size() / 32 + 8);
    stuffer_.feed(excerpt_ ? excerpt_->take(raw) : std::string_view(raw), out);
    is_done_ = offset_ == message_.size || (excerpt_ && excerpt_->is_complete());
    if (is_done_) end(out);
    return {};
  }
  bool is_done() const { return is_done_; }
  bool has_begun() const { return offset_ > 0; }

 private:
  void begin(std::string& out) const {
    if (excerpt_) {
      write_ok(out, "top of message follows");
    } else {
      write_count(out, message_.pop3_size, "octets");
    }
  }
  void end(std::string& out) {
    if (excerpt_ && excerpt_->lacks_blank_line()) {
      stuffer_.end_line(out);
      out.append("\r\n");
    }
    stuffer_.finish(out);
  }

  store::Store& store_;
  store::Message message_;
  std::optional<Excerpt> excerpt_;
  Stuffer stuffer_;
  std::uint64_t offset_ = 0;
  bool is_done_ = false;
};

struct Rendered {
  std::string text;
  std::string failures;  // for the log
};

}  // namespace

std::vector<Conversation::Wanted> Conversation::take_pipelined(const Command& first) {
  const auto lines = [](const Command& command) {
    return command.verb == Verb::top ? std::optional(command.lines) : std::nullopt;
  };
  std::vector<Wanted> wanted;
  wanted.push_back({.message = *drop_->find(*first.message), .top_lines = lines(first)});
  std::uint64_t bytes = wanted.back().message.size;
  for (;;) {
    const Line line = pop3::next_line(stream_.buffered(), options_.max_line_bytes);
    if (line.kind != Line::Kind::line) break;
    const std::expected<Command, Fault> command = parse(line.text);
    if (!command || (command->verb != Verb::retr && command->verb != Verb::top)) break;
    const store::Message* message = drop_->find(*command->message);
    if (message == nullptr || message->size > kSmallBytes || bytes + message->size > kBatchBytes) break;
    bytes += message->size;
    wanted.push_back({.message = *message, .top_lines = lines(*command)});
    stream_.consume(line.consumed);
  }
  return wanted;
}

async::Task<Conversation::Outcome> Conversation::retrieve(const Command& command) {
  const store::Message* message = drop_->find(*command.message);
  if (message == nullptr) co_return error(Code::none, "no such message");
  if (message->size <= kSmallBytes) co_return co_await send_small(take_pipelined(command));
  const auto lines = command.verb == Verb::top ? std::optional(command.lines) : std::nullopt;
  co_return co_await send_big({.message = *message, .top_lines = lines});
}

async::Task<Conversation::Outcome> Conversation::send_small(std::vector<Wanted> wanted) {
  store::Store& store = services_.store;
  const Rendered rendered = co_await async::offload(services_.readers, stream_.loop(), [&store, &wanted] {
    Rendered made;
    for (const Wanted& one : wanted) {
      Rendering rendering(store, one.message, one.top_lines);
      const std::size_t begin = made.text.size();
      while (!rendering.is_done()) {
        const store::Result<> next = rendering.next(made.text);
        if (next) continue;
        made.text.resize(begin);
        write_error(made.text, Code::sys_temp, "the message can't be read now");
        made.failures = next.error().detail;
        break;
      }
    }
    return made;
  });
  if (!rendered.failures.empty()) {
    base::log::error("body_unreadable", {{"id", connection_.id}, {"error", rendered.failures}});
  }
  if (stream_.queued_bytes() + rendered.text.size() <= kMaxQueuedBytes) {
    stream_.write(rendered.text);
    co_return Outcome::good;
  }
  stream_.set_deadline(options_.write_timeout);
  const net::Result<> sent = co_await stream_.send(rendered.text);
  if (sent) co_return Outcome::good;
  ending_ = net::describe(sent.error());
  co_return Outcome::lost;
}

async::Task<Conversation::Outcome> Conversation::send_big(Wanted wanted) {
  Rendering rendering(services_.store, wanted.message, wanted.top_lines);
  std::string slice;
  while (!rendering.is_done()) {
    slice.clear();
    const store::Result<> made = co_await async::offload(services_.readers, stream_.loop(),
                                                         [&rendering, &slice] { return rendering.next(slice); });
    if (!made) {
      base::log::error("body_unreadable", {{"id", connection_.id}, {"error", made.error().detail}});
      if (!rendering.has_begun()) co_return error(Code::sys_temp, "the message can't be read now");
      // Half a message is out: only a lost connection tells the client that it isn't whole.
      ending_ = "body unreadable";
      co_return Outcome::lost;
    }
    stream_.set_deadline(options_.write_timeout);
    const net::Result<> sent = co_await stream_.send(slice);
    if (sent) continue;
    ending_ = net::describe(sent.error());
    co_return Outcome::lost;
  }
  co_return Outcome::good;
}

}  // namespace portreeve::pop3
