// Two ends of a socket with the server's layer on one and BoringSSL's client on the other, both in this thread; and a
// folder of throw-away certificates.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/tls/context.h"
#include "core/tls/errors.h"

namespace portreeve::tls::testing {

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "portreeve-tls-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(file(name)) << text; }
  std::string read(const std::string& name) const {
    std::ifstream stream(file(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // NAME.pem and NAME.key.
  CertificateFiles certificate(const std::string& name, const std::vector<std::string>& names) const {
    CertificateFiles files{file(name + ".pem"), file(name + ".key")};
    std::filesystem::remove(files.certificate);
    std::filesystem::remove(files.key);
    const auto made = make_self_signed(files, names);
    EXPECT_TRUE(made) << made.error();
    return files;
  }

 private:
  std::filesystem::path path_;
};

struct ClientOptions {
  std::string server_name = {};
  std::string alpn = {};  // as on the wire
  std::uint16_t least = TLS1_2_VERSION;
  std::uint16_t most = TLS1_3_VERSION;
  std::string ciphers = {};  // of TLS 1.2
  SSL_SESSION* session = nullptr;
};

class Client {
 public:
  Client(int fd, const ClientOptions& options) : context_(SSL_CTX_new(TLS_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), options.least);
    SSL_CTX_set_max_proto_version(context_.get(), options.most);
    if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context_.get(), options.ciphers.c_str());
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_set_app_data(context_.get(), this);
    SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* ssl, SSL_SESSION* session) {
      static_cast<Client*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->session_.reset(session);
      return 1;
    });
    ssl_.reset(SSL_new(context_.get()));
    if (!options.server_name.empty()) SSL_set_tlsext_host_name(ssl_.get(), options.server_name.c_str());
    if (!options.alpn.empty()) {
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const std::uint8_t*>(options.alpn.data()),
                          static_cast<unsigned>(options.alpn.size()));
    }
    if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
    SSL_set_fd(ssl_.get(), fd);
    SSL_set_connect_state(ssl_.get());
  }

  // True when done; an error leaves its text in error().
  bool handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return true;
    const int why = SSL_get_error(ssl_.get(), result);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) error_ = take_error();
    return false;
  }
  void write(std::string_view text) {
    ASSERT_EQ(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())), static_cast<int>(text.size()));
  }
  // What there is to read now.
  std::string read() {
    std::string text;
    std::array<char, 4096> piece{};
    ERR_clear_error();
    for (;;) {
      last_ = SSL_read(ssl_.get(), piece.data(), piece.size());
      if (last_ <= 0) break;
      text.append(piece.data(), static_cast<std::size_t>(last_));
    }
    if (SSL_get_error(ssl_.get(), last_) == SSL_ERROR_SSL) error_ = take_error();
    return text;
  }
  bool saw_close_notify() { return SSL_get_error(ssl_.get(), last_) == SSL_ERROR_ZERO_RETURN; }

  SSL* ssl() { return ssl_.get(); }
  SSL_SESSION* session() { return session_.get(); }
  const std::string& error() const { return error_; }

 private:
  bssl::UniquePtr<SSL_CTX> context_;
  bssl::UniquePtr<SSL_SESSION> session_;
  bssl::UniquePtr<SSL> ssl_;
  int last_ = 0;
  std::string error_;
};

class Pair {
 public:
  explicit Pair(Context& context, const ClientOptions& options = {}) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds_.data()), 0);
    server_ = context.accept(fds_[0]);
    client_ = std::make_unique<Client>(fds_[1], options);
  }
  ~Pair() {
    close(fds_[0]);
    if (fds_[1] >= 0) close(fds_[1]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  // True if both sides are content.
  bool handshake() {
    bool is_client_done = false;
    net::IoStep step{net::IoStep::Status::want_read, 0};
    for (int turn = 0; turn < 10; ++turn) {
      if (!is_client_done && client_->error().empty()) is_client_done = client_->handshake();
      if (step.status == net::IoStep::Status::want_read) step = server_->handshake();
    }
    last_ = step.status;
    // In TLS 1.3 the alert for what is wrong with the client's last flight comes after its end.
    if (is_client_done) EXPECT_EQ(client_->read(), "");
    return is_client_done && client_->error().empty() && step.status == net::IoStep::Status::done;
  }

  std::string read(std::size_t at_most = 4096) {
    std::string text(at_most, '\0');
    const net::IoStep step = server_->read(text);
    last_ = step.status;
    text.resize(step.bytes);
    return text;
  }
  net::IoStep write(std::string_view first, std::string_view second = {}) {
    const std::array<std::string_view, 2> buffers{first, second};
    return server_->write(buffers);
  }
  void close_client() { close(std::exchange(fds_[1], -1)); }

  net::Layer& server() { return *server_; }
  Client& client() { return *client_; }
  net::IoStep::Status last() const { return last_; }
  int client_fd() const { return fds_[1]; }

 private:
  std::array<int, 2> fds_{-1, -1};
  std::unique_ptr<net::Layer> server_;
  std::unique_ptr<Client> client_;
  net::IoStep::Status last_ = net::IoStep::Status::failed;
};

}  // namespace portreeve::tls::testing
