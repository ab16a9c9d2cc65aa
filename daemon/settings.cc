#include "daemon/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace portreeve::daemon {
namespace {

tls::CertificateFiles self_signed_files(const config::Config& config) {
  return {config.tls.self_signed_directory + "/certificate.pem", config.tls.self_signed_directory + "/key.pem"};
}

session::Timeouts timeouts(const config::Config& config, async::Milliseconds login, async::Milliseconds idle) {
  return {.handshake = config.limits.handshake_timeout,
          .login = login,
          .idle = idle,
          .command = config.limits.command_timeout,
          .transfer = config.limits.transfer_timeout};
}

}  // namespace

base::log::Level log_level(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug: return base::log::Level::debug;
    case config::LogLevel::info: return base::log::Level::info;
    case config::LogLevel::warning: return base::log::Level::warning;
    case config::LogLevel::error: return base::log::Level::error;
  }
  return base::log::Level::info;
}

std::vector<net::ListenAddress> listen_addresses(const config::Listener& listener) {
  if (!listener.path.empty()) return {{.host = {}, .port = 0, .unix_path = listener.path, .unix_mode = listener.mode}};
  std::vector<net::ListenAddress> addresses;
  for (const std::string& host : listener.addresses) {
    addresses.push_back({.host = host, .port = static_cast<std::uint16_t>(listener.port), .unix_path = {}});
  }
  return addresses;
}

std::string refusal(config::Protocol protocol, const std::string& host_name) {
  switch (protocol) {
    case config::Protocol::smtp:
    case config::Protocol::submission: return fmt::format("421 4.7.0 {} Too many connections\r\n", host_name);
    case config::Protocol::pop3: return "-ERR [SYS/TEMP] Too many connections\r\n";
    case config::Protocol::imap: return "* BYE [UNAVAILABLE] Too many connections\r\n";
  }
  return "";
}

bool uses_tls(const config::Config& config) {
  return std::ranges::any_of(config.listeners, [](const auto& l) { return l.tls != config::TlsMode::none; });
}

std::vector<tls::CertificateFiles> certificate_files(const config::Config& config) {
  if (config.tls.self_signed) return {self_signed_files(config)};
  std::vector<tls::CertificateFiles> files;
  for (const config::Certificate& c : config.tls.certificates) files.push_back({c.certificate, c.key});
  return files;
}

std::expected<void, std::string> ensure_self_signed(const config::Config& config) {
  const tls::CertificateFiles files = self_signed_files(config);
  std::error_code error;
  if (!config.tls.self_signed || !uses_tls(config) || std::filesystem::exists(files.certificate, error)) return {};
  std::filesystem::create_directories(config.tls.self_signed_directory, error);
  if (error) {
    return std::unexpected(
        fmt::format("can't make the folder {}: {}", config.tls.self_signed_directory, error.message()));
  }
  std::vector<std::string> names{config.host_name};
  // Whoever tries it out connects to this machine by one of these, too.
  for (const char* own : {"localhost", "127.0.0.1", "::1"}) {
    if (own != config.host_name) names.emplace_back(own);
  }
  return tls::make_self_signed(files, names);
}

tls::ContextOptions context_options(const config::Listener& listener) {
  tls::ContextOptions options{.use_tickets = listener.tickets, .alpn = {}};
  // IANA registers names for these two (RFC 7301 §6).
  if (listener.protocol == config::Protocol::imap) options.alpn = {"imap"};
  if (listener.protocol == config::Protocol::pop3) options.alpn = {"pop3"};
  return options;
}

session::Security security(const config::Listener& listener, tls::Context* context) {
  return {.tls = context,
          .is_implicit = listener.tls == config::TlsMode::implicit,
          .allows_plaintext_password = listener.plaintext_auth};
}

smtp::Options smtp_options(const config::Config& config, const config::Listener& listener, tls::Context* context) {
  smtp::Options options;
  options.role = listener.protocol == config::Protocol::submission ? smtp::Role::submission : smtp::Role::mx;
  options.security = security(listener, context);
  options.max_message_bytes = config.limits.max_message_size;
  options.max_recipients = config.limits.max_recipients;
  options.max_errors = static_cast<unsigned>(config.limits.max_errors);
  options.timeouts = timeouts(config, config.smtp.idle_timeout, config.smtp.idle_timeout);
  return options;
}

pop3::Options pop3_options(const config::Config& config, const config::Listener& listener, tls::Context* context) {
  pop3::Options options;
  options.security = security(listener, context);
  options.handshake_timeout = config.limits.handshake_timeout;
  options.login_timeout = config.pop3.login_timeout;
  options.idle_timeout = config.pop3.idle_timeout;
  options.write_timeout = config.limits.transfer_timeout;
  options.max_errors = static_cast<unsigned>(config.limits.max_errors);
  return options;
}

imap::Options imap_options(const config::Config& config, const config::Listener& listener, tls::Context* context) {
  imap::Options options;
  options.security = security(listener, context);
  options.timeouts = timeouts(config, config.imap.login_timeout, config.imap.idle_timeout);
  options.idle_nudge = config.imap.idle_nudge;
  options.max_command_bytes = config.imap.max_command_size;
  options.max_append_bytes = config.limits.max_message_size;
  options.max_errors = static_cast<unsigned>(config.limits.max_errors);
  options.version = PORTREEVE_VERSION;
  return options;
}

}  // namespace portreeve::daemon
