// Passwords and what is kept of them: SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677), from which SCRAM itself can be
// served and the password can't be had back.
// Threads: pure functions. make_verifier() and verify() take milliseconds: call them on a worker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::auth {

constexpr std::uint32_t kIterations = 4096;  // RFC 7677 §4
constexpr std::size_t kMaxPasswordBytes = 1024;

// "SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>" (RFC 5803), with a new random salt.
std::string make_verifier(std::string_view password);
bool is_verifier(std::string_view text);

// In constant time for verifiers of like iterations. Pass unknown_user_verifier() where there is no account, so that
// both take the same time; it never verifies.
bool verify(std::string_view password, std::string_view verifier);
const std::string& unknown_user_verifier();

}  // namespace portreeve::auth
