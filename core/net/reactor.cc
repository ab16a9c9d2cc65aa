#include "core/net/reactor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#include <utility>

#include "core/base/log.h"
#include "core/net/proxy_header.h"

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

using ProxyResult = std::expected<ProxyHeader, std::string_view>;

// Takes the header's own bytes and not one more, so that a TLS handshake behind it is still in the socket.
async::Task<ProxyResult> read_proxy_header(Stream& stream) {
  for (;;) {
    auto step = next_proxy_header(stream.buffered());
    if (!step) co_return std::unexpected(step.error());
    if (auto* header = std::get_if<ProxyHeader>(&*step)) {
      stream.consume(header->consumed);
      co_return std::move(*header);
    }
    const auto filled = co_await stream.fill_command(std::get<ProxyNeedsMore>(*step).total);
    if (!filled) co_return std::unexpected(describe(filled.error()));
    if (stream.is_stop_requested()) co_return std::unexpected(describe(Errc::cancelled));
  }
}

}  // namespace

void send_refusal(int fd, std::string_view refusal) {
  send(fd, refusal.data(), refusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Whatever ends a connection, it is no longer counted.
class Reactor::Departure {
 public:
  explicit Departure(Reactor& reactor) : reactor_(reactor) {}
  ~Departure() { reactor_.connections_.fetch_sub(1, std::memory_order_relaxed); }
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

 private:
  Reactor& reactor_;
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

Reactor::Reactor(unsigned index, ClientLimits& limits) : limits_(limits), sessions_(log_exception) {
  thread_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(thread_.native_handle(), ("reactor-" + std::to_string(index)).c_str());
}

Reactor::~Reactor() { join(); }

void Reactor::join() {
  if (thread_.joinable()) thread_.join();
}

void Reactor::adopt(Accepted accepted, const Service& service) {
  connections_.fetch_add(1, std::memory_order_relaxed);
  loop_.post([this, accepted = std::move(accepted), &service]() mutable {
    sessions_.spawn(run(std::move(accepted), service));
  });
}

async::Task<> Reactor::run(Accepted accepted, const Service& service) {
  // Replies are gathered into one write already; waiting for more would only hold them up.
  const int on = 1;
  setsockopt(accepted.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A phone that left its network doesn't close; keepalive finds it, and its IDLE ends.
  setsockopt(accepted.fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);

  const Departure departure(*this);
  std::optional<ClientLimits::Place> place = std::move(accepted.place);
  Connection connection(loop_, accepted.fd);
  connection.peer = std::move(accepted.peer);
  connection.local = std::move(accepted.local);
  connection.id = std::move(accepted.id);
  const Listed listed(*this, connection.stream);
  if (is_stopping_) connection.stream.request_stop();
  try {
    if (!place) {
      const bool is_admitted = co_await admit_proxied(connection, service.options, place);
      if (!is_admitted) co_return;
    }
    co_await service.session(connection);
  } catch (const std::exception& error) {
    base::log::error("session_failed", {{"id", connection.id}, {"error", error.what()}});
  }
  co_await connection.stream.close();
}

// haproxy's proxy-protocol.txt §2: nothing is processed, so nobody is greeted, counted or limited, before the header.
async::Task<bool> Reactor::admit_proxied(Connection& connection, const DoorOptions& options,
                                         std::optional<ClientLimits::Place>& place) {
  connection.stream.set_deadline(options.proxy_timeout);
  ProxyResult header = co_await read_proxy_header(connection.stream);
  if (!header) {
    if (!connection.stream.is_stop_requested()) {
      base::log::warning("proxy_refused",
                         {{"id", connection.id}, {"peer", connection.peer.text()}, {"reason", header.error()}});
    }
    co_return false;
  }
  connection.stream.clear_deadline();
  if (!header->is_local) {
    connection.proxy = std::exchange(connection.peer, std::move(header->source));
    connection.local = std::move(header->destination);
  }
  auto entered = limits_.enter(connection.peer, loop_.now());
  if (!entered) {
    base::log::warning("connection_refused", {{"peer", connection.peer.text()},
                                              {"proxy", connection.proxy.value_or(connection.peer).text()},
                                              {"reason", entered.error()}});
    send_refusal(connection.stream.fd(), options.refusal);
    co_return false;
  }
  place.emplace(std::move(*entered));
  co_return true;
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
