#include "core/tls/layer.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <new>
#include <utility>

#include "core/base/retried.h"
#include "core/tls/errors.h"

namespace portreeve::tls {
namespace {

using net::IoStep;

constexpr std::size_t kReadAheadBytes = std::size_t{64} * 1024;
constexpr std::size_t kRecordOverhead = 512;
constexpr std::size_t kHandshakeReadAhead = std::size_t{4} * 1024;
constexpr std::size_t kWriteBatch = std::size_t{64} * 1024;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

// BoringSSL reads a record by its five bytes of header and then the rest: two system calls each. This takes in as much
// as the caller has room for, in one, on the stack; what is not used up by the end of the call is kept in left_over_.
class TlsLayer::ReadAhead {
 public:
  ReadAhead(TlsLayer& layer, std::size_t limit) : layer_(layer), limit_(std::min(limit, kReadAheadBytes)) {
    const std::size_t kept = std::exchange(layer.left_over_, {}).copy(bytes_.data(), bytes_.size());
    available_ = {bytes_.data(), kept};
    layer.read_ahead_ = this;
  }
  ~ReadAhead() {
    layer_.left_over_ = available_;
    layer_.read_ahead_ = nullptr;
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  bool is_empty() const { return available_.empty(); }

  // recv()'s result.
  ssize_t take(char* into, std::size_t bytes) {
    if (available_.empty()) {
      const bool is_direct = bytes >= limit_;
      char* target = is_direct ? into : bytes_.data();
      const ssize_t got = base::retried([&] { return recv(layer_.fd_, target, is_direct ? bytes : limit_, 0); });
      if (got <= 0 || is_direct) return got;
      available_ = {bytes_.data(), static_cast<std::size_t>(got)};
    }
    const std::size_t count = available_.copy(into, bytes);
    available_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

 private:
  TlsLayer& layer_;
  std::size_t limit_;
  std::string_view available_;
  std::array<char, kReadAheadBytes> bytes_;  // not initialized: it is as big as a read
};

TlsLayer::TlsLayer(SSL_CTX& context, int fd) : fd_(fd), ssl_(SSL_new(&context)) {
  BIO* bio = BIO_new(bio_method());
  if (!ssl_ || bio == nullptr) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_accept_state(ssl_.get());
  SSL_set_shed_handshake_config(ssl_.get(), 1);
}

const BIO_METHOD* TlsLayer::bio_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "portreeve socket");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_read(made, [](BIO* bio, char* into, int bytes) {
      return static_cast<TlsLayer*>(BIO_get_data(bio))->receive(bio, into, static_cast<std::size_t>(bytes));
    });
    BIO_meth_set_write(made, [](BIO* bio, const char* from, int bytes) {
      return static_cast<TlsLayer*>(BIO_get_data(bio))->transmit(bio, from, static_cast<std::size_t>(bytes));
    });
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH ? 1 : 0; });
    return made;
  }();
  return method;
}

int TlsLayer::receive(BIO* bio, char* into, std::size_t bytes) {
  BIO_clear_retry_flags(bio);
  // Only handshake() and read() read; without their window there is nothing that may be taken from the socket.
  if (read_ahead_ == nullptr) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const ssize_t got = read_ahead_->take(into, bytes);
  if (got >= 0) return static_cast<int>(got);
  if (would_block()) {
    BIO_set_retry_read(bio);
  } else {
    socket_error_ = errno;
  }
  return -1;
}

int TlsLayer::transmit(BIO* bio, const char* from, std::size_t bytes) {
  BIO_clear_retry_flags(bio);
  // Behind what is still to be sent, whatever BoringSSL says must wait its turn.
  if (is_gathering_ || !outgoing_.empty()) {
    outgoing_.append(from, bytes);
    return static_cast<int>(bytes);
  }
  const ssize_t sent = base::retried([&] { return send(fd_, from, bytes, MSG_NOSIGNAL); });
  if (sent >= 0) return static_cast<int>(sent);
  if (would_block()) {
    BIO_set_retry_write(bio);
  } else {
    socket_error_ = errno;
  }
  return -1;
}

IoStep TlsLayer::step_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {IoStep::Status::want_read, 0};
    case SSL_ERROR_WANT_WRITE: return {IoStep::Status::want_write, 0};
    case SSL_ERROR_ZERO_RETURN: return {IoStep::Status::eof, 0};
    case SSL_ERROR_SYSCALL:
      has_failed_ = true;
      // Many clients close without close_notify. What they sent is framed by the mail protocols themselves, which never
      // take the end of the stream for the end of something, so cutting it short gains an attacker nothing.
      if (socket_error_ == 0) return {IoStep::Status::eof, 0};
      failure_ = std::strerror(socket_error_);
      return {IoStep::Status::failed, 0};
    default:
      has_failed_ = true;
      failure_ = take_error();
      return {IoStep::Status::failed, 0};
  }
}

IoStep TlsLayer::handshake() {
  ERR_clear_error();
  int result = 0;
  {
    const ReadAhead window(*this, kHandshakeReadAhead);
    result = SSL_do_handshake(ssl_.get());
  }
  if (result != 1) return step_of(result);
  info_.version = SSL_get_version(ssl_.get());
  info_.cipher = SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl_.get()));
  if (const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name)) info_.server_name = name;
  info_.is_resumed = SSL_session_reused(ssl_.get()) == 1;
  return {IoStep::Status::done, 0};
}

IoStep TlsLayer::read(std::span<char> into) {
  ReadAhead window(*this, into.size() + kRecordOverhead);
  std::size_t total = 0;
  // Small records that came together are given together. The socket itself is asked once: a second time would most
  // often find nothing.
  do {
    ERR_clear_error();
    const int room = static_cast<int>(std::min<std::size_t>(into.size() - total, INT_MAX));
    const int got = SSL_read(ssl_.get(), into.data() + total, room);
    if (got <= 0) {
      // BoringSSL remembers an end or a failure, and tells it again at the next call.
      if (total > 0) break;
      return step_of(got);
    }
    total += static_cast<std::size_t>(got);
  } while (total < into.size() && (SSL_pending(ssl_.get()) > 0 || !window.is_empty()));
  return {IoStep::Status::done, total};
}

std::string_view TlsLayer::next_record(std::span<const std::string_view> buffers, std::size_t skip) {
  constexpr std::size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;
  while (!buffers.empty() && buffers.front().size() <= skip) {
    skip -= buffers.front().size();
    buffers = buffers.subspan(1);
  }
  if (buffers.empty()) return {};
  const std::string_view first = buffers.front().substr(skip);
  const bool is_alone = std::ranges::all_of(buffers.subspan(1), &std::string_view::empty);
  if (is_alone || first.size() >= kRecord) return first.substr(0, kRecord);
  gather_ = first;
  for (const std::string_view buffer : buffers.subspan(1)) gather_ += buffer.substr(0, kRecord - gather_.size());
  return gather_;
}

IoStep TlsLayer::encrypt(std::span<const std::string_view> buffers) {
  is_gathering_ = true;
  IoStep step{IoStep::Status::done, 0};
  while (accepted_ < kWriteBatch) {
    const std::string_view record = next_record(buffers, accepted_);
    if (record.empty()) break;
    ERR_clear_error();
    const int written = SSL_write(ssl_.get(), record.data(), static_cast<int>(record.size()));
    if (written <= 0) {
      step = step_of(written);
      break;
    }
    accepted_ += static_cast<std::size_t>(written);
  }
  is_gathering_ = false;
  return step;
}

IoStep TlsLayer::send_outgoing() {
  while (sent_ < outgoing_.size()) {
    const ssize_t sent =
        base::retried([&] { return send(fd_, outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_NOSIGNAL); });
    if (sent < 0 && would_block()) return {IoStep::Status::want_write, 0};
    if (sent < 0) {
      has_failed_ = true;
      failure_ = std::strerror(errno);
      return {IoStep::Status::failed, 0};
    }
    sent_ += static_cast<std::size_t>(sent);
  }
  outgoing_.clear();
  sent_ = 0;
  return {IoStep::Status::done, std::exchange(accepted_, 0)};
}

// While the peer is slow the caller comes again with the same bytes, which are encrypted already.
IoStep TlsLayer::write(std::span<const std::string_view> buffers) {
  if (accepted_ == 0) {
    if (const IoStep step = encrypt(buffers); step.status != IoStep::Status::done) return step;
  }
  return send_outgoing();
}

IoStep TlsLayer::shutdown() {
  // After a fatal alert, before there are keys or within a record, there is no goodbye to say.
  if (has_failed_ || !outgoing_.empty() || SSL_in_init(ssl_.get()) != 0) return {IoStep::Status::done, 0};
  ERR_clear_error();
  const int result = SSL_shutdown(ssl_.get());
  if (result >= 0) return {IoStep::Status::done, 0};
  return step_of(result);
}

std::string TlsLayer::channel_binding(std::string_view type) const {
  if (type == "tls-server-end-point" && end_point_ != nullptr) return *end_point_;
  // RFC 9266 §4.2: below TLS 1.3 only with the extended master secret, without which two connections can share one.
  const bool is_unique = SSL_version(ssl_.get()) >= TLS1_3_VERSION || SSL_get_extms_support(ssl_.get()) == 1;
  if (type != "tls-exporter" || !is_unique) return {};
  constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  std::array<std::uint8_t, 32> key{};
  ERR_clear_error();
  const int done =
      SSL_export_keying_material(ssl_.get(), key.data(), key.size(), kLabel.data(), kLabel.size(), nullptr, 0, 1);
  if (done != 1) return {};
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

bool TlsLayer::has_pending() const { return SSL_pending(ssl_.get()) > 0 || !left_over_.empty(); }

void TlsLayer::shrink() {
  std::string().swap(gather_);
  if (outgoing_.empty()) std::string().swap(outgoing_);
  if (left_over_.empty()) std::string().swap(left_over_);
}

}  // namespace portreeve::tls
