// Runs one coroutine on a loop to its end, with a connection whose other end the test holds.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "core/async/loop.h"
#include "core/async/task_group.h"
#include "core/base/log.h"
#include "core/net/server.h"

namespace portreeve::session::testing {

inline async::Task<> stop_after(async::Task<> task, async::Loop& loop) {
  co_await std::move(task);
  loop.stop();
}

// `loop` is spent afterwards.
inline void run(async::Loop& loop, async::Task<> task) {
  async::TaskGroup group([](std::exception_ptr) { ADD_FAILURE() << "an exception left the session"; });
  group.spawn(stop_after(std::move(task), loop));
  loop.run();
}

// A connected pair of sockets. The connection takes ours; the peer's is blocking.
class Sockets {
 public:
  Sockets() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds_.data()), 0);
    EXPECT_EQ(fcntl(fds_[0], F_SETFL, O_NONBLOCK), 0);
  }
  ~Sockets() { close_peer(); }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  int ours() const { return fds_[0]; }
  int peer() const { return fds_[1]; }
  void say(std::string_view text) const {
    ASSERT_EQ(send(fds_[1], text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void close_peer() {
    if (fds_[1] >= 0) close(std::exchange(fds_[1], -1));
  }

 private:
  std::array<int, 2> fds_{-1, -1};
};

inline void introduce(net::Connection& connection) {
  connection.id = "c1";
  connection.peer = {net::Endpoint::Family::ipv4, "192.0.2.7", 4711};
  connection.local = {net::Endpoint::Family::ipv4, "192.0.2.1", 143};
}

// Everything logged from its making to text().
class Log {
 public:
  Log() {
    ::testing::internal::CaptureStderr();
    base::log::start(base::log::Level::debug);
  }
  ~Log() {
    if (is_open_) text();
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  std::string text() {
    base::log::stop();
    is_open_ = false;
    return ::testing::internal::GetCapturedStderr();
  }

 private:
  bool is_open_ = true;
};

}  // namespace portreeve::session::testing
