#include "core/tls/digest.h"

#include <openssl/base64.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/siphash.h>

#include <new>

namespace portreeve::tls {
namespace {

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 digest;
  SHA256(bytes_of(bytes), bytes.size(), digest.data());
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  Sha256 digest;
  unsigned length = 0;
  // Fails only for want of memory.
  if (HMAC(EVP_sha256(), key.data(), key.size(), bytes_of(bytes), bytes.size(), digest.data(), &length) == nullptr) {
    throw std::bad_alloc();
  }
  return digest;
}

Sha256 pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t iterations) {
  Sha256 key;
  if (PKCS5_PBKDF2_HMAC(password.data(), password.size(), bytes_of(salt), salt.size(), iterations, EVP_sha256(),
                        key.size(), key.data()) != 1) {
    throw std::bad_alloc();
  }
  return key;
}

HashKey make_hash_key() {
  HashKey key;
  fill_random(std::span(reinterpret_cast<std::uint8_t*>(key.data()), sizeof key));
  return key;
}

std::uint64_t keyed_hash(const HashKey& key, std::string_view bytes) {
  return SIPHASH_24(key.data(), bytes_of(bytes), bytes.size());
}

void fill_random(std::span<std::uint8_t> bytes) { RAND_bytes(bytes.data(), bytes.size()); }

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  fill_random(std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()));
  return bytes;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base64_encode(std::string_view bytes) {
  std::string text;
  std::size_t room = 0;
  if (EVP_EncodedLength(&room, bytes.size()) != 1) throw std::bad_alloc();
  text.resize_and_overwrite(room, [&](char* out, std::size_t) {
    return EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(out), bytes_of(bytes), bytes.size());
  });
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string bytes;
  std::size_t room = 0;
  bool is_valid = EVP_DecodedLength(&room, text.size()) == 1;
  if (!is_valid) return std::nullopt;
  bytes.resize_and_overwrite(room, [&](char* out, std::size_t) {
    std::size_t length = 0;
    is_valid = EVP_DecodeBase64(reinterpret_cast<std::uint8_t*>(out), &length, room, bytes_of(text), text.size()) == 1;
    return is_valid ? length : 0;
  });
  if (!is_valid) return std::nullopt;
  return bytes;
}

}  // namespace portreeve::tls
