#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/net/server.h"

namespace portreeve::net {
namespace {

constexpr int kBacklog = 1024;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

std::expected<SocketAddress, std::string> to_socket_address(const ListenAddress& address) {
  SocketAddress result;
  if (!address.unix_path.empty()) {
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    if (address.unix_path.size() >= sizeof un.sun_path) {
      return std::unexpected("the socket path " + address.unix_path + " is too long; " +
                             std::to_string(sizeof un.sun_path - 1) + " bytes are the system's limit");
    }
    std::memcpy(un.sun_path, address.unix_path.c_str(), address.unix_path.size() + 1);
    std::memcpy(&result.storage, &un, sizeof un);
    result.length = sizeof un;
    return result;
  }
  sockaddr_in in{};
  sockaddr_in6 in6{};
  if (inet_pton(AF_INET, address.host.c_str(), &in.sin_addr) == 1) {
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    std::memcpy(&result.storage, &in, sizeof in);
    result.length = sizeof in;
    return result;
  }
  if (inet_pton(AF_INET6, address.host.c_str(), &in6.sin6_addr) == 1) {
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(address.port);
    std::memcpy(&result.storage, &in6, sizeof in6);
    result.length = sizeof in6;
    return result;
  }
  return std::unexpected("\"" + address.host + "\" is not an IPv4 or IPv6 address; write one such as 127.0.0.1 or ::1");
}

std::string explain(int error) {
  switch (error) {
    case EADDRINUSE: return "it is in use; end the other program (`ss -ltnp` shows it) or choose another port";
    case EACCES: return "permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL: return "this machine has no such address";
    default: return std::strerror(error);
  }
}

// True if a server answers at the Unix socket; a file that nobody listens on is left over from one that was killed.
bool is_served(const SocketAddress& address) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return true;
  const int status = connect(probe, reinterpret_cast<const sockaddr*>(&address.storage), address.length);
  close(probe);
  return status == 0;
}

}  // namespace

Listener::Listener(int fd, Endpoint local, std::string unix_path)
    : fd_(fd), local_(std::move(local)), unix_path_(std::move(unix_path)) {}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      local_(std::move(other.local_)),
      unix_path_(std::exchange(other.unix_path_, {})) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(local_, other.local_);
  std::swap(unix_path_, other.unix_path_);
  return *this;
}

Listener::~Listener() {
  if (!unix_path_.empty()) unlink(unix_path_.c_str());
  if (fd_ >= 0) close(fd_);
}

std::expected<Listener, std::string> Listener::bind(const ListenAddress& address) {
  const bool is_unix = !address.unix_path.empty();
  const std::string name = is_unix ? address.unix_path : address.host + " port " + std::to_string(address.port);
  const auto target = to_socket_address(address);
  if (!target) return std::unexpected(target.error());
  const auto* plain = reinterpret_cast<const sockaddr*>(&target->storage);

  const int fd = socket(target->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return std::unexpected("can't open a socket for " + name + ": " + std::strerror(errno));
  Listener listener(fd, {}, {});

  const int on = 1;
  if (is_unix) {
    struct stat status{};
    if (lstat(address.unix_path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
      if (is_served(*target)) return std::unexpected("can't listen on " + name + ": " + explain(EADDRINUSE));
      unlink(address.unix_path.c_str());
    }
  } else {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (target->storage.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  // Made without any right, then opened as far as configured: no moment in which others may connect.
  const mode_t old_mask = is_unix ? umask(0777) : 0;
  const int bound = ::bind(fd, plain, target->length);
  const int bind_error = errno;
  if (is_unix) umask(old_mask);
  if (bound != 0) return std::unexpected("can't listen on " + name + ": " + explain(bind_error));
  if (is_unix) {
    listener.unix_path_ = address.unix_path;
    if (chmod(address.unix_path.c_str(), address.unix_mode) != 0) {
      return std::unexpected("can't set the mode of " + name + ": " + std::strerror(errno));
    }
  }
  if (listen(fd, kBacklog) != 0) return std::unexpected("can't listen on " + name + ": " + explain(errno));

  sockaddr_storage local{};
  socklen_t length = sizeof local;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length);
  listener.local_ = to_endpoint(local, length);
  return listener;
}

}  // namespace portreeve::net
