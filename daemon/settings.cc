#include "daemon/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
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

smtp::Role role(config::Protocol protocol) {
  switch (protocol) {
    case config::Protocol::submission: return smtp::Role::submission;
    case config::Protocol::lmtp: return smtp::Role::lmtp;
    default: return smtp::Role::mx;
  }
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

net::Networks networks(const std::vector<std::string>& texts) {
  net::Networks networks;
  for (const std::string& text : texts) {
    if (const auto network = net::Network::parse(text)) networks.push_back(*network);
  }
  return networks;
}

base::Rate rate(const config::Rate& rate) { return {static_cast<std::uint32_t>(rate.count), rate.per}; }

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
    case config::Protocol::submission:
    case config::Protocol::lmtp: return fmt::format("421 4.7.0 {} Too many connections\r\n", host_name);
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

session::LoginOptions login_options(const config::Config& config) {
  return {.throttle = {.max_failures_per_account = static_cast<std::uint32_t>(config.auth.max_failures_per_account),
                       .max_failures_per_address = static_cast<std::uint32_t>(config.auth.max_failures_per_address),
                       .memory = std::chrono::duration_cast<std::chrono::seconds>(config.auth.failure_memory)},
          .is_exempt = [exempt = networks(config.auth.never_throttle)](const net::Endpoint& peer) {
            return contains(exempt, peer);
          }};
}

store::ResolveOptions resolve_options(const config::Config& config) {
  store::ResolveOptions options;
  options.delimiters = config.smtp.subaddress_delimiters;
  options.postmaster = config.smtp.postmaster;
  options.host_name = config.host_name;
  return options;
}

session::Security security(const config::Config& config, const config::Listener& listener, tls::Context* context) {
  return {
      .tls = context,
      .is_implicit = listener.tls == config::TlsMode::implicit,
      .allows_plaintext_password = listener.plaintext_auth,
      // Mail programs that choose by what IMAP announces can do what they choose.
      .announces_channel_binding = listener.protocol == config::Protocol::imap || config.auth.announce_channel_binding};
}

smtp::Options smtp_options(const config::Config& config, const config::Listener& listener, tls::Context* context) {
  smtp::Options options;
  options.role = role(listener.protocol);
  options.security = security(config, listener, context);
  for (const std::string& keyword : listener.extensions_off) {
    if (const auto extension = smtp::find_extension(keyword)) {
      options.switched_off = options.switched_off.with(*extension);
    }
  }
  options.xclient_networks = networks(listener.xclient_from);
  options.max_message_bytes = config.limits.max_message_size;
  options.max_recipients = config.limits.max_recipients;
  options.max_messages = config.smtp.max_messages_per_connection;
  options.max_errors = static_cast<unsigned>(config.limits.max_errors);
  options.max_idle_commands = static_cast<unsigned>(config.smtp.max_idle_commands);
  options.max_header_bytes = config.smtp.max_header_size;
  options.max_header_fields = config.smtp.max_header_fields;
  options.max_received = config.smtp.max_received;
  options.bare_newlines = config.smtp.bare_newlines == config::BareNewlines::normalise ? smtp::BareNewlines::normalise
                                                                                       : smtp::BareNewlines::refuse;
  options.greeting_delay = config.smtp.greeting_delay;
  options.max_hold = std::chrono::duration_cast<std::chrono::seconds>(config.smtp.max_hold);
  options.hides_client = listener.hide_client_address;
  options.files_subaddresses = config.smtp.file_subaddresses;
  options.resolve = resolve_options(config);
  options.timeouts = timeouts(config, config.smtp.idle_timeout, config.smtp.idle_timeout);
  return options;
}

std::shared_ptr<session::Rates> message_rates(const config::Config& config) {
  return std::make_shared<session::Rates>(rate(config.smtp.message_rate_per_client),
                                          rate(config.smtp.message_rate_per_account));
}

smtp::ReleaseOptions release_options(const config::Config& config) {
  return {.host_name = config.host_name,
          .resolve = resolve_options(config),
          .files_subaddresses = config.smtp.file_subaddresses};
}

pop3::Options pop3_options(const config::Config& config, const config::Listener& listener, tls::Context* context) {
  pop3::Options options;
  options.security = security(config, listener, context);
  options.handshake_timeout = config.limits.handshake_timeout;
  options.login_timeout = config.pop3.login_timeout;
  options.idle_timeout = config.pop3.idle_timeout;
  options.write_timeout = config.limits.transfer_timeout;
  options.maildrop = {.max_sessions = config.pop3.max_sessions_per_account,
                      .gives_way_after = config.pop3.gives_way_after,
                      .login_delay = config.pop3.login_delay};
  options.max_errors = static_cast<unsigned>(config.limits.max_errors);
  return options;
}

imap::Options imap_options(const config::Config& config, const config::Listener& listener, tls::Context* context) {
  imap::Options options;
  options.security = security(config, listener, context);
  options.timeouts = timeouts(config, config.imap.login_timeout, config.imap.idle_timeout);
  options.idle_nudge = config.imap.idle_nudge;
  options.max_command_bytes = config.imap.max_command_size;
  options.max_append_bytes = config.limits.max_message_size;
  options.max_errors = static_cast<unsigned>(config.limits.max_errors);
  options.capabilities_off = listener.extensions_off;
  for (const config::ImapClient& client : config.imap.clients) {
    options.clients.emplace_back(client.name, client.capabilities_off);
  }
  options.administrators = config.auth.administrators;
  options.allows_uid_only = config.imap.uid_only;
  options.message_limit = static_cast<std::uint32_t>(config.imap.message_limit);
  options.version = PORTREEVE_VERSION;
  return options;
}

}  // namespace portreeve::daemon
