// The configuration file: TOML into typed structs, checked as a whole.
//
// Promises one line for each thing that is wrong, with its place and what would be right; everything that can be found
// is reported at once (a syntax error hides what follows it). Relative paths in the file are made absolute, from the
// file's own folder. Refuses to know what the values are for: the daemon maps them to the options of each part. The
// values below are the defaults; the names, bounds and help texts are in fields.cc.
// Threads: plain values and pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/units.h"

namespace portreeve::config {

using Milliseconds = std::chrono::milliseconds;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;

enum class LogLevel { debug, info, warning, error };
enum class Protocol { smtp, submission, lmtp, pop3, imap };
enum class TlsMode { none, starttls, implicit };
enum class BareNewlines { refuse, normalise };

std::string_view to_text(Protocol protocol);
// Can extensions_off name this for a listener of the protocol? IMAP's "QUOTA" stands for "QUOTA=RES-STORAGE" too.
bool is_extension_of(Protocol protocol, std::string_view keyword);
std::string_view to_text(TlsMode mode);

struct Server {
  std::uint64_t threads = 0;  // 0: one a processor
  std::uint64_t max_connections = 10'000;
  std::uint64_t max_connections_per_address = 100;
  Rate connection_rate_per_address;
  Milliseconds shutdown_grace{10'000};
};

struct Storage {
  std::uint64_t readers = 4;
  std::uint64_t reserve = 64 * kMiB;
  std::uint64_t max_staged = 512 * kMiB;
  std::uint64_t mailbox_cache = 64 * kMiB;
};

struct Certificate {
  std::string certificate;
  std::string key;
};

struct Tls {
  bool self_signed = false;
  std::string self_signed_directory;  // filled in: "tls" below the data directory
  std::vector<Certificate> certificates;
};

struct Limits {
  std::uint64_t max_message_size = 50 * kMiB;
  std::uint64_t max_recipients = 1000;
  std::uint64_t max_errors = 20;
  Milliseconds handshake_timeout{30'000};
  Milliseconds command_timeout{60'000};
  Milliseconds transfer_timeout{300'000};
};

struct Smtp {
  Milliseconds idle_timeout{300'000};
  BareNewlines bare_newlines = BareNewlines::refuse;
  Milliseconds greeting_delay{0};
  std::uint64_t max_messages_per_connection = 100'000;  // 0: no limit
  std::uint64_t max_idle_commands = 100;
  std::uint64_t max_received = 100;
  std::uint64_t max_header_size = kMiB;
  std::uint64_t max_header_fields = 10'000;
  Rate message_rate_per_client;
  Rate message_rate_per_account;
  std::string subaddress_delimiters = "+";  // any of them; empty: no subaddresses
  bool file_subaddresses = false;
  std::string postmaster;                        // an address, or empty
  Milliseconds max_hold{30LL * 24 * 3'600'000};  // 0: nothing is held
};

struct Quota {
  std::uint64_t default_bytes = 0;  // 0: none; the same below
  std::uint64_t default_messages = 0;
  std::uint64_t default_mailboxes = 0;
  std::vector<std::uint64_t> warn_at{80, 95};  // percents
};

struct Auth {
  std::uint64_t max_failures_per_account = 20;
  std::uint64_t max_failures_per_address = 100;  // an IPv4 address or IPv6 /64
  Milliseconds failure_memory{3'600'000};
  // Networks, here and below: "10.0.0.0/8", "2001:db8::/32", an address, or "unix" for all Unix sockets.
  std::vector<std::string> never_throttle;
  std::vector<std::string> administrators;  // addresses of accounts
  bool announce_channel_binding = false;    // over POP3 and submission too
};

struct Pop3 {
  Milliseconds login_timeout{60'000};
  Milliseconds idle_timeout{600'000};
  std::uint64_t max_sessions_per_account = 1;
  Milliseconds gives_way_after{120'000};
  Milliseconds login_delay{0};  // 0: none
};

// A mail program that doesn't get to see all capabilities.
struct ImapClient {
  std::string name;                           // as it says by ID; compared without regard to case
  std::vector<std::string> capabilities_off;  // in capitals
};

struct Imap {
  Milliseconds login_timeout{60'000};
  Milliseconds idle_timeout{31 * 60'000};
  Milliseconds idle_nudge{120'000};
  std::uint64_t max_command_size = 256 * kKiB;
  std::uint64_t message_limit = 0;  // of one command; 0: none
  bool uid_only = false;
  std::vector<ImapClient> clients;
};

struct Listener {
  Protocol protocol = Protocol::smtp;
  std::vector<std::string> addresses{"0.0.0.0", "::"};
  std::uint64_t port = 0;  // 0: the system picks one
  std::string path;        // set: a Unix socket instead of addresses and port
  unsigned mode = 0660;
  TlsMode tls = TlsMode::starttls;  // filled in for lmtp: none
  bool plaintext_auth = false;
  bool tickets = true;
  std::vector<std::string> extensions_off;  // EHLO keywords, and VRFY, EXPN, HELP; of imap capabilities; in capitals
  std::vector<std::string> proxy_from;
  std::vector<std::string> xclient_from;
  bool hide_client_address = false;
};

struct Account {
  std::string address;
  std::string verifier;  // or:
  std::string password;
  std::uint64_t quota = 0;  // filled in, as the next: that of [quota]
  std::uint64_t quota_messages = 0;
  std::uint64_t quota_mailboxes = 0;
  bool is_disabled = false;
  std::vector<std::string> delegates;
  unsigned line = 0;  // where it begins in the file
};

struct Alias {
  std::string address;  // or "@example.org"
  std::vector<std::string> to;
  bool is_list = false;
  std::string owner;  // of a list: an address, or empty
  unsigned line = 0;
};

struct Config {
  std::string host_name;
  std::string data_directory;
  std::string user;  // empty: stay who we are
  LogLevel log_level = LogLevel::info;
  Server server;
  Storage storage;
  Tls tls;
  Limits limits;
  Smtp smtp;
  Quota quota;
  Auth auth;
  Pop3 pop3;
  Imap imap;
  std::vector<Listener> listeners;
  std::vector<Account> accounts;
  std::vector<Alias> aliases;
};

struct Diagnostic {
  std::string file;
  unsigned line = 0;  // 0: about the file as a whole
  unsigned column = 0;
  std::string key;  // "listener[2].port", counted from 1; empty for the file as a whole
  std::string message;

  // One line: "portreeve.toml:12:3: listener[2].port: …".
  std::string text() const;
};

template <class T>
using Result = std::expected<T, std::vector<Diagnostic>>;

// Reads the file and looks whether the files that it names are there. Files over 1 MiB are refused.
Result<Config> load(const std::string& path);
// The same for text that is at hand, without a look at the disk; `name` is the file's name in diagnostics and gives the
// folder of relative paths.
Result<Config> parse(std::string_view text, const std::string& name);

// A key as the table has it.
struct KeyInfo {
  std::string path;      // "server.threads", "listener.port"
  std::string expects;   // "a whole number from 0 to 256"
  std::string fallback;  // as one would write it; empty if there is none
  std::string help;
  bool is_required = false;
  bool is_live = false;  // applied by a reload; others need a restart
};
std::vector<KeyInfo> keys();

struct Change {
  std::string key;
  bool is_live = false;
};
std::vector<Change> changes(const Config& before, const Config& after);
// What a server that runs with `running` does after a reload of `fresh`: live keys are new, the others as they were. A
// listener's live keys are taken from the one at the same place in the list, if it listens where that one does.
Config with_live_keys(const Config& running, const Config& fresh);

}  // namespace portreeve::config
