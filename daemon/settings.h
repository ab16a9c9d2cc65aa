// From the configuration to the small option structs of each part.
// Threads: pure, save Current: any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/log.h"
#include "core/base/rate_limiter.h"
#include "core/config/config.h"
#include "core/net/network.h"
#include "core/net/server.h"
#include "core/tls/context.h"
#include "protocols/imap/options.h"
#include "protocols/pop3/options.h"
#include "protocols/session/login.h"
#include "protocols/smtp/options.h"
#include "protocols/smtp/releaser.h"
#include "storage/resolve.h"

namespace portreeve::daemon {

base::log::Level log_level(config::LogLevel level);

// The configuration has looked at them.
net::Networks networks(const std::vector<std::string>& texts);
base::Rate rate(const config::Rate& rate);

// An address each: a listener may have several.
std::vector<net::ListenAddress> listen_addresses(const config::Listener& listener);
// What a connection over the limits is told, in its protocol.
std::string refusal(config::Protocol protocol, const std::string& host_name);

// Whether any listener offers TLS, and so needs certificates.
bool uses_tls(const config::Config& config);
std::vector<tls::CertificateFiles> certificate_files(const config::Config& config);
// Makes the self-signed certificate where the configuration wants one and there is none.
std::expected<void, std::string> ensure_self_signed(const config::Config& config);
tls::ContextOptions context_options(const config::Listener& listener);

session::LoginOptions login_options(const config::Config& config);
session::Security security(const config::Listener& listener, tls::Context* context);
smtp::Options smtp_options(const config::Config& config, const config::Listener& listener, tls::Context* context);
// What is shared by all listeners that take mail.
std::shared_ptr<session::Rates> message_rates(const config::Config& config);
store::ResolveOptions resolve_options(const config::Config& config);
smtp::ReleaseOptions release_options(const config::Config& config);
pop3::Options pop3_options(const config::Config& config, const config::Listener& listener, tls::Context* context);
imap::Options imap_options(const config::Config& config, const config::Listener& listener, tls::Context* context);

// What new sessions of a listener get; each keeps what it got until it ends.
template <class T>
class Current {
 public:
  explicit Current(T value) : value_(std::make_shared<const T>(std::move(value))) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(T value) {
    auto fresh = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    value_.swap(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;  // guarded by mutex_
};

}  // namespace portreeve::daemon
