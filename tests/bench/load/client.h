// A blocking line client for the load program: one socket, one buffer, TLS if asked.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace portreeve::load {

class Client {
 public:
  enum class Tls { none, full, resumed };

  // Connects to 127.0.0.1. Tls::resumed goes on with the last session that this thread was given, and fails if the
  // server doesn't, but for the thread's first. Throws std::runtime_error on any failure, as all of this class does.
  Client(std::uint16_t port, Tls tls);
  Client(std::uint16_t port, bool use_tls) : Client(port, use_tls ? Tls::full : Tls::none) {}
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&&) = delete;

  // The handshake, where the protocol agreed to have it now.
  void start_tls();
  void send(std::string_view bytes);
  // A line without its ending; valid until the next call.
  std::string_view line();
  // Throws away `bytes` of input.
  void skip(std::size_t bytes);
  // Reads lines until one begins with `prefix`; throws if the rest of it doesn't begin with `wanted`. IMAP literals on
  // the way are skipped. Returns the bytes read.
  std::size_t until(std::string_view prefix, std::string_view wanted);
  // An SMTP or POP3 reply, to its last line; throws unless it begins with `wanted`.
  void expect(std::string_view wanted);

 private:
  bool handshake(Tls tls);
  void fill();

  int fd_ = -1;
  ssl_st* ssl_ = nullptr;
  std::string input_;
  std::size_t at_ = 0;
};

}  // namespace portreeve::load
