#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <tuple>

#include "core/base/ascii.h"
#include "core/config/address.h"
#include "core/config/places.h"
#include "core/idna/domain.h"

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
  const bool is_mail_in = listener.protocol == Protocol::smtp || listener.protocol == Protocol::lmtp;
  const bool takes_passwords = !is_mail_in;
  const bool is_clear = findings.is_given(listener_key(i, "tls")) && listener.tls == TlsMode::none;
  if (takes_passwords && is_clear && !listener.plaintext_auth) {
    findings.report(listener_key(i, "tls"),
                    "\"none\" lets nobody log in: choose \"starttls\" or \"implicit\", or set plaintext_auth = true");
  }
  const bool is_smtp = is_mail_in || listener.protocol == Protocol::submission;
  for (const auto& [name, is_given, goes_with, is_right] :
       {std::tuple("plaintext_auth", listener.plaintext_auth, "nobody logs in over lmtp",
                   listener.protocol != Protocol::lmtp),
        std::tuple("extensions_off", !listener.extensions_off.empty(), "goes not with pop3",
                   listener.protocol != Protocol::pop3),
        std::tuple("xclient_from", !listener.xclient_from.empty(), "goes with smtp, submission and lmtp only", is_smtp),
        std::tuple("hide_client_address", listener.hide_client_address, "goes with submission only",
                   listener.protocol == Protocol::submission)}) {
    if (is_given && !is_right) findings.report(listener_key(i, name), goes_with);
  }
  if (listener.protocol == Protocol::pop3) return;
  for (const std::string& keyword : listener.extensions_off) {
    if (is_extension_of(listener.protocol, keyword)) continue;
    findings.report(listener_key(i, "extensions_off"),
                    fmt::format("{} is none of {}'s extensions", keyword, to_text(listener.protocol)));
  }
}

void fill_in(Listener& listener, std::size_t i, const Findings& findings) {
  const bool has_tls = findings.is_given(listener_key(i, "tls"));
  if (listener.protocol == Protocol::lmtp && !has_tls) listener.tls = TlsMode::none;
  for (std::string& keyword : listener.extensions_off) keyword = base::uppered(keyword);
}

void check_imap(Imap& imap) {
  for (ImapClient& client : imap.clients) {
    for (std::string& capability : client.capabilities_off) capability = base::uppered(capability);
  }
}

void check_listeners(Config& config, Findings& findings) {
  if (config.listeners.empty() && !findings.is_given("listener")) {
    findings.report("listener", "is missing: at least one [[listener]], or nobody can reach the server");
  }
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    fill_in(config.listeners[i], i, findings);
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

void check_account(Account& account, std::size_t i, const Quota& quota, Findings& findings) {
  const std::string name = fmt::format("account[{}]", i + 1);
  account.line = findings.place_of(name).line;
  if (!findings.is_given(name + ".quota")) account.quota = quota.default_bytes;
  if (!findings.is_given(name + ".quota_messages")) account.quota_messages = quota.default_messages;
  if (!findings.is_given(name + ".quota_mailboxes")) account.quota_mailboxes = quota.default_mailboxes;
  const bool has_verifier = findings.is_given(name + ".verifier");
  const bool has_password = findings.is_given(name + ".password");
  if (!has_verifier && !has_password) {
    findings.report(name + ".verifier", "is missing: `portreeve account verifier` makes one of a password");
  }
  if (has_verifier && has_password) {
    findings.report(name + ".password", "goes not with verifier: remove one of them");
  }
}

void check_alias(Alias& alias, std::size_t i, Findings& findings) {
  const std::string name = fmt::format("alias[{}]", i + 1);
  alias.line = findings.place_of(name).line;
  if (alias.is_list && alias.address.starts_with('@')) {
    findings.report(name + ".list", "a list needs an address: what catches all of a domain can be none");
  }
  if (!alias.is_list && findings.is_given(name + ".owner")) {
    findings.report(name + ".owner", "goes with list = true only");
  }
}

// Two spellings of one domain are one address.
std::string key_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  const auto domain = idna::to_ascii(address.substr(at + 1));
  return base::lowered(address.substr(0, at + 1)) + domain.value_or(std::string(address.substr(at + 1)));
}

// Accounts, aliases: an address is one thing only.
void check_addresses(Config& config, Findings& findings) {
  std::map<std::string, std::string> owners;  // of an address: "the account of line 12"
  const auto claim = [&](std::string& address, const char* what, unsigned line, const std::string& key) {
    // Wrong ones were reported.
    auto normal = normalize_alias(address);
    if (!normal) return;
    address = std::move(*normal);
    const auto [owner, is_new] = owners.emplace(key_of(address), fmt::format("{} of line {}", what, line));
    if (!is_new) findings.report(key, fmt::format("{} is given twice: the {} has it", address, owner->second));
  };
  for (std::size_t i = 0; i < config.accounts.size(); ++i) {
    check_account(config.accounts[i], i, config.quota, findings);
    claim(config.accounts[i].address, "account", config.accounts[i].line, fmt::format("account[{}].address", i + 1));
  }
  for (std::size_t i = 0; i < config.aliases.size(); ++i) {
    check_alias(config.aliases[i], i, findings);
    claim(config.aliases[i].address, "alias", config.aliases[i].line, fmt::format("alias[{}].address", i + 1));
  }
}

}  // namespace

void check_rules(Config& config, Findings& findings) {
  check_imap(config.imap);
  check_listeners(config, findings);
  check_tls(config, findings);
  check_addresses(config, findings);
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
