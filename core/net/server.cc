#include "core/net/server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <utility>

#include "core/async/timer.h"
#include "core/base/log.h"
#include "core/net/reactor.h"

namespace portreeve::net {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr async::Milliseconds kPauseWithoutDescriptors{100};

// Ids that differ between runs of the server, so that lines of an old log aren't taken for this one's.
class IdMaker {
 public:
  std::string next() {
    constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
    std::string id;
    for (std::uint64_t value = seed_ + 0x9e3779b97f4a7c15U * ++count_; id.size() < 10; value >>= 5) {
      id += kDigits[value & 31];
    }
    return id;
  }

 private:
  std::uint64_t seed_ = (std::uint64_t{std::random_device{}()} << 32) | std::random_device{}();
  std::uint64_t count_ = 0;
};

}  // namespace

struct Server::Impl {
  // A listening socket on the main loop. Freed by its close callback.
  struct Door {
    uv_poll_t poll{};
    Impl* server = nullptr;
    Listener listener;
    const Service* service = nullptr;
  };

  Impl(async::Loop& loop, ServerOptions server_options)
      : main_loop(loop),
        options(server_options),
        limits(options.max_connections_per_address, options.connection_rate) {}

  async::Loop& main_loop;
  const ServerOptions options;
  ClientLimits limits;
  IdMaker ids;
  std::vector<std::unique_ptr<Door>> doors;
  std::vector<std::unique_ptr<const Service>> services;  // outlive the doors: sessions that began go on
  std::vector<std::unique_ptr<Reactor>> reactors;
  std::unique_ptr<async::Timer> pause;
  std::size_t reactors_left = 0;
  std::move_only_function<void()> on_stopped;
  bool is_started = false;

  std::size_t connections() const {
    std::size_t count = 0;
    for (const auto& reactor : reactors) count += reactor->connections();
    return count;
  }

  void open(Door& door) {
    uv_poll_start(&door.poll, UV_READABLE, [](uv_poll_t* handle, int, int) {
      auto& ready = *static_cast<Door*>(handle->data);
      ready.server->accept_all(ready);
    });
  }

  void accept_all(Door& door) {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage address{};
      socklen_t length = sizeof address;
      const int fd =
          accept4(door.listener.fd(), reinterpret_cast<sockaddr*>(&address), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        admit(door, fd, to_endpoint(address, length));
        continue;
      }
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause_accepting(errno);
      // Anything else is EAGAIN, or a connection that went away while it waited (accept(2)): the next turn goes on.
      return;
    }
  }

  void admit(Door& door, int fd, Endpoint peer) {
    if (connections() >= options.max_connections) return refuse(door, fd, peer, "max_connections");
    std::optional<ClientLimits::Place> place;
    if (!contains(door.service->options.proxy_networks, peer)) {
      auto entered = limits.enter(peer, main_loop.now());
      if (!entered) return refuse(door, fd, peer, entered.error());
      place.emplace(std::move(*entered));
    }
    sockaddr_storage local{};
    socklen_t length = sizeof local;
    getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length);
    const auto least = std::ranges::min_element(
        reactors, {}, [](const std::unique_ptr<Reactor>& reactor) { return reactor->connections(); });
    (*least)->adopt({fd, std::move(peer), to_endpoint(local, length), ids.next(), std::move(place)}, *door.service);
  }

  static void refuse(const Door& door, int fd, const Endpoint& peer, std::string_view reason) {
    base::log::warning("connection_refused", {{"peer", peer.text()}, {"reason", reason}});
    send_refusal(fd, door.service->options.refusal);
    close(fd);
  }

  // Out of descriptors, a listening socket stays readable and would spin the loop.
  void pause_accepting(int error) {
    base::log::error("accept_failed", {{"error", std::strerror(error)}});
    for (const auto& door : doors) uv_poll_stop(&door->poll);
    if (!pause) pause = std::make_unique<async::Timer>(main_loop);
    pause->start(kPauseWithoutDescriptors, [this] {
      for (const auto& door : doors) open(*door);
    });
  }

  void close_doors() {
    pause.reset();
    for (auto& door : doors) {
      Door* closing = door.release();
      uv_close(reinterpret_cast<uv_handle_t*>(&closing->poll),
               [](uv_handle_t* handle) { delete static_cast<Door*>(handle->data); });
    }
    doors.clear();
  }

  void reactor_stopped() {
    if (--reactors_left > 0) return;
    for (const auto& reactor : reactors) reactor->join();
    is_started = false;
    on_stopped();
  }
};

Server::Server(async::Loop& main_loop, ServerOptions options) : impl_(std::make_unique<Impl>(main_loop, options)) {}

Server::~Server() = default;

void Server::add(Listener listener, Session session, DoorOptions options) {
  impl_->services.push_back(std::make_unique<const Service>(std::move(session), std::move(options)));
  impl_->doors.push_back(
      std::unique_ptr<Impl::Door>(new Impl::Door{{}, impl_.get(), std::move(listener), impl_->services.back().get()}));
}

void Server::start() {
  for (unsigned i = 0; i < std::max(1U, impl_->options.threads); ++i) {
    impl_->reactors.push_back(std::make_unique<Reactor>(i, impl_->limits));
  }
  impl_->is_started = true;
  for (const auto& door : impl_->doors) {
    uv_poll_init(impl_->main_loop.uv(), &door->poll, door->listener.fd());
    door->poll.data = door.get();
    impl_->open(*door);
  }
}

void Server::stop(async::Milliseconds grace, std::move_only_function<void()> stopped) {
  impl_->on_stopped = std::move(stopped);
  impl_->reactors_left = impl_->reactors.size();
  impl_->close_doors();
  for (const auto& reactor : impl_->reactors) {
    reactor->stop(grace, [this] { impl_->main_loop.post([this] { impl_->reactor_stopped(); }); });
  }
}

std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace portreeve::net
