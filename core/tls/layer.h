// A TLS session over a non-blocking descriptor.
//
// An idle session holds no buffer: ciphertext comes in on the stack of read(), and goes out through a buffer that is
// bounded and that shrink() gives back. What is written together leaves together: records are gathered into one send.
// Threads: the connection's loop.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/net/layer.h"

namespace portreeve::tls {

class TlsLayer final : public net::Layer {
 public:
  TlsLayer(SSL_CTX& context, int fd);
  TlsLayer(const TlsLayer&) = delete;
  TlsLayer& operator=(const TlsLayer&) = delete;

  net::IoStep handshake() override;
  net::IoStep read(std::span<char> into) override;
  net::IoStep write(std::span<const std::string_view> buffers) override;
  net::IoStep shutdown() override;
  bool has_pending() const override;
  void shrink() override;
  const net::TlsInfo* tls() const override { return &info_; }
  std::string channel_binding(std::string_view type) const override;
  std::string failure() const override { return failure_; }

  // The layer of a handshake under way.
  static TlsLayer& of(const SSL* ssl) { return *static_cast<TlsLayer*>(SSL_get_app_data(ssl)); }
  void set_end_point(std::shared_ptr<const std::string> hash) { end_point_ = std::move(hash); }

 private:
  class ReadAhead;

  static const BIO_METHOD* bio_method();
  int receive(BIO* bio, char* into, std::size_t bytes);
  int transmit(BIO* bio, const char* from, std::size_t bytes);
  net::IoStep step_of(int result);
  std::string_view next_record(std::span<const std::string_view> buffers, std::size_t skip);
  net::IoStep encrypt(std::span<const std::string_view> buffers);
  net::IoStep send_outgoing();

  int fd_;
  bssl::UniquePtr<SSL> ssl_;
  ReadAhead* read_ahead_ = nullptr;  // during a call that reads
  std::string left_over_;            // ciphertext that was received but not asked for
  std::string gather_;
  std::string outgoing_;  // ciphertext of the write under way, from sent_ on
  std::size_t sent_ = 0;
  std::size_t accepted_ = 0;  // plain bytes in outgoing_; told to the caller when all are sent
  bool is_gathering_ = false;
  int socket_error_ = 0;
  bool has_failed_ = false;
  std::string failure_;
  net::TlsInfo info_;
  std::shared_ptr<const std::string> end_point_;  // of the certificate chosen
};

}  // namespace portreeve::tls
