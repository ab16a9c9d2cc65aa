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

namespace portreeve::config {

using Milliseconds = std::chrono::milliseconds;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;

enum class LogLevel { debug, info, warning, error };
enum class Protocol { smtp, submission, pop3, imap };
enum class TlsMode { none, starttls, implicit };

std::string_view to_text(Protocol protocol);
std::string_view to_text(TlsMode mode);

struct Server {
  std::uint64_t threads = 0;  // 0: one a processor
  std::uint64_t max_connections = 10'000;
  std::uint64_t max_connections_per_address = 100;
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
};

struct Pop3 {
  Milliseconds login_timeout{60'000};
  Milliseconds idle_timeout{600'000};
};

struct Imap {
  Milliseconds login_timeout{60'000};
  Milliseconds idle_timeout{31 * 60'000};
  Milliseconds idle_nudge{120'000};
  std::uint64_t max_command_size = 256 * kKiB;
};

struct Listener {
  Protocol protocol = Protocol::smtp;
  std::vector<std::string> addresses{"0.0.0.0", "::"};
  std::uint64_t port = 0;  // 0: the system picks one
  std::string path;        // set: a Unix socket instead of addresses and port
  unsigned mode = 0660;
  TlsMode tls = TlsMode::starttls;
  bool plaintext_auth = false;
  bool tickets = true;
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
  Pop3 pop3;
  Imap imap;
  std::vector<Listener> listeners;
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
// What a server that runs with `running` does after a reload of `fresh`: live keys are new, the others as they were.
Config with_live_keys(const Config& running, const Config& fresh);

}  // namespace portreeve::config
