// STARTTLS and AUTH.
#include "core/base/ascii.h"
#include "core/tls/digest.h"
#include "protocols/session/sasl.h"
#include "protocols/smtp/conversation.h"

namespace portreeve::smtp {

// RFC 3207 §4
async::Task<Conversation::Answer> Conversation::start_tls() {
  say(Reply(220, "2.0.0", "Ready to start TLS"));
  start_anew();
  if (!co_await session::upgrade_tls(connection_, options_.security, options_.timeouts.handshake)) {
    ending_ = "TLS handshake failed";
  }
  co_return std::nullopt;
}

// RFC 4954 §4
class Conversation::Dialogue final : public session::SaslDialogue {
 public:
  explicit Dialogue(Conversation& conversation) : conversation_(conversation) {}

  async::Task<std::optional<std::string>> ask(std::string challenge) override {
    Conversation& c = conversation_;
    c.say(Reply(334, "", challenge));
    const Line line = co_await c.next_line(true);
    if (line == Line::too_long) refusal_ = Reply(500, "5.5.6", "Authentication exchange line is too long");
    if (line == Line::bare) refusal_ = Reply(501, "5.5.2", "A line ends with CR LF, and neither stands alone");
    if (line == Line::none || refusal_) co_return std::nullopt;
    if (c.line_ == "*") {
      refusal_ = Reply(501, "5.7.0", "Authentication cancelled");
      co_return std::nullopt;
    }
    std::optional<std::string> response = tls::base64_decode(c.line_);
    std::string().swap(c.line_);
    if (!response) refusal_ = Reply(501, "5.5.2", "The response is not base64");
    co_return response;
  }

  // Nothing: the peer is gone.
  std::optional<Reply> refusal() { return std::move(refusal_); }

 private:
  Conversation& conversation_;
  std::optional<Reply> refusal_;
};

async::Task<Conversation::Answer> Conversation::authenticate(Auth command) {
  line_.clear();  // what it holds is secret
  Dialogue dialogue(*this);
  auto account = co_await session::authenticate(
      services_.login, connection_, options_.security, protocol(),
      {.mechanism = base::uppered(command.mechanism), .initial_response = std::move(command.initial)}, dialogue);
  if (account) {
    account_ = std::move(*account);
    co_return Reply(235, "2.7.0", "Authentication succeeded");
  }
  const session::SaslFailure& failure = account.error();
  if (const auto* denied = std::get_if<session::Denied>(&failure)) co_return refuse_login(*denied);
  if (std::holds_alternative<session::NoSuchMechanism>(failure)) {
    co_return Reply(504, "5.5.4", "Unknown authentication mechanism");
  }
  if (std::holds_alternative<session::NotBase64>(failure)) {
    co_return Reply(501, "5.5.2", "The initial response is not base64");
  }
  if (std::holds_alternative<session::DialogueEnded>(failure)) co_return dialogue.refusal();
  co_return Reply(501, "5.5.2", "The response is not what this mechanism asks for");
}

Reply Conversation::refuse_login(session::Denied denied) {
  if (denied == session::Denied::unavailable) return Reply(454, "4.7.0", "Temporary authentication failure");
  ++failed_logins_;
  // RFC 4954 §6: the same words for a right password as for a wrong one
  if (denied == session::Denied::throttled) return Reply(454, "4.7.0", "Too many failed logins, try later");
  return Reply(535, "5.7.8", "Authentication credentials invalid");
}

}  // namespace portreeve::smtp
