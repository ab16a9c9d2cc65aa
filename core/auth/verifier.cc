#include "core/auth/verifier.h"

#include <charconv>
#include <optional>

#include "core/tls/digest.h"

namespace portreeve::auth {
namespace {

constexpr std::string_view kScheme = "SCRAM-SHA-256$";
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kMaxSaltBytes = 64;

// Up to `end`, which is dropped from `rest` with it.
std::optional<std::string_view> take_until(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return taken;
}

std::optional<std::uint32_t> to_iterations(std::string_view digits) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc() || end != digits.data() + digits.size() || count == 0 || count > kMaxIterations) {
    return std::nullopt;
  }
  return count;
}

std::optional<std::string> to_key(std::string_view text) {
  auto key = tls::base64_decode(text);
  if (key && key->size() != tls::Sha256().size()) return std::nullopt;
  return key;
}

// RFC 5802 §3: StoredKey := H(HMAC(SaltedPassword, "Client Key"))
tls::Sha256 stored_key_of(const tls::Sha256& salted_password) {
  return tls::sha256(tls::view(tls::hmac_sha256(tls::view(salted_password), "Client Key")));
}

std::string print(std::uint32_t iterations, std::string_view salt, const tls::Sha256& stored_key,
                  const tls::Sha256& server_key) {
  std::string text(kScheme);
  text += std::to_string(iterations) + ':' + tls::base64_encode(salt) + '$';
  text += tls::base64_encode(tls::view(stored_key)) + ':' + tls::base64_encode(tls::view(server_key));
  return text;
}

}  // namespace

std::optional<ScramKeys> scram_keys(std::string_view text) {
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const auto iterations_text = take_until(text, ':');
  const auto salt_text = take_until(text, '$');
  const auto stored_text = take_until(text, ':');
  if (!iterations_text || !salt_text || !stored_text) return std::nullopt;

  const auto iterations = to_iterations(*iterations_text);
  auto salt = tls::base64_decode(*salt_text);
  auto stored_key = to_key(*stored_text);
  auto server_key = to_key(text);
  if (!iterations || !salt || salt->empty() || salt->size() > kMaxSaltBytes || !stored_key || !server_key) {
    return std::nullopt;
  }
  return ScramKeys{*iterations, std::move(*salt), std::move(*stored_key), std::move(*server_key)};
}

ScramKeys unknown_scram_keys(std::string_view secret, std::string_view name) {
  const auto derived = [&](std::string_view purpose) {
    return std::string(tls::view(tls::hmac_sha256(secret, std::string(purpose) + std::string(name))));
  };
  return {kIterations, derived("salt ").substr(0, kSaltBytes), derived("stored key "), derived("server key ")};
}

std::string make_verifier(std::string_view password, std::string_view salt, std::uint32_t iterations) {
  const tls::Sha256 salted_password = tls::pbkdf2_sha256(password, salt, iterations);
  // RFC 5802 §3: ServerKey := HMAC(SaltedPassword, "Server Key")
  const tls::Sha256 server_key = tls::hmac_sha256(tls::view(salted_password), "Server Key");
  return print(iterations, salt, stored_key_of(salted_password), server_key);
}

std::string make_verifier(std::string_view password) {
  return make_verifier(password, tls::random_bytes(kSaltBytes), kIterations);
}

bool is_verifier(std::string_view text) { return scram_keys(text).has_value(); }

bool verify(std::string_view password, std::string_view verifier) {
  // HMAC fills a short key up with NULs, so that "x" and "x\0" would be one password; no protocol can send a NUL.
  if (password.size() > kMaxPasswordBytes || password.find('\0') != std::string_view::npos) return false;
  const auto keys = scram_keys(verifier);
  if (!keys) return false;
  const tls::Sha256 salted_password = tls::pbkdf2_sha256(password, keys->salt, keys->iterations);
  return tls::equal_in_constant_time(tls::view(stored_key_of(salted_password)), keys->stored_key);
}

const std::string& unknown_user_verifier() {
  // Keys that were not made from any password.
  static const std::string text = [] {
    tls::Sha256 stored_key{};
    tls::Sha256 server_key{};
    tls::fill_random(stored_key);
    tls::fill_random(server_key);
    return print(kIterations, tls::random_bytes(kSaltBytes), stored_key, server_key);
  }();
  return text;
}

}  // namespace portreeve::auth
