#include "core/net/reactor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#include <utility>

#include "core/base/log.h"

namespace portreeve::net {
namespace {

std::string what(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

void log_exception(const std::exception_ptr& exception) {
  base::log::error("session_failed", {{"error", what(exception)}});
}

}  // namespace

// Whatever ends a connection, it is no longer counted.
class Reactor::Departure {
 public:
  Departure(Reactor& reactor, Endpoint peer) : reactor_(reactor), peer_(std::move(peer)) {}
  ~Departure() {
    reactor_.connections_.fetch_sub(1, std::memory_order_relaxed);
    reactor_.on_closed_(peer_);
  }
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

 private:
  Reactor& reactor_;
  Endpoint peer_;
};

// While it lives, a stop reaches the stream.
class Reactor::Listed {
 public:
  Listed(Reactor& reactor, Stream& stream)
      : reactor_(reactor), place_(reactor.streams_.insert(reactor.streams_.end(), &stream)) {}
  ~Listed() { reactor_.streams_.erase(place_); }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  Reactor& reactor_;
  std::list<Stream*>::iterator place_;
};

Reactor::Reactor(unsigned index, std::function<void(const Endpoint&)> on_closed)
    : on_closed_(std::move(on_closed)), sessions_(log_exception) {
  thread_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(thread_.native_handle(), ("reactor-" + std::to_string(index)).c_str());
}

Reactor::~Reactor() { join(); }

void Reactor::join() {
  if (thread_.joinable()) thread_.join();
}

void Reactor::adopt(Accepted accepted, const Session& session) {
  connections_.fetch_add(1, std::memory_order_relaxed);
  loop_.post([this, accepted = std::move(accepted), &session]() mutable {
    sessions_.spawn(run(std::move(accepted), session));
  });
}

async::Task<> Reactor::run(Accepted accepted, const Session& session) {
  // Replies are gathered into one write already; waiting for more would only hold them up.
  const int on = 1;
  setsockopt(accepted.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A phone that left its network doesn't close; keepalive finds it, and its IDLE ends.
  setsockopt(accepted.fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);

  const Departure departure(*this, accepted.peer);
  Connection connection(loop_, accepted.fd);
  connection.peer = std::move(accepted.peer);
  connection.local = std::move(accepted.local);
  connection.id = std::move(accepted.id);
  const Listed listed(*this, connection.stream);
  if (is_stopping_) connection.stream.request_stop();
  try {
    co_await session(connection);
  } catch (const std::exception& error) {
    base::log::error("session_failed", {{"id", connection.id}, {"error", error.what()}});
  }
  co_await connection.stream.close();
}

void Reactor::stop(async::Milliseconds grace, std::move_only_function<void()> stopped) {
  loop_.post([this, grace, stopped = std::move(stopped)]() mutable {
    is_stopping_ = true;
    for (Stream* stream : streams_) stream->request_stop();
    grace_timer_ = std::make_unique<async::Timer>(loop_);
    grace_timer_->start(grace, [this] {
      for (Stream* stream : streams_) stream->cancel();
    });
    sessions_.when_empty([this, stopped = std::move(stopped)]() mutable {
      grace_timer_.reset();
      loop_.stop();
      stopped();
    });
  });
}

}  // namespace portreeve::net
