// One reactor: a thread, its loop, and the connections that live on it. Private to core/net.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <optional>
#include <thread>

#include "core/async/loop.h"
#include "core/async/task_group.h"
#include "core/net/client_limits.h"
#include "core/net/server.h"

namespace portreeve::net {

// What a listener's connections are given.
struct Service {
  Session session;
  DoorOptions options;
};

struct Accepted {
  int fd = -1;
  Endpoint peer;
  Endpoint local;
  std::string id;
  std::optional<ClientLimits::Place> place;  // none yet if a proxy is to say first whom it is for
};

// Tells a connection over the limits so, as far as its send buffer takes it: a new socket's is empty.
void send_refusal(int fd, std::string_view refusal);

class Reactor {
 public:
  // `limits` must outlive the reactor.
  Reactor(unsigned index, ClientLimits& limits);
  ~Reactor();

  // Any thread. `service` must outlive the reactor.
  void adopt(Accepted accepted, const Service& service);
  // Tells every session to stop; after `grace` cancels the rest. Calls `stopped`, on this reactor's thread, when none
  // is left. Any thread.
  void stop(async::Milliseconds grace, std::move_only_function<void()> stopped);
  void join();

  std::size_t connections() const { return connections_.load(std::memory_order_relaxed); }

 private:
  class Departure;
  class Listed;

  async::Task<> run(Accepted accepted, const Service& service);
  // Reads the PROXY header and takes a place for the client that it names. False: the connection is to be closed.
  async::Task<bool> admit_proxied(Connection& connection, const DoorOptions& options,
                                  std::optional<ClientLimits::Place>& place);

  ClientLimits& limits_;
  async::Loop loop_;
  async::TaskGroup sessions_;
  std::list<Stream*> streams_;
  std::unique_ptr<async::Timer> grace_timer_;
  std::atomic<std::size_t> connections_ = 0;  // counts from adopt(), so that a burst spreads
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace portreeve::net
