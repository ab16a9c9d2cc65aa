// RETR and TOP (RFC 1939 §5, §7): bodies are read, and made into lines, on a worker, in slices.
#include <algorithm>

#include "core/async/worker_pool.h"
#include "core/base/log.h"
#include "core/mime/charset.h"
#include "core/mime/downgrade.h"
#include "core/mime/header.h"
#include "protocols/pop3/conversation.h"
#include "protocols/pop3/stuffer.h"
#include "protocols/session/texts.h"

namespace portreeve::pop3 {
namespace {

constexpr std::uint64_t kSliceBytes = std::uint64_t{256} * 1024;
constexpr std::uint32_t kSmallBytes = 64 * 1024;  // read whole, and with others
constexpr std::uint64_t kBatchBytes = kSliceBytes;
constexpr std::uint64_t kFirstTopSlice = std::uint64_t{16} * 1024;  // most headers fit

// How the client wants to be answered.
struct Manner {
  bool is_utf8 = false;
  session::Language language = session::Language::i_default;
  std::string said(Text text) const { return session::translated(text.view(), language); }
};

// The octets of a whole header as they are sent: with CRLFs, and an end to its last line.
std::int64_t sent_size(std::string_view header) {
  std::int64_t size = static_cast<std::int64_t>(header.size());
  for (std::size_t lf = header.find('\n'); lf != std::string_view::npos; lf = header.find('\n', lf + 1)) {
    if (lf == 0 || header[lf - 1] != '\r') ++size;
  }
  return header.empty() || header.ends_with('\n') ? size : size + 2;
}

// Makes one message's answer, slice by slice. Used by one thread at a time.
class Rendering {
 public:
  Rendering(store::Store& store, const store::Message& message, std::optional<std::uint32_t> top_lines, Manner manner)
      : store_(store), message_(message), manner_(manner), octets_(message.pop3_size) {
    if (top_lines) excerpt_.emplace(*top_lines);
  }

  // Appends the next slice to `out`, the first with the +OK line, the last with the end. An error leaves `out` as it
  // was.
  store::Result<> next(std::string& out) {
    const std::uint64_t left = message_.size - offset_;
    std::uint64_t wanted = std::min(left, excerpt_ && offset_ == 0 ? kFirstTopSlice : kSliceBytes);
    std::string raw;
    if (store::Result<> read = read_to(wanted, raw); !read) return read;
    if (offset_ == 0 && !manner_.is_utf8 && !mime::is_ascii(mime::header_block(raw))) {
      wanted = std::min(left, kSliceBytes);
      if (store::Result<> read = read_to(wanted, raw); !read) return read;
      if (!downgrade(raw)) {
        is_done_ = true;
        write_translated_error(out, Code::utf8, manner_.said("this message can only be read with UTF8"));
        return {};
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
  // Reads on until `raw`, which begins at offset_, has so many bytes.
  store::Result<> read_to(std::uint64_t wanted, std::string& raw) {
    if (raw.size() == wanted) return {};
    raw.reserve(wanted);
    if (store::Result<> read = store_.read_body(message_.body, offset_ + raw.size(), wanted - raw.size(), raw); !read) {
      return read;
    }
    if (raw.size() == wanted) return {};
    return std::unexpected(store::Error{.code = store::Errc::corrupt, .detail = "body shorter than its size"});
  }
  // RFC 6856 §4: makes the header at the beginning of `raw` ASCII. False: it goes on behind `raw`.
  bool downgrade(std::string& raw) {
    const std::string_view header = mime::header_block(raw);
    const std::optional<std::string> simple = mime::downgraded_header(header);
    if (!simple) return true;
    if (header.size() == raw.size() && raw.size() < message_.size) return false;
    octets_ += sent_size(*simple) - sent_size(header);
    raw.replace(0, header.size(), *simple);
    return true;
  }
  void begin(std::string& out) const {
    if (excerpt_) {
      write_translated_ok(out, manner_.said("top of message follows"));
    } else {
      write_count(out, static_cast<std::uint64_t>(octets_), manner_.said("octets"));
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
  Manner manner_;
  std::int64_t octets_;
  std::optional<Excerpt> excerpt_;
  Stuffer stuffer_;
  std::uint64_t offset_ = 0;
  bool is_done_ = false;
};

// Bound what a client that stops half-way leaves in memory.
constexpr std::uint64_t kAheadBytes = std::uint64_t{64} * 1024;
constexpr std::size_t kAheadMessages = 64;

std::optional<std::uint32_t> top_lines(const Command& command) {
  return command.verb == Verb::top ? std::optional(command.lines) : std::nullopt;
}

// Appends the whole answer, or -ERR and gives why.
store::Result<> render(store::Store& store, const store::Message& message, std::optional<std::uint32_t> lines,
                       Manner manner, std::string& out) {
  Rendering rendering(store, message, lines, manner);
  const std::size_t begin = out.size();
  while (!rendering.is_done()) {
    if (store::Result<> next = rendering.next(out); !next) {
      out.resize(begin);
      write_translated_error(out, Code::sys_temp, manner.said("the message can't be read now"));
      return next;
    }
  }
  return {};
}

}  // namespace

std::vector<Conversation::Wanted> Conversation::take_pipelined(const Command& first) {
  std::vector<Wanted> wanted;
  wanted.push_back({*first.message, *drop_->find(*first.message), top_lines(first)});
  std::uint64_t bytes = wanted.back().message.size;
  for (;;) {
    const Line line = pop3::next_line(stream_.buffered(), options_.max_line_bytes);
    if (line.kind != Line::Kind::line) break;
    const std::expected<Command, Fault> command = parse(line.text);
    if (!command || (command->verb != Verb::retr && command->verb != Verb::top)) break;
    const store::Message* message = drop_->find(*command->message);
    if (message == nullptr || message->size > kSmallBytes || bytes + message->size > kBatchBytes) break;
    bytes += message->size;
    wanted.push_back({*command->message, *message, top_lines(*command)});
    stream_.consume(line.consumed);
  }
  return wanted;
}

std::vector<Conversation::Wanted> Conversation::foresee(const std::vector<Wanted>& wanted) const {
  std::vector<Wanted> next;
  const bool is_in_order = wanted.front().number == last_retrieved_ + 1 && last_retrieved_ > 0;
  if (!is_in_order || wanted.back().top_lines) return next;
  std::uint64_t bytes = 0;
  for (std::uint32_t number = wanted.back().number + 1;; ++number) {
    const store::Message* message = drop_->find(number);
    if (message == nullptr || bytes + message->size > kAheadBytes || next.size() == kAheadMessages) return next;
    bytes += message->size;
    next.push_back({number, *message, std::nullopt});
  }
}

std::optional<std::string> Conversation::take_ahead(const Command& command) {
  if (command.verb != Verb::retr) return std::nullopt;
  const auto found = std::ranges::find(ahead_, *command.message, &Answer::number);
  if (found == ahead_.end()) return std::nullopt;
  std::string text = std::move(found->text);
  ahead_.erase(ahead_.begin(), found + 1);
  return text;
}

async::Task<Conversation::Outcome> Conversation::retrieve(const Command& command) {
  const store::Message* message = drop_->find(*command.message);
  if (message == nullptr) co_return error(Code::none, "no such message");
  const std::optional<std::string> ready = take_ahead(command);
  if (ready) {
    last_retrieved_ = *command.message;
    co_return co_await send(*ready);
  }
  if (message->size <= kSmallBytes) co_return co_await send_small(take_pipelined(command));
  co_return co_await send_big({*command.message, *message, top_lines(command)});
}

async::Task<Conversation::Outcome> Conversation::send_small(std::vector<Wanted> wanted) {
  const std::vector<Wanted> next = foresee(wanted);
  last_retrieved_ = wanted.back().number;
  store::Store& store = services_.store;
  std::string answers;
  std::vector<Answer> ahead;
  const Manner manner{.is_utf8 = is_utf8_, .language = language_};
  const std::string failure = co_await async::offload(services_.readers, stream_.loop(), [&] {
    std::string why;
    for (const Wanted& one : wanted) {
      if (const auto made = render(store, one.message, one.top_lines, manner, answers); !made)
        why = made.error().detail;
    }
    for (const Wanted& one : next) {
      Answer answer{.number = one.number, .text = {}};
      // Who asks for it will hear why not.
      if (!render(store, one.message, std::nullopt, manner, answer.text)) break;
      ahead.push_back(std::move(answer));
    }
    return why;
  });
  ahead_ = std::move(ahead);
  if (!failure.empty()) base::log::error("body_unreadable", {{"id", connection_.id}, {"error", failure}});
  co_return co_await send(answers);
}

// `answer` must live until then.
async::Task<Conversation::Outcome> Conversation::send(std::string_view answer) {
  if (stream_.queued_bytes() + answer.size() <= kMaxQueuedBytes) {
    stream_.write(answer);
    co_return Outcome::good;
  }
  stream_.set_deadline(options_.write_timeout);
  const net::Result<> sent = co_await stream_.send(answer);
  if (sent) co_return Outcome::good;
  ending_ = net::describe(sent.error());
  co_return Outcome::lost;
}

async::Task<Conversation::Outcome> Conversation::send_big(Wanted wanted) {
  Rendering rendering(services_.store, wanted.message, wanted.top_lines, {.is_utf8 = is_utf8_, .language = language_});
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
    const Outcome sent = co_await send(slice);
    if (sent == Outcome::lost) co_return sent;
  }
  co_return Outcome::good;
}

}  // namespace portreeve::pop3
