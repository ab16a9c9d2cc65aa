// The service extensions of SMTP that this server knows (RFC 5321 §2.2), and sets of them.
//
// VRFY, EXPN and HELP count as such (RFC 5321 §4.1.1.1 has keywords for them), and so does XCLIENT, which no RFC knows.
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace portreeve::smtp {

enum class Extension : std::uint8_t {
  pipelining,             // RFC 2920
  size,                   // RFC 1870
  eight_bit_mime,         // RFC 6152
  binary_mime,            // RFC 3030
  chunking,               // RFC 3030
  smtputf8,               // RFC 6531
  dsn,                    // RFC 3461
  enhanced_status_codes,  // RFC 2034
  starttls,               // RFC 3207
  auth,                   // RFC 4954
  require_tls,            // RFC 8689
  limits,                 // RFC 9422
  future_release,         // RFC 4865
  deliver_by,             // RFC 2852
  mt_priority,            // RFC 6710
  rrvs,                   // RFC 7293
  burl,                   // RFC 4468
  vrfy,
  expn,
  help,
  xclient,  // of Postfix: what a proxy in front says of its client
};
constexpr std::size_t kExtensions = 21;

class Extensions {
 public:
  constexpr Extensions() = default;
  constexpr Extensions(std::initializer_list<Extension> members) {
    for (const Extension member : members) bits_ |= bit(member);
  }
  static constexpr Extensions all() {
    Extensions every;
    every.bits_ = (1U << kExtensions) - 1;
    return every;
  }

  constexpr bool has(Extension extension) const { return (bits_ & bit(extension)) != 0; }
  constexpr Extensions with(Extension extension) const {
    Extensions more = *this;
    more.bits_ |= bit(extension);
    return more;
  }
  constexpr Extensions without(Extension extension) const {
    Extensions less = *this;
    less.bits_ &= ~bit(extension);
    return less;
  }

  bool operator==(const Extensions&) const = default;

 private:
  static constexpr std::uint32_t bit(Extension extension) { return 1U << static_cast<unsigned>(extension); }

  std::uint32_t bits_ = 0;
};

// As EHLO announces it: "8BITMIME".
std::string_view keyword(Extension extension);
// In any case.
std::optional<Extension> find_extension(std::string_view keyword);

}  // namespace portreeve::smtp
