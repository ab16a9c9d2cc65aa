// The server's side of SASL mechanisms, without I/O: responses in, challenges and at last credentials out.
// Base64 is the protocol's business; everything here is decoded.
// Threads: an exchange belongs to its session.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace portreeve::auth {

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

// PLAIN (RFC 4616) or LOGIN (draft-murchison-sasl-login), by name without regard to case; null if unknown.
std::unique_ptr<Mechanism> make_mechanism(std::string_view name);
// In the order of announcement.
const std::vector<std::string>& mechanism_names();

}  // namespace portreeve::auth
