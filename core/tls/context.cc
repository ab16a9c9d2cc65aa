#include "core/tls/context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <new>
#include <stdexcept>
#include <utility>

#include "core/tls/certificate_store.h"
#include "core/tls/errors.h"
#include "core/tls/layer.h"

namespace portreeve::tls {
namespace {

// TLS 1.2 with forward secrecy and AEAD only (RFC 9325 §4.2); TLS 1.3's ciphers are all of that kind. In brackets the
// client has the choice: the one with AES in hardware takes AES.
constexpr const char* kCiphers =
    "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305|ECDHE-RSA-AES128-GCM-SHA256|"
    "ECDHE-RSA-CHACHA20-POLY1305]:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

// RFC 7301 §3.1: names, each behind its length.
std::string to_wire(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) throw std::invalid_argument("an ALPN name has 1 to 255 bytes");
    wire += static_cast<char>(name.size());
    wire += name;
  }
  return wire;
}

}  // namespace

// The SSL_CTX holds no certificate and never changes: each handshake takes one from what is current.
struct Context::Impl {
  static Impl& of(SSL* ssl) { return *static_cast<Impl*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl))); }

  static ssl_select_cert_result_t on_hello(const SSL_CLIENT_HELLO* hello) {
    const char* name = SSL_get_servername(hello->ssl, TLSEXT_NAMETYPE_host_name);
    const auto set = of(hello->ssl).certificates.impl().current();
    const Certificate& chosen = set->choose(name == nullptr ? std::string_view() : std::string_view(name));
    TlsLayer::of(hello->ssl).set_end_point(chosen.end_point);
    std::vector<CRYPTO_BUFFER*> chain;
    for (const auto& certificate : chosen.chain) chain.push_back(certificate.get());
    const int is_set = SSL_set_chain_and_key(hello->ssl, chain.data(), chain.size(), chosen.key.get(), nullptr);
    return is_set == 1 ? ssl_select_cert_success : ssl_select_cert_error;
  }

  static int on_alpn(SSL* ssl, const std::uint8_t** out, std::uint8_t* length, const std::uint8_t* offered,
                     unsigned offered_length, void*) {
    const std::string& ours = of(ssl).alpn;
    std::uint8_t* chosen = nullptr;
    const int outcome = ours.empty()
                            ? OPENSSL_NPN_NO_OVERLAP
                            : SSL_select_next_proto(&chosen, length, reinterpret_cast<const std::uint8_t*>(ours.data()),
                                                    static_cast<unsigned>(ours.size()), offered, offered_length);
    if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
  }

  CertificateStore& certificates;
  std::string alpn;  // as on the wire
  bssl::UniquePtr<SSL_CTX> context;
};

Context::Context(CertificateStore& certificates, ContextOptions options)
    : impl_(new Impl{certificates, to_wire(options.alpn),
                     bssl::UniquePtr<SSL_CTX>(SSL_CTX_new(TLS_with_buffers_method()))}) {
  SSL_CTX* context = impl_->context.get();
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_app_data(context, impl_.get());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ERR_clear_error();
  if (SSL_CTX_set_strict_cipher_list(context, kCiphers) != 1) throw std::runtime_error(take_error());
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Sessions live in tickets, at the client; a cache here would grow with the number of peers.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (!options.use_tickets) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_select_certificate_cb(context, Impl::on_hello);
  SSL_CTX_set_alpn_select_cb(context, Impl::on_alpn, nullptr);
}

Context::~Context() = default;

std::unique_ptr<net::Layer> Context::accept(int fd) { return std::make_unique<TlsLayer>(*impl_->context, fd); }

}  // namespace portreeve::tls
