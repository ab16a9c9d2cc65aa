// SASL mechanisms and verifiers: nothing crashes, whatever a client sends, and only the one who knows the password gets
// credentials that verify.
//
// The lines of the input are the messages of a client.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/sasl.h"
#include "core/auth/scram.h"
#include "core/auth/verifier.h"

namespace {

using namespace portreeve::auth;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void tell_password(const char* name, const std::vector<std::string_view>& lines) {
  const auto mechanism = make_mechanism(name);
  std::size_t next = 1;
  Step step = mechanism->start(std::string(lines.front()));
  while (std::holds_alternative<Challenge>(step) && next < lines.size()) step = mechanism->respond(lines[next++]);
  const auto* credentials = std::get_if<Credentials>(&step);
  if (credentials == nullptr) return;
  require(!credentials->authentication.empty() && credentials->authentication.size() <= kMaxNameBytes);
  require(!credentials->password.empty() && credentials->password.size() <= kMaxPasswordBytes);
  require(credentials->password.find('\0') == std::string::npos);
}

void prove_password(const ScramServer::Options& options, const std::vector<std::string_view>& lines) {
  // Keys that no password has been found for: a server-final-message would be a forged proof.
  static const ScramKeys keys = unknown_scram_keys("secret", "name");
  ScramServer server(options, "nonce");
  const auto claim = server.begin(lines.front());
  if (!claim) return;
  require(!claim->authentication.empty() && claim->authentication.size() <= kMaxNameBytes);
  server.challenge({keys, keys});
  if (lines.size() < 2) return;
  const auto verdict = server.finish(lines[1]);
  require(!verdict || !*verdict);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = lines_of({reinterpret_cast<const char*>(data), size});
  if (lines.empty()) return 0;
  tell_password("PLAIN", lines);
  tell_password("LOGIN", lines);
  prove_password({}, lines);
  prove_password({.is_plus_announced = true, .bindings = {{"tls-exporter", "key"}}}, lines);
  prove_password({.is_plus = true, .is_plus_announced = true, .bindings = {{"tls-exporter", "key"}}}, lines);
  for (const std::string_view line : lines) {
    if (const auto keys = scram_keys(line)) require(keys->iterations > 0 && !keys->salt.empty());
  }
  return 0;
}
