// ENVELOPE, printed (RFC 3501 §7.4.2).
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "core/mime/known_fields.h"

namespace portreeve::mime {

// Address lists end where the envelope would pass this size.
constexpr std::size_t kMaxEnvelopeBytes = std::size_t{512} * 1024;

std::string print_envelope(const KnownFields& fields);

}  // namespace portreeve::mime
