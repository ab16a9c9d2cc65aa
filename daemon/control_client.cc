#include "daemon/control_client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/control_codec.h"
#include "daemon/control_server.h"

namespace portreeve::daemon {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int fd, std::string& into, std::size_t bytes) {
  into.resize(bytes);
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t got = recv(fd, into.data() + done, bytes - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

std::expected<std::optional<AdminReply>, std::string> ask_server(const std::string& data_directory,
                                                                 const AdminRequest& request) {
  const std::string path = control_path(data_directory);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A server could not have bound it either.
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);

  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) return std::nullopt;
    return std::unexpected(fmt::format("can't reach the running server at {}: {}{}", path, std::strerror(errno),
                                       errno == EACCES ? "; do this as root or as the server's user" : ""));
  }
  std::string frame;
  const std::string sent = encode(request);
  if (sent.size() > kMaxFrameBytes) return std::unexpected("this is too much for one request; divide it");
  if (send_all(socket.get(), sent) && receive_all(socket.get(), frame, kFrameHeaderBytes)) {
    const auto length = frame_length(frame);
    if (length && receive_all(socket.get(), frame, *length)) {
      if (auto reply = decode_reply(frame)) return reply;
    }
  }
  return std::unexpected("the running server ended the connection without an answer; its log may say why");
}

}  // namespace portreeve::daemon
