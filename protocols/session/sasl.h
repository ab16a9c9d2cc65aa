// One SASL exchange (RFC 4422) for all protocols: which mechanism, what is asked and answered, and the login that comes
// of it. A protocol brings its own way to ask, with its lines, limits and words. Threads: the connection's loop.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/async/task.h"
#include "protocols/session/login.h"
#include "protocols/session/services.h"

namespace portreeve::session {

// How a protocol carries an exchange.
class SaslDialogue {
 public:
  virtual ~SaslDialogue() = default;
  // Sends the challenge (in base64, as each of our protocols has it) and gives the decoded response. Nullopt: there is
  // none, because the client cancelled, sent something else or is gone; the dialogue remembers what to say of that.
  virtual async::Task<std::optional<std::string>> ask(std::string challenge) = 0;
};

struct SaslRequest {
  std::string mechanism;  // in capitals
  // As the protocol carried it: base64, or "=" for an empty one; nullopt if the client sent none.
  std::optional<std::string> initial_response;
};

// Why an exchange gave no account.
struct NoSuchMechanism {};
struct NotBase64 {};       // of the initial response
struct DialogueEnded {};   // ask() gave nothing
struct MalformedMessage {  // of the mechanism
  std::string why;
};
using SaslFailure = std::variant<NoSuchMechanism, NotBase64, DialogueEnded, MalformedMessage, Denied>;

// Is SCRAM's -PLUS announced on the connection as it is now?
bool announces_channel_binding(const net::Connection& connection, const Security& security);
// All that is.
const std::vector<std::string>& sasl_mechanisms(const net::Connection& connection, const Security& security);

// `protocol` as of Attempt. Precondition: a password may be asked for.
async::Task<std::expected<store::Account, SaslFailure>> authenticate(Login& login, net::Connection& connection,
                                                                     const Security& security,
                                                                     std::string_view protocol, SaslRequest request,
                                                                     SaslDialogue& dialogue);

}  // namespace portreeve::session
