// Sessions on a loop of its own thread, and the test as their client at the other end of a socket pair.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/async/loop.h"
#include "core/async/task_group.h"
#include "core/async/worker_pool.h"
#include "core/net/server.h"
#include "fake_store.h"
#include "protocols/session/login.h"
#include "protocols/smtp/session.h"

namespace portreeve::smtp {

// The server's side, for any number of sessions one after the other or at once.
class Host {
 public:
  explicit Host(store::Store& store)
      : services_{store, workers_, login_, "mail.example.test"}, login_(store, workers_) {}
  ~Host() { finish(); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  session::Services& services() { return services_; }  // before the first session
  net::Endpoint peer{net::Endpoint::Family::ipv4, "192.0.2.1", 4711};
  net::Endpoint local{net::Endpoint::Family::ipv4, "192.0.2.25", 25};

  // Begins a session, which finds `early` in its socket. Gives the client's end, which is the caller's.
  int connect(const Options& options, std::string_view early = {}) {
    int fds[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (!early.empty()) EXPECT_EQ(send(fds[0], early.data(), early.size(), 0), static_cast<ssize_t>(early.size()));
    if (!thread_.joinable()) thread_ = std::thread([this] { loop_.run(); });
    loop_.post([this, server = fds[1], &options] { group_.spawn(run(server, options)); });
    return fds[0];
  }
  void stop() {
    loop_.post([this] {
      for (net::Connection* connection : connections_) connection->stream.request_stop();
    });
  }
  // Once all clients are gone.
  void finish() {
    if (!thread_.joinable()) return;
    loop_.post([this] { group_.when_empty([this] { loop_.stop(); }); });
    thread_.join();
  }

 private:
  async::Task<> run(int fd, const Options& options) {
    net::Connection connection(loop_, fd);
    connection.id = "test";
    connection.peer = peer;
    connection.local = local;
    connections_.insert(&connection);
    co_await serve(connection, services_, options);
    connections_.erase(&connection);
  }

  async::WorkerPool workers_{"test", 1};
  session::Services services_;
  session::Login login_;
  async::Loop loop_;
  async::TaskGroup group_{[](std::exception_ptr) { ADD_FAILURE() << "an exception left the session"; }};
  std::set<net::Connection*> connections_;  // the loop's
  std::thread thread_;
};

// The client's side of one session.
class Peer {
 public:
  Peer() = default;
  explicit Peer(int fd) : fd_(fd) {}
  virtual ~Peer() { hang_up(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void take(int fd) { fd_ = fd; }
  void hang_up() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int fd() const { return fd_; }

  virtual void say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // One reply, all its lines; what there is at the end of the connection.
  std::string reply() {
    std::string out;
    for (;;) {
      const std::size_t end = unread_.find('\n');
      if (end == std::string::npos) {
        if (!read_more()) return out + std::exchange(unread_, {});
        continue;
      }
      const std::string line = unread_.substr(0, end + 1);
      unread_.erase(0, end + 1);
      out += line;
      if (line.size() < 4 || line[3] != '-') return out;
    }
  }
  std::string asked(std::string_view line) {
    say(std::string(line) + "\r\n");
    return reply();
  }
  // The code and the enhanced code.
  std::string code(std::string_view line) { return codes_of(asked(line)); }
  std::string next_code() { return codes_of(reply()); }
  static std::string codes_of(const std::string& reply) {
    if (reply.size() < 4) return reply;
    const std::size_t text = reply.find(' ', 4);
    return reply.substr(0, reply[3] == ' ' && reply.size() > 5 && reply[5] == '.' ? text : 3);
  }
  // The next `count` replies' codes, as one text.
  std::string codes(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? ", " : "") + next_code();
    return out;
  }
  // All that comes until the connection ends.
  std::string rest() {
    while (read_more()) {
    }
    return std::exchange(unread_, {});
  }
  bool is_closed() { return unread_.empty() && !read_more(); }
  // How many segments the replies to `batch` come in is the server's affair; all of them, until `last` came.
  std::string batch(std::string_view commands, std::string_view last) {
    say(commands);
    std::string out;
    while (!out.contains(last)) {
      const std::string next = reply();
      if (next.empty()) break;
      out += next;
    }
    return out;
  }

  virtual bool read_more() {
    char buffer[4096];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    unread_.append(buffer, static_cast<std::size_t>(got));
    ++reads_;
    return true;
  }
  unsigned reads_ = 0;

 protected:
  std::string unread_;

 private:
  int fd_ = -1;
};

class SmtpSession : public ::testing::Test, protected Peer {
 protected:
  SmtpSession() { options_.resolve.host_name = "mail.example.test"; }
  ~SmtpSession() override { finish(); }

  static constexpr std::string_view kPlainAlice = "AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ=";

  Options options_;
  FakeStore store_;
  Host host_{store_};

  // Begins the session; the greeting is read.
  void begin() {
    take(host_.connect(options_));
    const std::string name = options_.role == Role::lmtp ? "LMTP" : "ESMTP";
    EXPECT_EQ(reply(), "220 mail.example.test " + name + " Portreeve\r\n");
  }
  // And EHLO is said.
  void greet() {
    begin();
    EXPECT_EQ(code("EHLO client.example"), "250");
  }
  void begin_submission() {
    options_.role = Role::submission;
    options_.security.allows_plaintext_password = true;
    begin();
    EXPECT_TRUE(asked("EHLO client.example").ends_with("250 AUTH SCRAM-SHA-256 PLAIN LOGIN\r\n"));
  }
  void log_in() {
    begin_submission();
    EXPECT_EQ(asked(kPlainAlice), "235 2.7.0 Authentication succeeded\r\n");
  }
  void stop_server() { host_.stop(); }
  // To the end of the session.
  void finish() {
    hang_up();
    host_.finish();
  }

  void begin_message(std::string_view mail = "MAIL FROM:<alice@example.test>",
                     std::string_view rcpt = "RCPT TO:<bob@example.test>") {
    EXPECT_EQ(code(mail), "250 2.1.0");
    EXPECT_EQ(code(rcpt), "250 2.1.5");
  }
  // Of a message that has its envelope: `data` with its end.
  std::string send_data(std::string_view data) {
    EXPECT_EQ(code("DATA"), "354");
    say(data);
    return reply();
  }
  std::string send_message(std::string_view data) {
    begin_message();
    return send_data(data);
  }
};

}  // namespace portreeve::smtp
