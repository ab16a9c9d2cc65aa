// One reactor: a thread, its loop, and the connections that live on it. Private to core/net.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <thread>

#include "core/async/loop.h"
#include "core/async/task_group.h"
#include "core/net/server.h"

namespace portreeve::net {

struct Accepted {
  int fd = -1;
  Endpoint peer;
  Endpoint local;
  std::string id;
};

class Reactor {
 public:
  // `on_closed` is called on this reactor's thread when a connection's session has ended.
  Reactor(unsigned index, std::function<void(const Endpoint&)> on_closed);
  ~Reactor();

  // Any thread. `session` must outlive the reactor.
  void adopt(Accepted accepted, const Session& session);
  // Tells every session to stop; after `grace` cancels the rest. Calls `stopped`, on this reactor's thread, when none
  // is left. Any thread.
  void stop(async::Milliseconds grace, std::move_only_function<void()> stopped);
  void join();

  std::size_t connections() const { return connections_.load(std::memory_order_relaxed); }

 private:
  class Departure;
  class Listed;

  async::Task<> run(Accepted accepted, const Session& session);

  std::function<void(const Endpoint&)> on_closed_;
  async::Loop loop_;
  async::TaskGroup sessions_;
  std::list<Stream*> streams_;
  std::unique_ptr<async::Timer> grace_timer_;
  std::atomic<std::size_t> connections_ = 0;  // counts from adopt(), so that a burst spreads
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace portreeve::net
