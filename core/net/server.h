// Listeners, the reactor threads, and the life of a connection from accept to close.
//
// One acceptor, on the main loop, takes connections from every listening socket and hands each to the reactor with the
// fewest, so that long-lived ones spread evenly and are counted in one place. A session is a coroutine made by the
// listener's Session function; it runs on its reactor's loop and ends its connection by returning.
//
// Lifetime: what a Session refers to must outlive the Server. Threads: the main loop's, save as noted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/async/loop.h"
#include "core/async/task.h"
#include "core/base/rate_limiter.h"
#include "core/net/endpoint.h"
#include "core/net/network.h"
#include "core/net/stream.h"

namespace portreeve::net {

struct ListenAddress {
  std::string host;        // an IPv4 or IPv6 literal; "::" takes IPv6 only, so name 0.0.0.0 beside it
  std::uint16_t port = 0;  // 0: the system picks one
  std::string unix_path;   // set: a Unix socket instead; a stale socket file there is replaced
  unsigned unix_mode = 0660;
};

// An open listening socket. Bound before privileges are dropped.
class Listener {
 public:
  // The error is one line for people: what could not be bound, and why.
  static std::expected<Listener, std::string> bind(const ListenAddress& address);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  int fd() const { return fd_; }
  const Endpoint& local() const { return local_; }

 private:
  Listener(int fd, Endpoint local, std::string unix_path);
  int fd_ = -1;
  Endpoint local_;
  std::string unix_path_;  // removed with the listener
};

struct Connection {
  Connection(async::Loop& loop, int fd) : stream(loop, fd) {}

  Stream stream;
  Endpoint peer;
  Endpoint local;
  std::optional<Endpoint> proxy;  // the socket's peer, if `peer` and `local` are what a proxy told of its client
  std::string id;                 // unique for this run of the server; in every log line of the connection
};

using Session = std::function<async::Task<>(Connection&)>;

struct ServerOptions {
  unsigned threads = 1;
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_address = 100;  // IPv6: per /64. Unix sockets don't count.
  base::Rate connection_rate = {};                // new connections, of the same
};

struct DoorOptions {
  // What a connection over the limits is told before it is closed.
  std::string refusal = {};
  // A connection from one of these must begin with a PROXY header, which is read before the session begins; the limits
  // per address and the session then see the client that it names. From anybody else a header is bytes like others.
  Networks proxy_networks = {};
  // For the whole header.
  async::Milliseconds proxy_timeout{5'000};
};

class Server {
 public:
  Server(async::Loop& main_loop, ServerOptions options);
  // stop() must have finished, or start() never been called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before start().
  void add(Listener listener, Session session, DoorOptions options);
  void start();
  // Closes the listeners, tells every session to stop, cancels those that are still there after `grace`, ends the
  // reactor threads, and then calls `stopped` on the main loop.
  void stop(async::Milliseconds grace, std::move_only_function<void()> stopped);

  std::size_t connections() const;  // any thread

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portreeve::net
