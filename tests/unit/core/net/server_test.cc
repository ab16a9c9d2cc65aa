#include "core/net/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace portreeve::net {
namespace {

using async::Task;

Task<> echo_lines(Connection& connection) {
  for (;;) {
    const auto wake = co_await connection.stream.wait_input();
    if (!wake) co_return;
    if (*wake == Wake::stopping) {
      connection.stream.write("bye\r\n");
      co_return;
    }
    const auto line = co_await connection.stream.read_line(100);
    if (!line) co_return;
    connection.stream.write(*line);
    connection.stream.write("\r\n");
    if (!co_await connection.stream.flush()) co_return;
  }
}

Task<> ignore_stop(Connection& connection) {
  for (;;) {
    if (!co_await connection.stream.fill(100)) co_return;
    connection.stream.consume(connection.stream.buffered().size());
  }
}

Task<> throw_at_once(Connection&) {
  throw std::runtime_error("broken");
  co_return;
}

class Client {
 public:
  explicit Client(const Endpoint& server) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(server.port);
    inet_pton(AF_INET, server.address.c_str(), &in.sin_addr);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&in), sizeof in), 0);
  }
  ~Client() { close(fd_); }
  void say(std::string_view text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  std::string hear_line() const {
    std::string line;
    for (char c = 0; recv(fd_, &c, 1, 0) == 1 && c != '\n';) line += c;
    return line;
  }
  bool is_closed() const {
    char c = 0;
    return recv(fd_, &c, 1, 0) <= 0;
  }

 private:
  int fd_;
};

// A Server on a thread of its own, stopped at the end of the test.
class RunningServer {
 public:
  RunningServer(Session session, ServerOptions options, async::Milliseconds grace = async::Milliseconds(10'000))
      : server_(loop_, options), grace_(grace) {
    auto listener = Listener::bind({"127.0.0.1", 0, {}, 0});
    EXPECT_TRUE(listener) << listener.error();
    local_ = listener->local();
    server_.add(std::move(*listener), std::move(session), "full\r\n");
    server_.start();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~RunningServer() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    loop_.post([this] { server_.stop(grace_, [this] { loop_.stop(); }); });
    thread_.join();
  }
  const Endpoint& local() const { return local_; }
  Server& server() { return server_; }

 private:
  async::Loop loop_;
  Server server_;
  async::Milliseconds grace_;
  Endpoint local_;
  std::thread thread_;
};

TEST(Server, ServesSessionsAndSaysGoodbyeAtItsStop) {
  RunningServer running(echo_lines, {.threads = 2});
  const Client client(running.local());
  client.say("hello\r\n");
  EXPECT_EQ(client.hear_line(), "hello\r");
  running.stop();
  EXPECT_EQ(client.hear_line(), "bye\r");
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, CancelsSessionsThatOutstayTheGrace) {
  RunningServer running(ignore_stop, {.threads = 1}, async::Milliseconds(1));
  const Client client(running.local());
  client.say("x");
  running.stop();
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, AnExceptionEndsItsOwnSessionOnly) {
  RunningServer running(throw_at_once, {.threads = 1});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Client(running.local()).is_closed());
}

TEST(Server, SpreadsConnectionsEvenlyOverItsThreads) {
  std::mutex mutex;
  std::multiset<std::thread::id> threads;
  RunningServer running(
      [&](Connection& connection) {
        {
          const std::lock_guard lock(mutex);
          threads.insert(std::this_thread::get_id());
        }
        return echo_lines(connection);
      },
      {.threads = 2});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<Client>(running.local()));
    clients.back()->say("hello\r\n");
    clients.back()->hear_line();
  }
  const std::lock_guard lock(mutex);
  EXPECT_EQ(threads.count(*threads.begin()), 5U);
  EXPECT_EQ(threads.size(), 10U);
}

TEST(Server, RefusesMoreThanItsLimitAndForgetsThoseThatLeft) {
  RunningServer running(echo_lines, {.threads = 1, .max_connections = 100, .max_connections_per_address = 2});
  auto first = std::make_unique<Client>(running.local());
  const Client second(running.local());
  for (const Client* client : {static_cast<const Client*>(first.get()), &second}) {
    client->say("hello\r\n");
    EXPECT_EQ(client->hear_line(), "hello\r");
  }
  EXPECT_EQ(Client(running.local()).hear_line(), "full\r");
  first.reset();
  // The server hears of the close in its own time.
  for (;;) {
    const Client next(running.local());
    next.say("again\r\n");
    if (next.hear_line() == "again\r") break;
  }
}

TEST(Listener, TellsWhatIsWrongWithAnAddress) {
  const auto taken = Listener::bind({"127.0.0.1", 0, {}, 0});
  ASSERT_TRUE(taken);
  const auto again = Listener::bind({"127.0.0.1", taken->local().port, {}, 0});
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().find("it is in use"), std::string::npos) << again.error();
  const auto name = Listener::bind({"localhost", 0, {}, 0});
  ASSERT_FALSE(name);
  EXPECT_NE(name.error().find("is not an IPv4 or IPv6 address"), std::string::npos) << name.error();
}

TEST(Listener, UnixSocketsReplaceAStaleFileButNotALiveOne) {
  const std::string directory = testing::TempDir() + "portreeve-" + std::to_string(getpid());
  std::filesystem::create_directories(directory);
  const std::string path = directory + "/s";
  {
    // What a killed server leaves behind: a bound socket file that nobody listens on.
    const int stale = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    std::strncpy(un.sun_path, path.c_str(), sizeof un.sun_path - 1);
    ASSERT_EQ(bind(stale, reinterpret_cast<sockaddr*>(&un), sizeof un), 0);
    close(stale);
  }
  {
    const auto live = Listener::bind({{}, 0, path, 0600});
    ASSERT_TRUE(live) << live.error();
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto second = Listener::bind({{}, 0, path, 0600});
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().find("it is in use"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  std::filesystem::remove_all(directory);
}

TEST(Endpoint, PrintsEveryFamily) {
  EXPECT_EQ((Endpoint{Endpoint::Family::ipv4, "192.0.2.1", 25}).text(), "192.0.2.1:25");
  EXPECT_EQ((Endpoint{Endpoint::Family::ipv6, "2001:db8::1", 25}).text(), "[2001:db8::1]:25");
  EXPECT_EQ((Endpoint{Endpoint::Family::unix_socket, "/run/x", 0}).text(), "unix:/run/x");
  EXPECT_TRUE((Endpoint{Endpoint::Family::ipv6, "::1", 0}).is_loopback());
  EXPECT_FALSE((Endpoint{Endpoint::Family::ipv4, "192.0.2.1", 0}).is_loopback());
}

TEST(Endpoint, CountsAnIpv6HostByItsNetwork) {
  const auto network = [](const char* address) { return Endpoint{Endpoint::Family::ipv6, address, 1}.network(); };
  EXPECT_EQ(network("2001:db8::1"), network("2001:db8::ffff"));
  EXPECT_EQ(network("2001:db8:1::5"), network("2001:db8:1:0:a:b:c:d"));
  EXPECT_NE(network("2001:db8:1::5"), network("2001:db8:1:1::5"));
  EXPECT_NE((Endpoint{Endpoint::Family::ipv4, "192.0.2.1", 1}).network(),
            (Endpoint{Endpoint::Family::ipv4, "192.0.2.2", 1}).network());
}

TEST(Endpoint, ShowsMappedAddressesAsIpv4) {
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(25);
  inet_pton(AF_INET6, "::ffff:192.0.2.7", &in.sin6_addr);
  sockaddr_storage storage{};
  std::memcpy(&storage, &in, sizeof in);
  EXPECT_EQ(to_endpoint(storage, sizeof in).text(), "192.0.2.7:25");
}

}  // namespace
}  // namespace portreeve::net
