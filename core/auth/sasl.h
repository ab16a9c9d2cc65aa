// The server's side of SASL mechanisms, without I/O: responses in, challenges and at last credentials out.
// Base64 is the protocol's business; everything here is decoded.
// Threads: an exchange belongs to its session.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace portreeve::auth {

constexpr std::size_t kMaxNameBytes = 512;

// What the peer claims, to be checked by the caller.
struct Credentials {
  std::string authorization;  // authzid; empty: same as authentication
  std::string authentication;
  std::string password;
};

struct Challenge {
  std::string text;
};

struct Malformed {
  std::string why;
};

using Step = std::variant<Challenge, Credentials, Malformed>;

class Mechanism {
 public:
  virtual ~Mechanism() = default;
  // The initial response, or nullopt if the client sent none: then the first challenge comes back (maybe empty).
  virtual Step start(const std::optional<std::string>& initial_response) = 0;
  virtual Step respond(std::string_view response) = 0;
};

// PLAIN (RFC 4616) or LOGIN (draft-murchison-sasl-login), by name without regard to case; null for any other.
std::unique_ptr<Mechanism> make_mechanism(std::string_view name);

// All that can be announced, in the order of announcement; -PLUS only where the connection can be bound to.
const std::vector<std::string>& mechanism_names(bool has_channel_binding);

}  // namespace portreeve::auth
