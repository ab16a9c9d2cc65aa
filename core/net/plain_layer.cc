#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/retried.h"
#include "core/net/layer.h"

namespace portreeve::net {
namespace {

class PlainLayer final : public Layer {
 public:
  explicit PlainLayer(int fd) : fd_(fd) {}

  IoStep handshake() override { return {IoStep::Status::done, 0}; }

  IoStep read(std::span<char> into) override {
    const ssize_t got = base::retried([&] { return recv(fd_, into.data(), into.size(), 0); });
    if (got == 0) return {IoStep::Status::eof, 0};
    return moved(got, IoStep::Status::want_read);
  }

  IoStep write(std::span<const std::string_view> buffers) override {
    std::array<iovec, 4> vectors{};
    std::size_t count = 0;
    for (const std::string_view buffer : buffers) {
      if (buffer.empty() || count == vectors.size()) continue;
      vectors[count++] = {const_cast<char*>(buffer.data()), buffer.size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t sent = base::retried([&] { return sendmsg(fd_, &message, MSG_NOSIGNAL); });
    return moved(sent, IoStep::Status::want_write);
  }

  IoStep shutdown() override { return {IoStep::Status::done, 0}; }
  bool has_pending() const override { return false; }
  void shrink() override {}
  const TlsInfo* tls() const override { return nullptr; }
  std::string failure() const override { return error_ == 0 ? std::string() : std::strerror(error_); }

 private:
  IoStep moved(ssize_t bytes, IoStep::Status blocked) {
    if (bytes >= 0) return {IoStep::Status::done, static_cast<std::size_t>(bytes)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {blocked, 0};
    error_ = errno;
    return {IoStep::Status::failed, 0};
  }

  int fd_;
  int error_ = 0;
};

}  // namespace

std::unique_ptr<Layer> make_plain_layer(int fd) { return std::make_unique<PlainLayer>(fd); }

}  // namespace portreeve::net
