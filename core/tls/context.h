// TLS for the server's side of a connection, on BoringSSL: TLS 1.2 and 1.3, ECDHE with AEAD ciphers only.
//
// A CertificateStore holds every certificate, chosen by SNI; reload() replaces them all at once or, if one of the files
// is bad, nothing. Sessions keep the certificate that they shook hands with.
// Threads: CertificateStore and Context may be used from any thread; a Layer belongs to its connection's loop.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/layer.h"

namespace portreeve::tls {

struct CertificateFiles {
  std::string certificate;  // PEM chain, leaf first
  std::string key;          // PEM
};

struct ContextOptions {
  bool use_tickets = true;
  // ALPN names that this listener speaks ("imap", "pop3"; SMTP has none registered). A client that offers only others
  // is refused with a fatal alert (RFC 7301 §3.2), also where this is empty: a browser led here by an attacker offers
  // HTTP. One that offers none is served.
  std::vector<std::string> alpn = {};
};

class CertificateStore {
 public:
  // The error is one line for people: which file, what is wrong, how to mend it.
  static std::expected<std::unique_ptr<CertificateStore>, std::string> load(std::vector<CertificateFiles> files);
  ~CertificateStore();

  // Reads all files again. On error nothing changes.
  std::expected<void, std::string> reload(std::vector<CertificateFiles> files);
  // True if a file's identity, size or time differs from what was last read, good or bad; reads metadata only. May
  // block shortly.
  bool have_files_changed() const;
  // What is wrong with the certificates in use but doesn't keep them from being used: one has expired. For people.
  std::vector<std::string> warnings() const;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  CertificateStore();
  std::unique_ptr<Impl> impl_;
};

// What one listener offers. Its ticket keys are its own: they stay over a reload of the certificates, and BoringSSL
// replaces them every two days, still taking tickets of the last key.
class Context {
 public:
  // `certificates` must outlive the Context, and the Context the handshakes of its layers.
  Context(CertificateStore& certificates, ContextOptions options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // The server's side of a handshake over the non-blocking descriptor, for Stream::start_tls().
  std::unique_ptr<net::Layer> accept(int fd);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes a new P-256 key (mode 0600) and a self-signed certificate for `names` (DNS names or IP literals; the first is
// the subject) valid for ten years. Refuses to overwrite. The error is one line for people.
std::expected<void, std::string> make_self_signed(const CertificateFiles& files, const std::vector<std::string>& names);

}  // namespace portreeve::tls
