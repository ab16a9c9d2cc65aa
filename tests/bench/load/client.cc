#include "tests/bench/load/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace portreeve::load {
namespace {

constexpr std::size_t kRead = std::size_t{64} * 1024;

thread_local bssl::UniquePtr<SSL_SESSION> last_session;

int keep_session(SSL*, SSL_SESSION* session) {
  last_session.reset(session);
  return 1;  // it is ours now
}

SSL_CTX* client_context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_method());
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(made, keep_session);
    return made;
  }();
  return context;
}

}  // namespace

Client::Client(std::uint16_t port, Tls tls) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const std::string why = std::strerror(errno);
    close(fd_);
    throw std::runtime_error("can't connect to port " + std::to_string(port) + ": " + why);
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (tls != Tls::none && !handshake(tls)) {
    SSL_free(ssl_);
    close(fd_);
    throw std::runtime_error("the TLS handshake failed");
  }
}

bool Client::handshake(Tls tls) {
  ssl_ = SSL_new(client_context());
  SSL_set_fd(ssl_, fd_);
  const bool can_resume = tls == Tls::resumed && last_session != nullptr;
  if (can_resume) SSL_set_session(ssl_, last_session.get());
  return SSL_connect(ssl_) == 1 && (!can_resume || SSL_session_reused(ssl_) == 1);
}

void Client::start_tls() {
  if (!handshake(Tls::full)) throw std::runtime_error("the TLS handshake failed");
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      ssl_(std::exchange(other.ssl_, nullptr)),
      input_(std::move(other.input_)),
      at_(other.at_) {}

Client::~Client() {
  if (ssl_ != nullptr) {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
  if (fd_ >= 0) close(fd_);
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                         : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("the server closed the connection while we sent");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Client::fill() {
  if (at_ > 0) input_.erase(0, std::exchange(at_, 0));
  const std::size_t had = input_.size();
  ssize_t got = 0;
  input_.resize_and_overwrite(had + kRead, [&](char* data, std::size_t) {
    got = ssl_ != nullptr ? SSL_read(ssl_, data + had, static_cast<int>(kRead)) : recv(fd_, data + had, kRead, 0);
    return had + static_cast<std::size_t>(got > 0 ? got : 0);
  });
  if (got <= 0) throw std::runtime_error("the server closed the connection");
}

std::string_view Client::line() {
  std::size_t searched = at_;
  for (;;) {
    const std::size_t end = input_.find('\n', searched);
    if (end != std::string::npos) {
      const std::string_view found = std::string_view(input_).substr(at_, end - at_);
      at_ = end + 1;
      return found.ends_with('\r') ? found.substr(0, found.size() - 1) : found;
    }
    searched = input_.size() - at_;
    fill();
  }
}

void Client::skip(std::size_t bytes) {
  while (input_.size() - at_ < bytes) {
    bytes -= input_.size() - at_;
    at_ = input_.size();
    fill();
  }
  at_ += bytes;
}

std::size_t Client::until(std::string_view prefix, std::string_view wanted) {
  std::size_t bytes = 0;
  for (;;) {
    const std::string_view text = line();
    bytes += text.size() + 2;
    if (text.starts_with(prefix)) {
      if (text.substr(prefix.size()).starts_with(wanted)) return bytes;
      throw std::runtime_error("unexpected: " + std::string(text));
    }
    if (!text.ends_with('}')) continue;
    const std::size_t open = text.rfind('{');
    std::size_t literal = 0;
    if (open == std::string_view::npos ||
        std::from_chars(text.data() + open + 1, text.data() + text.size() - 1, literal).ec != std::errc()) {
      continue;
    }
    skip(literal);
    bytes += literal;
  }
}

void Client::expect(std::string_view wanted) {
  for (;;) {
    const std::string_view text = line();
    if (!text.starts_with(wanted)) throw std::runtime_error("unexpected: " + std::string(text));
    if (text.size() < 4 || text[3] != '-') return;
  }
}

}  // namespace portreeve::load
