#include <latch>
#include <thread>

#include "core/async/loop.h"
#include "core/async/task_group.h"
#include "core/net/stream.h"
#include "pair.h"

namespace portreeve::tls {
namespace {

using net::IoStep;
using testing::Client;
using testing::Folder;
using testing::Pair;

class Layer : public ::testing::Test {
 protected:
  Layer() {
    auto store = CertificateStore::load({folder_.certificate("a", {"mail.example.test"})});
    EXPECT_TRUE(store) << store.error();
    store_ = std::move(*store);
    context_ = std::make_unique<Context>(*store_, ContextOptions{});
  }

  Folder folder_;
  std::unique_ptr<CertificateStore> store_;
  std::unique_ptr<Context> context_;
};

// The lengths of the records that wait at the client's descriptor.
std::vector<std::size_t> waiting_records(int fd) {
  std::string bytes(256 * 1024, '\0');
  const ssize_t got = recv(fd, bytes.data(), bytes.size(), MSG_PEEK);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  std::vector<std::size_t> lengths;
  for (std::size_t at = 0; at + 5 <= bytes.size(); at += 5 + lengths.back()) {
    lengths.push_back(static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + 3]) << 8 |
                                               static_cast<unsigned char>(bytes[at + 4])));
  }
  return lengths;
}

TEST_F(Layer, JoinsSmallBuffersIntoOneRecord) {
  Pair pair(*context_);
  ASSERT_TRUE(pair.handshake());
  // TLS 1.3's tickets go out with the first answer.
  EXPECT_EQ(pair.write("* OK\r\n").bytes, 6U);
  EXPECT_EQ(pair.client().read(), "* OK\r\n");

  EXPECT_EQ(pair.write("* 1 FETCH (BODY[] {5}\r\n", "hello").bytes, 28U);
  EXPECT_EQ(waiting_records(pair.client_fd()).size(), 1U);
  EXPECT_EQ(pair.client().read(), "* 1 FETCH (BODY[] {5}\r\nhello");

  const std::string body(100'000, 'x');
  EXPECT_EQ(pair.write("head", body).bytes, 65'536U) << "four records, each filled up";
  EXPECT_EQ(waiting_records(pair.client_fd()).size(), 4U);
  EXPECT_EQ(pair.write("", "").status, IoStep::Status::done);
}

TEST_F(Layer, WaitsForASlowReaderAndLosesNothing) {
  Pair pair(*context_);
  ASSERT_TRUE(pair.handshake());
  std::string sent;
  for (int i = 0; sent.size() < 2'000'000; ++i) sent += std::to_string(i) + ' ';
  std::string_view rest = sent;
  std::string got;
  int waits = 0;
  while (!rest.empty()) {
    const IoStep step = pair.write(rest.substr(0, 10), rest.substr(std::min<std::size_t>(10, rest.size())));
    if (step.status == IoStep::Status::want_write) {
      ++waits;
      got += pair.client().read();
      continue;
    }
    ASSERT_EQ(step.status, IoStep::Status::done);
    rest.remove_prefix(step.bytes);
  }
  got += pair.client().read();
  EXPECT_GT(waits, 0);
  EXPECT_EQ(got, sent);
}

TEST_F(Layer, ReadsRecordsWithWhateverRoomThereIs) {
  for (const std::size_t room : {1U, 7U, 300U, 5000U, 100'000U}) {
    Pair pair(*context_);
    ASSERT_TRUE(pair.handshake());
    std::string sent;
    for (int i = 0; i < 40; ++i) {
      const std::string text(static_cast<std::size_t>(i * i), static_cast<char>('a' + i % 26));
      if (!text.empty()) pair.client().write(text);
      sent += text;
    }
    std::string got = pair.read(room);
    EXPECT_EQ(got.size(), std::min(room, sent.size())) << "small records come together";
    if (room < sent.size()) EXPECT_TRUE(pair.server().has_pending()) << room;
    while (got.size() < sent.size()) {
      got += pair.read(room);
      ASSERT_EQ(pair.last(), IoStep::Status::done);
    }
    EXPECT_EQ(got, sent);
    EXPECT_FALSE(pair.server().has_pending());
    EXPECT_EQ(pair.read(room), "");
    EXPECT_EQ(pair.last(), IoStep::Status::want_read);
  }
}

TEST_F(Layer, ReadsWhatCameWithTheEndOfTheHandshake) {
  Pair pair(*context_);
  Client& client = pair.client();
  EXPECT_FALSE(client.handshake());
  EXPECT_EQ(pair.server().handshake().status, IoStep::Status::want_read);
  ASSERT_TRUE(client.handshake());
  client.write("EHLO");
  EXPECT_EQ(pair.server().handshake().status, IoStep::Status::done);
  EXPECT_TRUE(pair.server().has_pending());
  EXPECT_EQ(pair.read(), "EHLO");
}

TEST_F(Layer, SaysGoodbyeAndHearsIt) {
  Pair leaving(*context_);
  ASSERT_TRUE(leaving.handshake());
  EXPECT_EQ(leaving.server().shutdown().status, IoStep::Status::done);
  EXPECT_EQ(leaving.client().read(), "");
  EXPECT_TRUE(leaving.client().saw_close_notify());

  Pair left(*context_);
  ASSERT_TRUE(left.handshake());
  left.client().write("QUIT");
  SSL_shutdown(left.client().ssl());
  EXPECT_EQ(left.read(), "QUIT");
  EXPECT_EQ(left.read(), "");
  EXPECT_EQ(left.last(), IoStep::Status::eof);
}

TEST_F(Layer, TakesAClosedSocketForTheEnd) {
  Pair pair(*context_);
  ASSERT_TRUE(pair.handshake());
  pair.close_client();
  EXPECT_EQ(pair.read(), "");
  EXPECT_EQ(pair.last(), IoStep::Status::eof);
  EXPECT_EQ(pair.write("bye").status, IoStep::Status::failed);
}

TEST_F(Layer, FailsOnADamagedRecord) {
  Pair pair(*context_);
  ASSERT_TRUE(pair.handshake());
  const std::string_view record(
      "\x17\x03\x03\x00\x20"
      "0123456789abcdef0123456789abcdef",
      37);
  ASSERT_EQ(send(pair.client_fd(), record.data(), record.size(), 0), 37);
  EXPECT_EQ(pair.read(), "");
  EXPECT_EQ(pair.last(), IoStep::Status::failed);
  EXPECT_EQ(pair.server().failure(), "bad decrypt");
  EXPECT_EQ(pair.read(), "");
  EXPECT_EQ(pair.last(), IoStep::Status::failed) << "and stays failed";
}

// --- under a Stream

// STARTTLS as a session does it; what it reads afterwards goes to `heard`.
async::Task<> serve_starttls(async::Loop& loop, int fd, Context& context, std::string& heard) {
  net::Stream stream(loop, fd);
  stream.set_deadline(std::chrono::seconds(30));
  const auto command = co_await stream.read_line(100);
  EXPECT_TRUE(command && *command == "STLS");
  stream.write("+OK\r\n");
  if (const auto secured = co_await stream.start_tls(context.accept(fd)); !secured) {
    ADD_FAILURE() << stream.failure();
  } else if (const auto line = co_await stream.read_line(100); line) {
    heard = *line;
    stream.write("+OK bye\r\n");
  }
  co_await stream.close();
}

async::Task<> then_stop(async::Task<> task, async::Loop& loop) {
  co_await std::move(task);
  loop.stop();
}

TEST_F(Layer, ClearTextFromBeforeTheHandshakeIsGone) {
  // RFC 3207 §4.2: what an attacker put between must not be run after the handshake.
  std::array<int, 2> fds{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
  ASSERT_EQ(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
  const std::string_view injected = "STLS\r\nUSER mallory\r\nPASS x\r\n";
  ASSERT_EQ(send(fds[1], injected.data(), injected.size(), 0), static_cast<ssize_t>(injected.size()));

  std::string answer;
  bool is_goodbye_heard = false;
  std::thread peer([&] {
    std::array<char, 5> ok{};
    ASSERT_EQ(recv(fds[1], ok.data(), ok.size(), MSG_WAITALL), 5);
    Client client(fds[1], {});
    ASSERT_TRUE(client.handshake());
    client.write("USER alice\r\n");
    answer = client.read();
    is_goodbye_heard = client.saw_close_notify();
  });
  std::string heard;
  async::Loop loop;
  async::TaskGroup group([](std::exception_ptr) { ADD_FAILURE() << "an exception left the session"; });
  group.spawn(then_stop(serve_starttls(loop, fds[0], *context_, heard), loop));
  loop.run();
  peer.join();
  close(fds[1]);
  EXPECT_EQ(heard, "USER alice");
  EXPECT_EQ(answer, "+OK bye\r\n");
  EXPECT_TRUE(is_goodbye_heard);
}

async::Task<> look_for_early_input(async::Loop& loop, int fd, Context& context, std::latch& looked, std::latch& sent,
                                   std::string& heard) {
  net::Stream stream(loop, fd);
  stream.set_deadline(std::chrono::seconds(30));
  EXPECT_TRUE(co_await stream.start_tls(context.accept(fd)));
  EXPECT_FALSE(stream.has_early_input()) << "the handshake is none";
  looked.count_down();
  sent.wait();
  EXPECT_TRUE(stream.has_early_input());
  if (const auto line = co_await stream.read_line(100); line) heard = *line;
  EXPECT_FALSE(stream.has_early_input());
}

TEST_F(Layer, EarlyInputIsSeenThroughIt) {
  std::array<int, 2> fds{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
  ASSERT_EQ(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
  std::latch looked(1);
  std::latch sent(1);
  std::thread peer([&] {
    Client client(fds[1], {});
    EXPECT_TRUE(client.handshake());
    looked.wait();
    client.write("EHLO a\r\n");
    sent.count_down();
  });
  std::string heard;
  async::Loop loop;
  async::TaskGroup group([](std::exception_ptr) { ADD_FAILURE() << "an exception left the session"; });
  group.spawn(then_stop(look_for_early_input(loop, fds[0], *context_, looked, sent, heard), loop));
  loop.run();
  peer.join();
  close(fds[1]);
  EXPECT_EQ(heard, "EHLO a");
}

}  // namespace
}  // namespace portreeve::tls
