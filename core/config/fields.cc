// The table of keys: one declaration a key. Defaults are the members' initial values in config.h.
#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/config/field.h"

namespace portreeve::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 4> kProtocols{"smtp", "submission", "pop3", "imap"};
constexpr std::array<std::string_view, 3> kTlsModes{"none", "starttls", "implicit"};
constexpr std::size_t kMaxDomainBytes = 255;  // RFC 5321 §4.5.3.1.2
constexpr std::size_t kMaxUserBytes = 32;     // useradd(8)

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxDomainBytes) return false;
  // Labels of letters, digits and inner hyphens (RFC 5321 §4.1.2: sub-domain).
  char before = '.';
  for (char c : text) {
    const bool is_inner = c == '-' || c == '.';
    if (!is_inner && !base::is_alpha(c) && !base::is_digit(c)) return false;
    if (c == '.' && (before == '.' || before == '-')) return false;
    if (c == '-' && before == '.') return false;
    before = c;
  }
  return before != '.' && before != '-';
}

bool is_user_name(std::string_view text) {
  return text.size() <= kMaxUserBytes && std::ranges::all_of(text, [](char c) {
           return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
         });
}

bool is_ip_address(std::string_view text) {
  const std::string copy(text);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, copy.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, copy.c_str(), address.data()) == 1;
}

template <class Enum>
Choice choice(Enum& into, std::span<const std::string_view> names) {
  return {names, [&into](std::size_t i) { into = static_cast<Enum>(i); },
          [&into] { return static_cast<std::size_t>(into); }};
}

template <class Item>
Tables tables(std::vector<Item>& items, Fields (*fields_of)(Item&)) {
  return {[&items, fields_of] { return fields_of(items.emplace_back()); }, [&items] { return items.size(); },
          [&items, fields_of](std::size_t i) { return fields_of(items[i]); }};
}

Fields server_fields(Server& s) {
  return {
      {"threads", "reactor threads; 0 makes one a processor", Count{&s.threads, 0, 256}},
      {"max_connections", "connections at one time, all listeners together", Count{&s.max_connections, 1, 1'000'000}},
      {"max_connections_per_address", "connections at one time from one IPv4 address or IPv6 /64",
       Count{&s.max_connections_per_address, 1, 1'000'000}},
      Field{"shutdown_grace", "how long commands under way may take to end when the server stops",
            Duration{&s.shutdown_grace, milliseconds(0), minutes(10)}}
          .live(),
  };
}

Fields storage_fields(Storage& s) {
  return {
      {"readers", "threads that read the store", Count{&s.readers, 1, 64}},
      {"reserve", "free disk space below which new mail is refused", Size{&s.reserve, kMiB, 1024 * kGiB}},
      {"max_staged", "of big messages that are coming in, all together", Size{&s.max_staged, 16 * kMiB, 1024 * kGiB}},
      {"mailbox_cache", "memory for the state of mailboxes that nobody has open",
       Size{&s.mailbox_cache, kMiB, 64 * kGiB}},
  };
}

Fields certificate_fields(Certificate& c) {
  return {
      Field{"certificate", "PEM file: the server's certificate, then the intermediate ones", Path{&c.certificate}}
          .required()
          .live(),
      Field{"key", "PEM file: the certificate's private key, readable by `user`", Path{&c.key}}.required().live(),
  };
}

Fields tls_fields(Tls& t) {
  return {
      {"self_signed", "make a self-signed certificate for host_name at the first start", Flag{&t.self_signed}},
      {"self_signed_directory", "where it is kept; \"tls\" below data_directory if not given",
       Path{&t.self_signed_directory}},
      Field{"certificate", "a certificate, chosen by the name that the client asks for; the first is for all others",
            tables(t.certificates, certificate_fields)}
          .live(),
  };
}

Fields limits_fields(Limits& l) {
  return {
      Field{"max_message_size", "of one message, over SMTP and IMAP", Size{&l.max_message_size, 64 * kKiB, 2 * kGiB}}
          .live(),
      Field{"max_recipients", "of one message", Count{&l.max_recipients, 100, 100'000}}.live(),
      Field{"max_errors", "refused commands after which a connection is closed", Count{&l.max_errors, 3, 10'000}}
          .live(),
      Field{"handshake_timeout", "for the TLS handshake", Duration{&l.handshake_timeout, seconds(1), minutes(10)}}
          .live(),
      Field{"command_timeout", "for a command to arrive once it has begun",
            Duration{&l.command_timeout, seconds(1), hours(1)}}
          .live(),
      Field{"transfer_timeout", "for each part of a message, either way",
            Duration{&l.transfer_timeout, seconds(1), hours(1)}}
          .live(),
  };
}

Fields smtp_fields(Smtp& s) {
  return {
      Field{"idle_timeout", "for the next command; RFC 5321 asks for five minutes",
            Duration{&s.idle_timeout, seconds(1), hours(1)}}
          .live(),
  };
}

Fields pop3_fields(Pop3& p) {
  return {
      Field{"login_timeout", "for the next command before login", Duration{&p.login_timeout, seconds(1), hours(1)}}
          .live(),
      Field{"idle_timeout", "for the next command after login; RFC 1939 asks for ten minutes",
            Duration{&p.idle_timeout, seconds(1), hours(24)}}
          .live(),
  };
}

Fields imap_fields(Imap& i) {
  return {
      Field{"login_timeout", "for the next command before login", Duration{&i.login_timeout, seconds(1), hours(1)}}
          .live(),
      Field{"idle_timeout", "for the next command after login; RFC 3501 asks for thirty minutes at least",
            Duration{&i.idle_timeout, seconds(1), hours(24)}}
          .live(),
      Field{"idle_nudge", "how often IDLE says that it is still there, for address translators",
            Duration{&i.idle_nudge, seconds(1), hours(1)}}
          .live(),
      Field{"max_command_size", "of a command with its literals, messages not counted",
            Size{&i.max_command_size, 8 * kKiB, 64 * kMiB}}
          .live(),
  };
}

Fields listener_fields(Listener& l) {
  return {
      Field{"protocol", "what is spoken here; \"smtp\" takes mail from strangers, \"submission\" from your users",
            choice(l.protocol, kProtocols)}
          .required(),
      {"address", "where to listen; all of IPv4 and IPv6 if not given",
       Texts{&l.addresses, is_ip_address, "an IP address such as \"127.0.0.1\" or \"::1\", or an array of them"}},
      {"port", "the TCP port; 0 lets the system pick one", Count{&l.port, 0, 65'535}},
      {"path", "a Unix socket instead of address and port", Path{&l.path}},
      {"mode", "the Unix socket's permissions", Mode{&l.mode}},
      {"tls", "\"starttls\" on request, \"implicit\" from the first byte, \"none\" not at all",
       choice(l.tls, kTlsModes)},
      {"plaintext_auth", "take passwords over connections without TLS too", Flag{&l.plaintext_auth}},
      {"tickets", "let TLS clients resume by session tickets", Flag{&l.tickets}},
  };
}

}  // namespace

std::string_view to_text(Protocol protocol) { return kProtocols[static_cast<std::size_t>(protocol)]; }
std::string_view to_text(TlsMode mode) { return kTlsModes[static_cast<std::size_t>(mode)]; }

Fields fields(Config& c) {
  return {
      Field{"host_name", "the server's name in greetings, trace headers and its self-signed certificate",
            Text{&c.host_name, is_host_name, "a host name such as \"mail.example.org\""}}
          .required()
          .live(),
      Field{"data_directory", "the folder that holds the mail", Path{&c.data_directory}}.required(),
      {"user", "whom to become once the ports are bound; needed when started as root",
       Text{&c.user, is_user_name, "a user's name from /etc/passwd"}},
      {"log", "what is logged",
       Table{{Field{"level", "the least grave lines to write", choice(c.log_level, kLogLevels)}.live()}}},
      {"server", "connections and threads", Table{server_fields(c.server)}},
      {"storage", "the mail store", Table{storage_fields(c.storage)}},
      {"tls", "certificates", Table{tls_fields(c.tls)}},
      {"limits", "what one message or connection may cost, in any protocol", Table{limits_fields(c.limits)}},
      {"smtp", "SMTP and submission", Table{smtp_fields(c.smtp)}},
      {"pop3", "POP3", Table{pop3_fields(c.pop3)}},
      {"imap", "IMAP", Table{imap_fields(c.imap)}},
      {"listener", "a port or Unix socket to listen on", tables(c.listeners, listener_fields)},
  };
}

}  // namespace portreeve::config
