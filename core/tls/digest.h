// The digests that BoringSSL offers to rooms which must not see it, with random bytes and constant-time comparison.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace portreeve::tls {

using Sha256 = std::array<std::uint8_t, 32>;

// Its bytes; good for as long as the digest is.
inline std::string_view view(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
// RFC 8018 PBKDF2 with HMAC-SHA-256, 32 bytes.
Sha256 pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations);
// For tables whose keys strangers choose. SipHash-2-4.
using HashKey = std::array<std::uint64_t, 2>;
HashKey make_hash_key();
std::uint64_t keyed_hash(const HashKey& key, std::string_view bytes);
void fill_random(std::span<std::uint8_t> bytes);
std::string random_bytes(std::size_t count);
// Time depends on the length only; lengths must be equal to compare equal.
bool equal_in_constant_time(std::string_view a, std::string_view b);

std::string base64_encode(std::string_view bytes);
// Strict (RFC 4648 §4, padding required); nullopt otherwise.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace portreeve::tls
