// The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), without I/O: messages in and out, in
// the order client-first, server-first, client-final, server-final. Base64 around them is the protocol's business.
//
// The slow hash is the client's: a message costs a few HMACs here, so that all of it may run on a loop.
// Threads: an exchange belongs to its session.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/sasl.h"
#include "core/auth/verifier.h"

namespace portreeve::auth {

// What ties an exchange to the TLS connection around it (RFC 5929, RFC 9266).
struct ChannelBinding {
  std::string type;  // "tls-exporter"
  std::string data;
};

class ScramServer {
 public:
  static constexpr std::size_t kMaxMessageBytes = 4096;

  struct Options {
    bool is_plus = false;                       // the client chose the -PLUS mechanism
    bool is_plus_announced = false;             // and might have
    std::vector<ChannelBinding> bindings = {};  // of -PLUS: those that this connection has
  };
  // `nonce`: printable, without commas, and new each time.
  ScramServer(Options options, std::string nonce) : options_(std::move(options)), nonce_(std::move(nonce)) {}

  struct Claim {
    std::string authorization;  // empty: same as authentication
    std::string authentication;
  };
  // client-first-message
  std::expected<Claim, Malformed> begin(std::string_view message);
  // server-first-message. `keys`: of each password that would do; they share salt and count, and there is one at least.
  std::string challenge(std::vector<ScramKeys> keys);
  // client-final-message. Gives the server-final-message, or nothing if no key fits the proof.
  std::expected<std::optional<std::string>, Malformed> finish(std::string_view message);

 private:
  std::expected<void, Malformed> check_binding_flag(std::string_view flag);

  const Options options_;
  std::string nonce_;          // from challenge() on with the client's before it
  std::string binding_input_;  // gs2-header [cbind-data], which client-final has to repeat
  std::string client_first_bare_;
  std::string server_first_;
  std::vector<ScramKeys> keys_;
};

// For ScramServer: 24 characters.
std::string make_nonce();

}  // namespace portreeve::auth
