// A session on a loop of its own thread, and the test as its client at the other end of a socket pair.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/async/loop.h"
#include "core/async/task_group.h"
#include "core/async/worker_pool.h"
#include "core/net/server.h"
#include "fake_store.h"
#include "protocols/session/login.h"
#include "protocols/smtp/session.h"

namespace portreeve::smtp {

class SmtpSession : public testing::Test {
 protected:
  ~SmtpSession() override { finish(); }

  Options options_;
  FakeStore store_;

  // Begins the session; the greeting is read.
  void begin() {
    int fds[2] = {-1, -1};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    client_ = fds[0];
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(client_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    thread_ = std::thread([this] { loop_.run(); });
    loop_.post([this, server = fds[1]] {
      connection_ = std::make_unique<net::Connection>(loop_, server);
      connection_->id = "test";
      connection_->peer = {net::Endpoint::Family::ipv4, "192.0.2.1", 4711};
      group_.spawn(serve(*connection_, services_, options_));
    });
    EXPECT_EQ(reply(), "220 mail.example.test ESMTP Portreeve\r\n");
  }
  void begin_submission() {
    options_.role = Role::submission;
    options_.security.allows_plaintext_password = true;
    begin();
    say("EHLO client.example\r\n");
    EXPECT_TRUE(reply().ends_with("250 AUTH PLAIN LOGIN\r\n"));
  }
  void log_in() {
    begin_submission();
    EXPECT_EQ(asked("AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ="), "235 2.7.0 Authentication succeeded\r\n");
  }
  void stop_server() {
    loop_.post([this] { connection_->stream.request_stop(); });
  }
  void finish() {
    if (client_ >= 0) ::close(std::exchange(client_, -1));
    if (!thread_.joinable()) return;
    loop_.post([this] {
      group_.when_empty([this] {
        connection_.reset();
        loop_.stop();
      });
    });
    thread_.join();
  }

  void say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
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
  static std::string codes_of(const std::string& reply) {
    const std::size_t text = reply.find(' ', 4);
    return reply.substr(0, reply[3] == ' ' && reply.size() > 5 && reply[5] == '.' ? text : 3);
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
  std::string send_message(std::string_view data) {
    EXPECT_EQ(code("MAIL FROM:<alice@example.test>"), "250 2.1.0");
    EXPECT_EQ(code("RCPT TO:<bob@example.test>"), "250 2.1.5");
    EXPECT_EQ(code("DATA"), "354");
    say(data);
    return reply();
  }

  bool read_more() {
    char buffer[4096];
    const ssize_t got = ::recv(client_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    unread_.append(buffer, static_cast<std::size_t>(got));
    ++reads_;
    return true;
  }
  unsigned reads_ = 0;

 private:
  async::WorkerPool workers_{"test", 1};
  session::Login login_{store_, workers_};
  session::Services services_{store_, workers_, login_, "mail.example.test"};
  async::Loop loop_;
  async::TaskGroup group_{[](std::exception_ptr) { ADD_FAILURE() << "an exception left the session"; }};
  std::unique_ptr<net::Connection> connection_;
  std::thread thread_;
  int client_ = -1;
  std::string unread_;
};

}  // namespace portreeve::smtp
