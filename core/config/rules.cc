#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/config/places.h"

namespace portreeve::config {
namespace {

bool is_ipv6(std::string_view address) { return address.find(':') != std::string_view::npos; }
bool is_any(std::string_view address) { return address == "0.0.0.0" || address == "::"; }

// IPv6 sockets take IPv6 only, so that the two families never clash.
bool do_clash(const std::string& a, const std::string& b) {
  return a == b || (is_ipv6(a) == is_ipv6(b) && (is_any(a) || is_any(b)));
}

bool do_clash(const Listener& a, const Listener& b) {
  if (!a.path.empty() || !b.path.empty()) return a.path == b.path;
  if (a.port != b.port || a.port == 0) return false;
  return std::ranges::any_of(a.addresses, [&](const std::string& x) {
    return std::ranges::any_of(b.addresses, [&](const std::string& y) { return do_clash(x, y); });
  });
}

std::string listener_key(std::size_t index, std::string_view name) {
  return fmt::format("listener[{}].{}", index + 1, name);
}

void check_listener(const Listener& listener, std::size_t i, Findings& findings) {
  const bool has_path = findings.is_given(listener_key(i, "path"));
  const bool has_port = findings.is_given(listener_key(i, "port"));
  if (!has_path && !has_port) {
    findings.report(listener_key(i, "port"), "is missing: a port, or the path of a Unix socket");
  }
  for (const char* name : {"port", "address"}) {
    if (!has_path || !findings.is_given(listener_key(i, name))) continue;
    findings.report(listener_key(i, name), "goes not with path: a listener is on a port or on a Unix socket");
  }
  // 108 bytes with the NUL in sockaddr_un (unix(7)).
  if (listener.path.size() > 107) {
    findings.report(listener_key(i, "path"), "is too long: a Unix socket's path has 107 bytes at most");
  }
  const bool takes_passwords = listener.protocol != Protocol::smtp;
  const bool is_clear = findings.is_given(listener_key(i, "tls")) && listener.tls == TlsMode::none;
  if (takes_passwords && is_clear && !listener.plaintext_auth) {
    findings.report(listener_key(i, "tls"),
                    "\"none\" lets nobody log in: choose \"starttls\" or \"implicit\", or set plaintext_auth = true");
  }
}

void check_listeners(const Config& config, Findings& findings) {
  if (config.listeners.empty() && !findings.is_given("listener")) {
    findings.report("listener", "is missing: at least one [[listener]], or nobody can reach the server");
  }
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    const Listener& listener = config.listeners[i];
    check_listener(listener, i, findings);
    for (std::size_t before = 0; before < i; ++before) {
      if (!do_clash(config.listeners[before], listener)) continue;
      const char* name = listener.path.empty() ? "port" : "path";
      const std::string value = listener.path.empty() ? std::to_string(listener.port) : listener.path;
      findings.report(listener_key(i, name),
                      fmt::format("{} is given twice: the listener of line {} has it; each needs its own", value,
                                  findings.place_of(listener_key(before, name)).line));
      break;
    }
  }
}

void check_tls(const Config& config, Findings& findings) {
  if (config.tls.self_signed && !config.tls.certificates.empty()) {
    findings.report("tls.self_signed", "goes not with [[tls.certificate]]: remove one of them");
  }
  if (config.tls.self_signed || findings.is_given("tls.certificate")) {
    return;
  }
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    if (config.listeners[i].tls == TlsMode::none) continue;
    findings.report(listener_key(i, "tls"), fmt::format("\"{}\" needs a certificate: add [[tls.certificate]], or "
                                                        "self_signed = true below [tls]",
                                                        to_text(config.listeners[i].tls)));
    return;
  }
}

}  // namespace

void check_rules(Config& config, Findings& findings) {
  check_listeners(config, findings);
  check_tls(config, findings);
  if (config.tls.self_signed_directory.empty()) config.tls.self_signed_directory = config.data_directory + "/tls";
}

void check_files(const Config& config, Findings& findings) {
  for (std::size_t i = 0; i < config.tls.certificates.size(); ++i) {
    const Certificate& certificate = config.tls.certificates[i];
    for (const auto& [name, path] : {std::pair("certificate", certificate.certificate), {"key", certificate.key}}) {
      const std::string key = fmt::format("tls.certificate[{}].{}", i + 1, name);
      struct stat status{};
      if (path.empty()) continue;
      if (stat(path.c_str(), &status) != 0) {
        // A folder that only another user may enter says nothing about the file; who reads it will.
        if (errno == ENOENT || errno == ENOTDIR) {
          findings.report(key,
                          fmt::format("there is no file {}; relative paths begin at the folder of this file", path));
        }
      } else if (!S_ISREG(status.st_mode)) {
        findings.report(key, fmt::format("{} is not a file", path));
      }
    }
  }
}

}  // namespace portreeve::config
