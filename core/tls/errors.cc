#include "core/tls/errors.h"

#include <openssl/err.h>

#include <algorithm>
#include <string_view>

#include "core/base/ascii.h"

namespace portreeve::tls {

std::string take_error() {
  const std::uint32_t packed = ERR_get_error();
  ERR_clear_error();
  const char* reason = packed == 0 ? nullptr : ERR_reason_error_string(packed);
  if (reason == nullptr) return "unknown TLS error";
  // BoringSSL's reasons are its constants' names: NO_SHARED_CIPHER.
  std::string text = base::lowered(reason);
  std::ranges::replace(text, '_', ' ');
  return text;
}

}  // namespace portreeve::tls
