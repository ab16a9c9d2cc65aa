// The table of keys: one declaration a key. Defaults are the members' initial values in config.h.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/ascii.h"
#include "core/config/address.h"
#include "core/config/field.h"

namespace portreeve::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 5> kProtocols{"smtp", "submission", "lmtp", "pop3", "imap"};
constexpr std::array<std::string_view, 3> kTlsModes{"none", "starttls", "implicit"};
constexpr std::array<std::string_view, 2> kBareNewlines{"refuse", "normalise"};
// What EHLO announces, and commands that can be left out.
constexpr std::array<std::string_view, 20> kExtensions{
    "PIPELINING",          "SIZE",     "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8",      "DSN",
    "ENHANCEDSTATUSCODES", "STARTTLS", "AUTH",     "REQUIRETLS", "LIMITS",   "FUTURERELEASE", "DELIVERBY",
    "MT-PRIORITY",         "RRVS",     "BURL",     "VRFY",       "EXPN",     "HELP"};
constexpr std::string_view kExtensionsExpected =
    "an array of IMAP capabilities, or of PIPELINING, SIZE, 8BITMIME, BINARYMIME, CHUNKING, SMTPUTF8, DSN, "
    "ENHANCEDSTATUSCODES, STARTTLS, AUTH, "
    "REQUIRETLS, LIMITS, FUTURERELEASE, DELIVERBY, MT-PRIORITY, RRVS, BURL, VRFY, EXPN, HELP";
// What IMAP announces, save what it can't do without.
constexpr std::string_view kCapabilities[] = {
    "IMAP4REV2",
    "LITERAL+",
    "LITERAL-",
    "SASL-IR",
    "ID",
    "ENABLE",
    "IDLE",
    "NAMESPACE",
    "LANGUAGE",
    "CHILDREN",
    "SPECIAL-USE",
    "CREATE-SPECIAL-USE",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "UNSELECT",
    "UIDPLUS",
    "MOVE",
    "CONDSTORE",
    "QRESYNC",
    "STATUS=SIZE",
    "OBJECTID",
    "MULTIAPPEND",
    "BINARY",
    "REPLACE",
    "PREVIEW",
    "CATENATE",
    "URL-PARTIAL",
    "URLAUTH",
    "URLAUTH=BINARY",
    "UTF8=ACCEPT",
    "APPENDLIMIT",
    "QUOTA",
    "QUOTA=RES-STORAGE",
    "QUOTA=RES-MESSAGE",
    "QUOTA=RES-MAILBOX",
    "QUOTASET",
    "SAVEDATE",
    "UIDBATCHES",
    "UIDONLY",
    "MESSAGELIMIT",
    "METADATA",
    "LIST-METADATA",
    "ACL",
    "RIGHTS",
    "RIGHTS=TEXK",
    "LIST-MYRIGHTS",
    "ESEARCH",
    "SEARCHRES",
    "WITHIN",
    "SORT",
    "SORT=DISPLAY",
    "ESORT",
    "THREAD=ORDEREDSUBJECT",
    "THREAD=REFERENCES",
    "THREAD=REFS",
    "I18NLEVEL=2",
    "MULTISEARCH",
    "FILTERS",
    "PARTIAL",
    "CONTEXT=SEARCH",
    "CONTEXT=SORT",
    "NOTIFY",
    "SEARCH=FUZZY",
    "INPROGRESS",
    "COMPRESS=DEFLATE",
    "COMPRESS",
    "UNAUTHENTICATE",
};
constexpr std::string_view kCapabilitiesExpected = "an array of IMAP capabilities such as COMPRESS or QUOTA";
constexpr std::string_view kNetworksExpected =
    "an array of networks such as \"10.0.0.0/8\" or \"2001:db8::/32\", of addresses, or \"unix\"";
constexpr std::uint64_t kMaxQuotaCount = 1'000'000'000;
constexpr std::size_t kMaxDelimiters = 8;
constexpr std::size_t kMaxVerifierBytes = 512;
constexpr std::size_t kMaxClientNameBytes = 1024;  // RFC 2971 §3.3: of a value of ID
constexpr std::size_t kMaxUserBytes = 32;          // useradd(8)

bool is_user_name(std::string_view text) {
  return text.size() <= kMaxUserBytes && std::ranges::all_of(text, [](char c) {
           return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
         });
}

// The bits of its addresses, or 0 if it is none.
unsigned address_bits(std::string_view text) {
  const std::string copy(text);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  if (inet_pton(AF_INET, copy.c_str(), address.data()) == 1) return 32;
  return inet_pton(AF_INET6, copy.c_str(), address.data()) == 1 ? 128 : 0;
}

bool is_ip_address(std::string_view text) { return address_bits(text) > 0; }

bool is_network(std::string_view text) {
  if (text == "unix") return true;
  const std::size_t slash = text.find('/');
  const unsigned most = address_bits(text.substr(0, slash));
  if (slash == std::string_view::npos || most == 0) return most > 0;
  const std::string_view prefix = text.substr(slash + 1);
  if (prefix.size() > 1 && prefix.starts_with('0')) return false;
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
  return error == std::errc() && end == prefix.data() + prefix.size() && bits <= most;
}

bool is_smtp_extension(std::string_view text) {
  return std::ranges::find(kExtensions, base::uppered(text)) != kExtensions.end();
}

bool is_capability(std::string_view text) {
  return std::ranges::find(kCapabilities, base::uppered(text)) != std::end(kCapabilities);
}

// Which protocol's is for the rules to see.
bool is_extension(std::string_view text) { return is_smtp_extension(text) || is_capability(text); }

bool is_client_name(std::string_view text) { return !text.empty() && text.size() <= kMaxClientNameBytes; }

// Signs that may stand in a local part without quotes (RFC 5321 §4.1.2: atext), and are no letters or digits.
bool are_delimiters(std::string_view text) {
  return text.size() <= kMaxDelimiters &&
         std::ranges::all_of(text, [](char c) { return std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c); });
}

bool is_address(std::string_view text) { return normalize_address(text).has_value(); }
bool is_address_or_empty(std::string_view text) { return text.empty() || is_address(text); }
bool is_alias(std::string_view text) { return normalize_alias(text).has_value(); }

// As far as it can be told here; who uses it looks closer.
bool is_verifier(std::string_view text) {
  return text.size() <= kMaxVerifierBytes && text.starts_with("SCRAM-SHA-256$") && std::ranges::count(text, '$') == 2 &&
         std::ranges::count(text, ':') == 2;
}

bool is_password(std::string_view text) { return !text.empty() && std::ranges::none_of(text, base::is_control); }

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
      {"connection_rate_per_address", "new connections from one IPv4 address or IPv6 /64",
       RateOf{&s.connection_rate_per_address}},
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
      Field{"bare_newlines", "what becomes of a message with CR or LF alone; \"normalise\" makes a line's end of each",
            choice(s.bare_newlines, kBareNewlines)}
          .live(),
      Field{"greeting_delay", "how long to wait before the greeting; who speaks before it is sent away",
            Duration{&s.greeting_delay, milliseconds(0), seconds(30)}}
          .live(),
      Field{"max_messages_per_connection", "0 is no limit", Count{&s.max_messages_per_connection, 0, 1'000'000}}.live(),
      Field{"max_idle_commands", "between messages, of commands that do nothing: NOOP, RSET, HELP, VRFY",
            Count{&s.max_idle_commands, 10, 1'000'000}}
          .live(),
      Field{"max_received", "Received fields with which a message is taken to go in circles",
            Count{&s.max_received, 10, 10'000}}
          .live(),
      Field{"max_header_size", "of a message's header", Size{&s.max_header_size, 16 * kKiB, 64 * kMiB}}.live(),
      Field{"max_header_fields", "of a message's header", Count{&s.max_header_fields, 100, 1'000'000}}.live(),
      Field{"message_rate_per_client", "messages from one IPv4 address or IPv6 /64", RateOf{&s.message_rate_per_client}}
          .live(),
      Field{"message_rate_per_account", "messages that one account submits", RateOf{&s.message_rate_per_account}}
          .live(),
      Field{"subaddress_delimiters", "signs that divide a name from its detail, alice+shop; none switches it off",
            Text{&s.subaddress_delimiters, are_delimiters, "up to 8 signs such as \"+\" or \"+-\", or \"\""}}
          .live(),
      Field{"file_subaddresses", "mail to alice+shop goes into the folder shop, if there is one",
            Flag{&s.file_subaddresses}}
          .live(),
      Field{"postmaster", "who gets the mail for postmaster of a domain that has none",
            Text{&s.postmaster, is_address_or_empty, "an address such as \"alice@example.org\", or \"\""}}
          .live(),
      Field{"max_hold", "for how long a client may have a message held back; 0s switches it off",
            Duration{&s.max_hold, milliseconds(0), hours(24 * 365)}}
          .live(),
  };
}

Fields quota_fields(Quota& q) {
  return {
      Field{"default", "of accounts that are made without one of their own; 0 is no limit",
            Size{&q.default_bytes, 0, 1024 * 1024 * kGiB}}
          .live(),
      Field{"default_messages", "the same, of the number of messages", Count{&q.default_messages, 0, kMaxQuotaCount}}
          .live(),
      Field{"default_mailboxes", "the same, of the number of folders; an account begins with six",
            Count{&q.default_mailboxes, 0, kMaxQuotaCount}}
          .live(),
      Field{"warn_at", "percents of a quota at which its account gets a message about it", Counts{&q.warn_at, 1, 99}},
  };
}

Fields auth_fields(Auth& a) {
  return {
      Field{"max_failures_per_account", "wrong passwords for one account before its logins have to wait",
            Count{&a.max_failures_per_account, 1, 1'000'000}}
          .live(),
      Field{"max_failures_per_address",
            "wrong passwords from one IPv4 address or IPv6 /64 before its logins have to wait",
            Count{&a.max_failures_per_address, 1, 1'000'000}}
          .live(),
      Field{"failure_memory", "how long a wrong password counts",
            Duration{&a.failure_memory, seconds(1), hours(24 * 30)}}
          .live(),
      Field{"never_throttle", "networks from which wrong passwords don't count",
            Texts{&a.never_throttle, is_network, kNetworksExpected, true}}
          .live(),
      Field{"administrators", "accounts that may do over IMAP what is the administrator's",
            Texts{&a.administrators, is_address, "an address such as \"alice@example.org\", or an array of them", true}}
          .live(),
      Field{"announce_channel_binding",
            "tell POP3 and submission clients too that SCRAM-SHA-256-PLUS is to be had; some choose it and can't do it",
            Flag{&a.announce_channel_binding}}
          .live(),
  };
}

Fields account_fields(Account& a) {
  return {
      Field{"address", "its login name and where it gets mail",
            Text{&a.address, is_address, "an address such as \"alice@example.org\""}}
          .required()
          .live(),
      Field{"verifier", "what is kept of its password, as `portreeve account verifier` prints it",
            Text{&a.verifier, is_verifier, "what `portreeve account verifier` prints", true}}
          .live(),
      Field{"password", "its password as it is; for labs", Text{&a.password, is_password, "a password in quotes", true}}
          .live(),
      Field{"quota", "of all its mail; 0 is no limit; that of [quota] if not given",
            Size{&a.quota, 0, 1024 * 1024 * kGiB}}
          .live(),
      Field{"quota_messages", "how many messages it may have; 0 is no limit; that of [quota] if not given",
            Count{&a.quota_messages, 0, kMaxQuotaCount}}
          .live(),
      Field{"quota_mailboxes", "how many folders it may have; 0 is no limit; that of [quota] if not given",
            Count{&a.quota_mailboxes, 0, kMaxQuotaCount}}
          .live(),
      Field{"disabled", "takes no mail and lets nobody in", Flag{&a.is_disabled}}.live(),
      Field{"delegates", "accounts that may send under its addresses",
            Texts{&a.delegates, is_address, "an address such as \"bob@example.org\", or an array of them", true}}
          .live(),
  };
}

Fields alias_fields(Alias& a) {
  return {
      Field{"address", "the address that leads to others; \"@example.org\" catches all that is nobody's",
            Text{&a.address, is_alias, "an address such as \"sales@example.org\" or \"@example.org\""}}
          .required()
          .live(),
      Field{"to", "who gets its mail", Texts{&a.to, is_address, "an address, or an array of them"}}.required().live(),
      Field{"list", "a list: its owner hears of what can't be delivered", Flag{&a.is_list}}.live(),
      Field{"owner", "of a list: the address that mail through it bears as its sender",
            Text{&a.owner, is_address, "an address such as \"alice@example.org\""}}
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
      Field{"max_sessions_per_account", "how many sessions may have an account's maildrop open at one time",
            Count{&p.max_sessions_per_account, 1, 1000}}
          .live(),
      Field{"gives_way_after", "how long a session must have been silent to give way to a new one of its account",
            Duration{&p.gives_way_after, seconds(0), hours(24)}}
          .live(),
      Field{"login_delay", "how long an account has to wait between two logins; 0s is no wait",
            Duration{&p.login_delay, seconds(0), hours(24)}}
          .live(),
  };
}

Fields imap_client_fields(ImapClient& c) {
  return {
      Field{"name", "what the mail program calls itself by ID",
            Text{&c.name, is_client_name, "a name such as \"Some Program\""}}
          .required()
          .live(),
      Field{"capabilities_off", "what isn't announced to it any longer once it has said so",
            Texts{&c.capabilities_off, is_capability, kCapabilitiesExpected}}
          .required()
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
      Field{"message_limit", "how many messages one command may be about; 0 is no limit",
            Count{&i.message_limit, 0, 1'000'000}}
          .live(),
      Field{"uid_only", "let clients do without sequence numbers (UIDONLY)", Flag{&i.uid_only}}.live(),
      Field{"client", "a mail program that doesn't get to see all capabilities", tables(i.clients, imap_client_fields)}
          .live(),
  };
}

Fields listener_fields(Listener& l) {
  return {
      Field{"protocol",
            "what is spoken here; \"smtp\" takes mail from strangers, \"submission\" from your users, \"lmtp\" from "
            "programs that deliver",
            choice(l.protocol, kProtocols)}
          .required(),
      {"address", "where to listen; all of IPv4 and IPv6 if not given",
       Texts{&l.addresses, is_ip_address, "an IP address such as \"127.0.0.1\" or \"::1\", or an array of them"}},
      {"port", "the TCP port; 0 lets the system pick one", Count{&l.port, 0, 65'535}},
      {"path", "a Unix socket instead of address and port", Path{&l.path}},
      {"mode", "the Unix socket's permissions", Mode{&l.mode}},
      {"tls", "\"starttls\" on request, \"implicit\" from the first byte, \"none\" not at all, as lmtp has it",
       choice(l.tls, kTlsModes)},
      {"plaintext_auth", "take passwords over connections without TLS too", Flag{&l.plaintext_auth}},
      {"tickets", "let TLS clients resume by session tickets", Flag{&l.tickets}},
      Field{"extensions_off", "what isn't announced; of SMTP, submission and LMTP nor taken either",
            Texts{&l.extensions_off, is_extension, kExtensionsExpected, true}}
          .live(),
      Field{"proxy_from", "proxies that tell the client's address by the PROXY protocol",
            Texts{&l.proxy_from, is_network, kNetworksExpected, true}},
      Field{"xclient_from", "SMTP proxies that may tell the client's address by XCLIENT",
            Texts{&l.xclient_from, is_network, kNetworksExpected, true}}
          .live(),
      Field{"hide_client_address", "of submission: leave the user's address out of the trace header",
            Flag{&l.hide_client_address}}
          .live(),
  };
}

}  // namespace

std::string_view to_text(Protocol protocol) { return kProtocols[static_cast<std::size_t>(protocol)]; }
bool is_extension_of(Protocol protocol, std::string_view keyword) {
  if (protocol == Protocol::pop3) return false;
  return protocol == Protocol::imap ? is_capability(keyword) : is_smtp_extension(keyword);
}
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
      {"smtp", "SMTP, submission and LMTP", Table{smtp_fields(c.smtp)}},
      {"quota", "how much mail an account may have", Table{quota_fields(c.quota)}},
      {"auth", "logins", Table{auth_fields(c.auth)}},
      {"pop3", "POP3", Table{pop3_fields(c.pop3)}},
      {"imap", "IMAP", Table{imap_fields(c.imap)}},
      {"listener", "a port or Unix socket to listen on", tables(c.listeners, listener_fields)},
      Field{"account", "an account that this file is the truth for", tables(c.accounts, account_fields)}.live(),
      Field{"alias", "an address that leads to others", tables(c.aliases, alias_fields)}.live(),
  };
}

}  // namespace portreeve::config
