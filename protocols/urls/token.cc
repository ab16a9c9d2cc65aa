#include "protocols/urls/token.h"

#include <cstdint>

#include "core/tls/digest.h"

namespace portreeve::urls {
namespace {

constexpr std::string_view kVersion = "01";
constexpr std::size_t kKeyBytes = 32;

}  // namespace

std::string new_access_key() { return tls::random_bytes(kKeyBytes); }

std::string internal_token(std::string_view key, std::string_view rump) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token(kVersion);
  for (const std::uint8_t byte : tls::hmac_sha256(key, rump)) token.append({kDigits[byte >> 4U], kDigits[byte & 15U]});
  return token;
}

bool is_right_token(std::string_view token, std::string_view key, std::string_view rump) {
  const std::string plausible = new_access_key();
  const bool is_right =
      tls::equal_in_constant_time(token, internal_token(key.empty() ? std::string_view(plausible) : key, rump));
  return is_right && !key.empty();
}

}  // namespace portreeve::urls
