// Passwords and what is kept of them: SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677), from which SCRAM itself can be
// served and the password can't be had back.
// Threads: pure functions. make_verifier() and verify() take milliseconds: call them on a worker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::auth {

constexpr std::uint32_t kIterations = 4096;          // RFC 7677 §4
constexpr std::uint32_t kMaxIterations = 1'000'000;  // of a verifier from elsewhere, lest a login take minutes
constexpr std::size_t kMaxPasswordBytes = 1024;

// "SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>" (RFC 5803), with a new random salt.
//
// Deviation: the password is taken byte for byte. RFC 5802 §5.1 would have SASLprep applied, which changes nothing in
// printable ASCII; beyond that, most clients don't do it either.
std::string make_verifier(std::string_view password);
// Precondition: 1 to 64 bytes of salt, 1 to kMaxIterations.
std::string make_verifier(std::string_view password, std::string_view salt, std::uint32_t iterations);
bool is_verifier(std::string_view text);

// What a verifier holds, decoded.
struct ScramKeys {
  std::uint32_t iterations = 0;
  std::string salt;
  std::string stored_key;
  std::string server_key;
};
// Nullopt for what is no verifier.
std::optional<ScramKeys> scram_keys(std::string_view verifier);
// For a name that is nobody's: the same each time under one secret, so that asking twice tells nothing (RFC 5802 §9).
// No password fits them.
ScramKeys unknown_scram_keys(std::string_view secret, std::string_view name);

// False for what is no verifier, or too long a password. In constant time for verifiers of like iterations. Pass
// unknown_user_verifier() where there is no account, so that both take the same time; it never verifies.
bool verify(std::string_view password, std::string_view verifier);
const std::string& unknown_user_verifier();

}  // namespace portreeve::auth
