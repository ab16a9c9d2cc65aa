#include "core/net/stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "core/async/task_group.h"
#include "core/base/ascii.h"

namespace portreeve::net {
namespace {

using async::Milliseconds;
using async::Task;

// A Stream on one end of a socket pair, and the other end as a plain blocking descriptor.
class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    stream_ = std::make_unique<Stream>(loop_, fds[0]);
    peer_ = fds[1];
  }
  ~StreamTest() override {
    if (peer_ >= 0) close(peer_);
  }

  void run(Task<> task) {
    async::TaskGroup group([](std::exception_ptr error) { std::rethrow_exception(error); });
    loop_.post([&] {
      group.spawn(std::move(task));
      group.when_empty([this] {
        stream_.reset();
        loop_.stop();
      });
    });
    loop_.run();
  }

  void say(std::string_view text) const { ASSERT_EQ(::send(peer_, text.data(), text.size(), 0), ssize_t(text.size())); }
  std::string hear(std::size_t bytes) const {
    std::string text(bytes, '\0');
    const ssize_t got = recv(peer_, text.data(), bytes, MSG_WAITALL);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  void hang_up() {
    close(peer_);
    peer_ = -1;
  }

  async::Loop loop_;
  std::unique_ptr<Stream> stream_;
  int peer_ = -1;
};

Task<> read_lines(Stream& stream, std::size_t limit, std::vector<std::string>& lines, Errc& end) {
  for (;;) {
    const auto line = co_await stream.read_line(limit);
    if (line) {
      lines.emplace_back(*line);
    } else if (line.error() == Errc::too_long) {
      lines.emplace_back("(too long)");
      if (!co_await stream.discard_line()) co_return;
    } else {
      end = line.error();
      co_return;
    }
  }
}

TEST_F(StreamTest, ReadsLinesWithoutTheirEndings) {
  say("one\r\ntwo\n\r\nlast without ending");
  hang_up();
  std::vector<std::string> lines;
  Errc end{};
  run(read_lines(*stream_, 100, lines, end));
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", ""}));
  EXPECT_EQ(end, Errc::eof);
}

TEST_F(StreamTest, ALineMayHaveExactlyItsLimitAndNoMore) {
  say("12345\r\n123456\r\nok\r\n" + std::string(50'000, 'x') + "\r\nend\r\n");
  hang_up();
  std::vector<std::string> lines;
  Errc end{};
  run(read_lines(*stream_, 5, lines, end));
  EXPECT_EQ(lines, (std::vector<std::string>{"12345", "(too long)", "ok", "(too long)", "end"}));
}

TEST_F(StreamTest, LinesMayArriveByteByByte) {
  std::vector<std::string> lines;
  Errc end{};
  std::jthread peer([this] {
    for (const char c : std::string("EHLO a\r\nQUIT\r\n")) say({&c, 1});
    hang_up();
  });
  run(read_lines(*stream_, 100, lines, end));
  EXPECT_EQ(lines, (std::vector<std::string>{"EHLO a", "QUIT"}));
}

Task<> wait_with_deadline(Stream& stream, std::vector<Errc>& errors) {
  stream.set_deadline(Milliseconds(20));
  errors.push_back((co_await stream.wait_input()).error());
  errors.push_back((co_await stream.fill(100)).error());  // it stays failed
}

TEST_F(StreamTest, ADeadlineFailsWhatIsAwaited) {
  std::vector<Errc> errors;
  run(wait_with_deadline(*stream_, errors));
  EXPECT_EQ(errors, (std::vector<Errc>{Errc::timeout, Errc::timeout}));
}

Task<> read_dribble(Stream& stream, Errc& error) {
  stream.set_deadline(Milliseconds(50));
  error = (co_await stream.read_line(1'000'000)).error();
}

TEST_F(StreamTest, BytesReceivedDoNotExtendADeadline) {
  Errc error{};
  std::jthread peer([this](const std::stop_token& stop) {
    while (!stop.stop_requested() && ::send(peer_, "x", 1, MSG_NOSIGNAL) == 1) std::this_thread::yield();
  });
  run(read_dribble(*stream_, error));
  EXPECT_EQ(error, Errc::timeout);
}

Task<> recover_from_timeout(Stream& stream, std::string& heard) {
  stream.set_deadline(Milliseconds(1));
  EXPECT_EQ((co_await stream.fill(10)).error(), Errc::timeout);
  stream.set_deadline(Milliseconds(10'000));
  stream.write("bye");
  EXPECT_TRUE(co_await stream.flush());
  EXPECT_TRUE(co_await stream.fill(10));
  heard = stream.buffered();
}

TEST_F(StreamTest, ANewDeadlineMakesAStreamUsableAgain) {
  std::jthread peer([this] {
    EXPECT_EQ(hear(3), "bye");
    say("ok");
  });
  std::string heard;
  run(recover_from_timeout(*stream_, heard));
  EXPECT_EQ(heard, "ok");
}

Task<> collect_wakes(Stream& stream, std::vector<Wake>& wakes, std::size_t count) {
  while (wakes.size() < count) {
    const auto wake = co_await stream.wait_input();
    if (!wake) co_return;
    wakes.push_back(*wake);
    stream.consume(stream.buffered().size());
  }
}

TEST_F(StreamTest, NotificationsFromOtherThreadsWakeTheSession) {
  std::vector<Wake> wakes;
  const auto notify = stream_->notifier();
  std::jthread other([&] { notify(); });
  run(collect_wakes(*stream_, wakes, 1));
  EXPECT_EQ(wakes, std::vector<Wake>{Wake::notified});
  notify();  // after the stream has gone: nothing happens
}

TEST_F(StreamTest, AStopIsToldOnceBetweenCommands) {
  std::vector<Wake> wakes;
  stream_->request_stop();
  say("x");
  run(collect_wakes(*stream_, wakes, 2));
  EXPECT_EQ(wakes, (std::vector<Wake>{Wake::stopping, Wake::input}));
}

Task<> wait_for_half_a_command(Stream& stream, async::Loop& loop, std::string& buffered) {
  EXPECT_TRUE(co_await stream.fill_command(100));
  loop.post([&stream] { stream.request_stop(); });
  EXPECT_TRUE(co_await stream.fill_command(100));
  EXPECT_TRUE(stream.is_stop_requested());
  buffered = stream.buffered();
}

TEST_F(StreamTest, HalfACommandDoesNotHoldUpAStop) {
  say("a LOG");
  std::string buffered;
  run(wait_for_half_a_command(*stream_, loop_, buffered));
  EXPECT_EQ(buffered, "a LOG");
}

Task<> wait_for_cancel(Stream& stream, async::Loop& loop, Errc& error) {
  loop.post([&stream] { stream.cancel(); });
  error = (co_await stream.fill(10)).error();
  stream.set_deadline(Milliseconds(1000));
  EXPECT_EQ((co_await stream.wait_input()).error(), Errc::cancelled);
}

TEST_F(StreamTest, CancelFailsWhatIsAwaitedForGood) {
  Errc error{};
  run(wait_for_cancel(*stream_, loop_, error));
  EXPECT_EQ(error, Errc::cancelled);
}

Task<> send_much(Stream& stream, const std::string& body, Result<>& result) {
  stream.write("head ");
  result = co_await stream.send(body);
}

TEST_F(StreamTest, SendsWaitForASlowReaderAndKeepOrder) {
  const std::string body(8'000'000, 'b');
  Result<> result;
  std::string heard;
  std::jthread peer([&] { heard = hear(5 + body.size()); });
  run(send_much(*stream_, body, result));
  peer.join();
  EXPECT_TRUE(result);
  EXPECT_EQ(heard, "head " + body);
}

Task<> send_until_timeout(Stream& stream, const std::string& body, Result<>& result) {
  stream.set_deadline(Milliseconds(30));
  result = co_await stream.send(body);
}

TEST_F(StreamTest, ADeadlineEndsAWriteToAPeerThatDoesNotRead) {
  const std::string body(8'000'000, 'b');
  Result<> result;
  run(send_until_timeout(*stream_, body, result));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), Errc::timeout);
}

Task<> send_after_a_cut(Stream& stream, const std::string& body, std::vector<Result<>>& results) {
  stream.set_deadline(Milliseconds(30));
  stream.write(body);
  results.push_back(co_await stream.flush());
  stream.set_deadline(Milliseconds(10'000));
  stream.write("421 goodbye\r\n");
  results.push_back(co_await stream.flush());
  results.push_back(co_await stream.send("more"));
  co_await stream.close();
}

// What the peer reads ends where the answer was cut: a goodbye in the middle of it would be taken for a part of it.
TEST_F(StreamTest, NothingIsSentBehindAnAnswerThatWasCut) {
  const std::string body(8'000'000, 'b');
  std::vector<Result<>> results;
  run(send_after_a_cut(*stream_, body, results));
  for (const Result<>& result : results) EXPECT_EQ(result, Result<>(std::unexpected(Errc::timeout)));
  const std::string heard = hear(body.size());
  EXPECT_LT(heard.size(), body.size());
  EXPECT_EQ(heard.find_first_not_of('b'), std::string::npos);
}

Task<> fill_to_limit(Stream& stream, Errc& error, std::size_t& buffered) {
  for (;;) {
    if (const auto filled = co_await stream.fill(1000); !filled) {
      error = filled.error();
      buffered = stream.buffered().size();
      co_return;
    }
  }
}

TEST_F(StreamTest, WhatIsBufferedStaysWithinTheLimit) {
  say(std::string(5000, 'x'));
  Errc error{};
  std::size_t buffered = 0;
  run(fill_to_limit(*stream_, error, buffered));
  EXPECT_EQ(error, Errc::too_long);
  EXPECT_EQ(buffered, 1000U);
}

Task<> start_plain(Stream& stream, std::string& after) {
  EXPECT_TRUE(co_await stream.fill(100));
  EXPECT_EQ(*co_await stream.read_line(100), "STARTTLS");
  EXPECT_TRUE(co_await stream.start_tls(make_plain_layer(stream.fd())));
  after = stream.buffered();
}

// RFC 3207 §4.2: what came in clear behind STARTTLS must not be taken for a command of the protected session.
TEST_F(StreamTest, StartTlsDropsWhatWasSentInClear) {
  say("STARTTLS\r\nMAIL FROM:<injected@example.test>\r\n");
  std::string after = "unset";
  run(start_plain(*stream_, after));
  EXPECT_EQ(after, "");
}

Task<> look_for_early_input(Stream& stream, bool& is_early) {
  is_early = stream.has_early_input();
  co_return;
}

TEST_F(StreamTest, EarlyInputIsWhatThePeerSentUnasked) {
  bool is_early = true;
  run(look_for_early_input(*stream_, is_early));
  EXPECT_FALSE(is_early);
}

TEST_F(StreamTest, AnEndIsNoEarlyInput) {
  hang_up();
  bool is_early = true;
  run(look_for_early_input(*stream_, is_early));
  EXPECT_FALSE(is_early);
}

Task<> look_and_read(Stream& stream, std::vector<std::string>& lines) {
  EXPECT_TRUE(stream.has_early_input());
  EXPECT_EQ(stream.buffered(), "") << "it is left to who reads the descriptor next";
  lines.emplace_back((co_await stream.read_line(100)).value());
  EXPECT_TRUE(stream.has_early_input());
  lines.emplace_back((co_await stream.read_line(100)).value());
  EXPECT_FALSE(stream.has_early_input()) << "a line that was read is not input still to come";
}

TEST_F(StreamTest, LookingForEarlyInputTakesNothingFromTheSession) {
  say("EHLO a\r\nQUIT\r\n");
  std::vector<std::string> lines;
  run(look_and_read(*stream_, lines));
  EXPECT_EQ(lines, (std::vector<std::string>{"EHLO a", "QUIT"}));
}

// Reads what it was given and then what the layer below has; writes capitals for all letters.
class Loud final : public Layer {
 public:
  Loud(std::unique_ptr<Layer> below, std::string_view early) : below_(std::move(below)), early_(early) {}

  IoStep handshake() override { return {IoStep::Status::done, 0}; }
  IoStep read(std::span<char> into) override {
    if (early_.empty()) return below_->read(into);
    const std::size_t count = early_.copy(into.data(), into.size());
    early_.erase(0, count);
    return {IoStep::Status::done, count};
  }
  IoStep write(std::span<const std::string_view> buffers) override {
    std::string loud;
    for (const std::string_view buffer : buffers) loud += base::uppered(buffer);
    const std::array<std::string_view, 1> one{loud};
    return below_->write(one);
  }
  IoStep shutdown() override { return below_->shutdown(); }
  bool has_pending() const override { return !early_.empty() || below_->has_pending(); }
  void shrink() override { below_->shrink(); }
  const TlsInfo* tls() const override { return below_->tls(); }
  std::string failure() const override { return below_->failure(); }

 private:
  std::unique_ptr<Layer> below_;
  std::string early_;
};

std::unique_ptr<Layer> make_loud(std::unique_ptr<Layer> below, std::string_view early) {
  return std::make_unique<Loud>(std::move(below), early);
}

Task<> add_loud_layer(Stream& stream, std::vector<std::string>& lines) {
  lines.emplace_back((co_await stream.read_line(100)).value());
  stream.write("ok\n");
  EXPECT_TRUE(co_await stream.add_layer(make_loud));
  EXPECT_EQ(stream.buffered(), "") << "what is buffered is for the layer to read";
  EXPECT_EQ(co_await stream.wait_input(), Wake::input) << "though the descriptor has nothing";
  lines.emplace_back((co_await stream.read_line(100)).value());
  stream.write("ok\n");
  EXPECT_TRUE(co_await stream.flush());
}

TEST_F(StreamTest, ALayerIsPutOverThePresentOne) {
  say("first\nsecond\n");
  std::vector<std::string> lines;
  run(add_loud_layer(*stream_, lines));
  EXPECT_EQ(lines, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(hear(6), "ok\nOK\n");
}

Task<> close_stream(Stream& stream) {
  stream.write("bye");
  co_await stream.close();
}

TEST_F(StreamTest, CloseSendsWhatIsQueuedAndThenTheEnd) {
  run(close_stream(*stream_));
  EXPECT_EQ(hear(100), "bye");
}

// A close with input unread is a reset, which would take the reply with it (on TCP; a socket pair tells it by
// ECONNRESET).
TEST_F(StreamTest, CloseReadsOnWhileThePeerIsStillSending) {
  say(std::string(100'000, 'x'));
  std::jthread peer([this] {
    EXPECT_EQ(hear(3), "bye");
    say("and more");
    hang_up();
  });
  run(close_stream(*stream_));
}

Task<> receive_burst_then_wait(Stream& stream, std::size_t& kept) {
  stream.set_deadline(Milliseconds(50));
  while (co_await stream.fill(65'536)) {
    stream.consume(stream.buffered().size());
    kept = stream.buffered_room();
  }
  kept = stream.buffered_room();
}

TEST_F(StreamTest, APeerThatGoesSlowAfterABurstDoesNotKeepItsRoom) {
  say(std::string(200'000, 'x'));
  std::size_t kept = SIZE_MAX;
  run(receive_burst_then_wait(*stream_, kept));
  EXPECT_LE(kept, 8192U);
}

}  // namespace
}  // namespace portreeve::net
