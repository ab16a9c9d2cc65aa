#include "core/net/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
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

Task<> leave(Connection&) { co_return; }

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
  // In as many packets as bytes.
  void dribble(std::string_view text) const {
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (; !text.empty(); text.remove_prefix(1)) say(text.substr(0, 1));
  }
  std::string hear_line() const {
    std::string line;
    for (char c = 0; recv(fd_, &c, 1, 0) == 1 && c != '\n';) line += c;
    return line;
  }
  void end() const { shutdown(fd_, SHUT_WR); }
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
  RunningServer(Session session, ServerOptions options, async::Milliseconds grace = async::Milliseconds(10'000),
                DoorOptions door = {.refusal = "full\r\n"})
      : server_(loop_, options), grace_(grace) {
    auto listener = Listener::bind({"127.0.0.1", 0, {}, 0});
    EXPECT_TRUE(listener) << listener.error();
    local_ = listener->local();
    server_.add(std::move(*listener), std::move(session), std::move(door));
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

TEST(Server, RefusesNewConnectionsAboveTheirRate) {
  RunningServer running(echo_lines, {.threads = 1, .connection_rate = {.count = 2, .per = std::chrono::hours(1)}});
  for (int i = 0; i < 2; ++i) {
    const Client client(running.local());
    client.say("hello\r\n");
    EXPECT_EQ(client.hear_line(), "hello\r");
  }
  const Client third(running.local());
  EXPECT_EQ(third.hear_line(), "full\r");
  EXPECT_TRUE(third.is_closed());
}

// --- behind a proxy

// Says who is who, and then echoes.
Task<> tell_endpoints(Connection& connection) {
  connection.stream.write(connection.peer.text() + " " + connection.local.text() + " " +
                          (connection.proxy ? connection.proxy->address : "-") + "\r\n");
  if (!co_await connection.stream.flush()) co_return;
  co_await echo_lines(connection);
}

class ProxiedServer : public testing::Test {
 protected:
  void start(ServerOptions options, std::string_view proxies = "127.0.0.0/8",
             async::Milliseconds timeout = async::Milliseconds(30'000)) {
    const auto network = Network::parse(proxies);
    ASSERT_TRUE(network);
    running_.emplace([this](Connection& connection) { return ++sessions_, tell_endpoints(connection); }, options,
                     async::Milliseconds(10'000),
                     DoorOptions{.refusal = "full\r\n", .proxy_networks = {*network}, .proxy_timeout = timeout});
  }
  Client connect() const { return Client(running_->local()); }
  static std::string header(std::string_view source) {
    return "PROXY TCP4 " + std::string(source) + " 192.0.2.25 4711 25\r\n";
  }
  // The server hears of a close in its own time.
  void expect_all_gone() {
    while (running_->server().connections() > 0) std::this_thread::yield();
  }

  std::atomic<int> sessions_ = 0;
  std::optional<RunningServer> running_;
};

constexpr std::string_view kTold = "192.0.2.7:4711 192.0.2.25:25 127.0.0.1\r";
constexpr std::string_view kBinaryHeader("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0f\xc0\0\2\7\xc0\0\2\x19\x12\x67\0\x19\4\0\0",
                                         31);

TEST_F(ProxiedServer, TheSessionSeesTheClientThatTheHeaderNames) {
  start({});
  for (const std::string& header : {header("192.0.2.7"), std::string(kBinaryHeader)}) {
    const Client whole = connect();
    whole.say(header);
    EXPECT_EQ(whole.hear_line(), kTold);

    const Client dribbled = connect();
    dribbled.dribble(header);
    EXPECT_EQ(dribbled.hear_line(), kTold);
  }
}

TEST_F(ProxiedServer, WhatFollowsTheHeaderInItsPacketIsTheSessions) {
  start({});
  for (const std::string& header : {header("192.0.2.7"), std::string(kBinaryHeader)}) {
    const Client client = connect();
    client.say(header + "one\r\ntwo\r\n");
    EXPECT_EQ(client.hear_line(), kTold);
    EXPECT_EQ(client.hear_line(), "one\r");
    EXPECT_EQ(client.hear_line(), "two\r");
  }
}

// A TLS layer reads the descriptor and knows nothing of the stream's buffer.
TEST_F(ProxiedServer, TakesNothingButTheHeaderFromTheSocket) {
  std::mutex mutex;
  std::string buffered = "unset";
  std::string waiting(100, '\0');
  RunningServer running(
      [&](Connection& connection) {
        {
          const std::lock_guard lock(mutex);
          buffered = connection.stream.buffered();
          const ssize_t got = recv(connection.stream.fd(), waiting.data(), waiting.size(), MSG_PEEK);
          waiting.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        }
        return leave(connection);
      },
      {}, async::Milliseconds(10'000), {.proxy_networks = {*Network::parse("127.0.0.1")}});
  for (const std::string& header : {header("192.0.2.7"), std::string(kBinaryHeader)}) {
    const Client client(running.local());
    client.say(header + "\x16\x03\x01");
    EXPECT_TRUE(client.is_closed());
    const std::lock_guard lock(mutex);
    EXPECT_EQ(buffered, "");
    EXPECT_EQ(waiting, "\x16\x03\x01");
    waiting.assign(100, '\0');
  }
}

TEST_F(ProxiedServer, TheProxysOwnConnectionsKeepTheSocketsAddresses) {
  start({});
  const std::string own_end = " " + running_->local().text() + " -\r";
  for (const std::string_view header :
       {std::string_view("PROXY UNKNOWN\r\n"), std::string_view("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16)}) {
    const Client client = connect();
    client.say(header);
    const std::string told = client.hear_line();
    EXPECT_TRUE(told.starts_with("127.0.0.1:") && told.ends_with(own_end)) << told;
  }
}

TEST_F(ProxiedServer, ClosesWithoutASessionWhatDoesNotBeginWithAHeader) {
  start({});
  for (const std::string_view text :
       {"EHLO client.example\r\n", "PROXY TCP4 192.0.2.7 192.0.2.25 4711\r\n", "PROXY UNKNOWN\n"}) {
    const Client client = connect();
    client.say(text);
    EXPECT_TRUE(client.is_closed()) << text;
  }
  {
    const Client half = connect();
    half.say("PROXY TCP4 192.0.");
  }
  expect_all_gone();
  EXPECT_EQ(sessions_, 0);
}

TEST_F(ProxiedServer, AHeaderHasATimeOfItsOwn) {
  start({}, "127.0.0.1", async::Milliseconds(20));
  const Client silent = connect();
  EXPECT_TRUE(silent.is_closed());
  const Client half = connect();
  half.say("PROXY TCP4 192.0.2.7");
  EXPECT_TRUE(half.is_closed());
  expect_all_gone();
  EXPECT_EQ(sessions_, 0);
}

Task<> greet_and_tell_the_end(Connection& connection) {
  connection.stream.write("hello\r\n");
  if (!co_await connection.stream.flush()) co_return;
  const auto end = co_await connection.stream.fill(100);
  connection.stream.write(!end && end.error() == Errc::eof ? "eof\r\n" : "other\r\n");
}

TEST_F(ProxiedServer, TheHeadersTimeIsNotTheSessions) {
  RunningServer running(greet_and_tell_the_end, {.threads = 1}, async::Milliseconds(10'000),
                        {.proxy_networks = {*Network::parse("127.0.0.1")}, .proxy_timeout = async::Milliseconds(50)});
  std::unique_ptr<Client> client;
  do {  // a busy machine may miss the time
    client = std::make_unique<Client>(running.local());
    client->say(header("192.0.2.7"));
  } while (client->hear_line() != "hello\r");
  // One that came later runs out of its time: so the other's is over as well.
  EXPECT_TRUE(Client(running.local()).is_closed());
  client->end();
  EXPECT_EQ(client->hear_line(), "eof\r");
}

// Or anybody could name himself as somebody else.
TEST_F(ProxiedServer, AHeaderFromAnybodyElseIsTheSessionsGarbage) {
  start({}, "192.0.2.0/24");
  const Client client = connect();
  client.say(header("192.0.2.7"));
  const std::string told = client.hear_line();
  EXPECT_TRUE(told.starts_with("127.0.0.1:") && told.ends_with(" -\r")) << told;
  EXPECT_EQ(client.hear_line() + "\n", header("192.0.2.7"));
}

TEST_F(ProxiedServer, LimitsAreThoseOfTheClientAndNotOfTheProxy) {
  start({.threads = 2, .max_connections_per_address = 1});
  auto first = std::make_unique<Client>(running_->local());
  first->say(header("192.0.2.7"));
  EXPECT_EQ(first->hear_line(), kTold);
  const Client other = connect();
  other.say(header("192.0.2.8"));
  EXPECT_TRUE(other.hear_line().starts_with("192.0.2.8:"));
  const Client again = connect();
  again.say(header("192.0.2.7"));
  EXPECT_EQ(again.hear_line(), "full\r");
  EXPECT_TRUE(again.is_closed());

  // Its place is given back, and the refused one's, which it never had, is not.
  first.reset();
  for (bool is_back = false; !is_back;) {
    const Client next = connect();
    next.say(header("192.0.2.7"));
    is_back = next.hear_line() == kTold;
    if (!is_back) continue;
    const Client second = connect();
    second.say(header("192.0.2.7"));
    EXPECT_EQ(second.hear_line(), "full\r");
  }
}

TEST_F(ProxiedServer, TheRateIsThatOfTheClientAndNotOfTheProxy) {
  start({.threads = 1, .connection_rate = {.count = 1, .per = std::chrono::hours(1)}});
  for (const std::string_view source : {"192.0.2.7", "192.0.2.8"}) {
    const Client first = connect();
    first.say(header(source));
    EXPECT_TRUE(first.hear_line().starts_with(source));
    const Client second = connect();
    second.say(header(source));
    EXPECT_EQ(second.hear_line(), "full\r");
  }
}

TEST_F(ProxiedServer, AConnectionWithoutItsHeaderCountsInTheTotal) {
  start({.threads = 1, .max_connections = 1});
  {
    const Client waiting = connect();
    EXPECT_EQ(connect().hear_line(), "full\r");
  }
  expect_all_gone();
  const Client next = connect();
  next.say(header("192.0.2.7"));
  EXPECT_EQ(next.hear_line(), kTold);
}

TEST_F(ProxiedServer, AStopDoesNotWaitForAHeader) {
  start({});
  const Client client = connect();
  client.say("PROXY ");
  while (running_->server().connections() == 0) std::this_thread::yield();
  running_->stop();
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(sessions_, 0);
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
