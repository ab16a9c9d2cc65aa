// LOGIN (RFC 3501 §6.2.3) and AUTHENTICATE (§6.2.2, RFC 4959).
#include "core/tls/digest.h"
#include "protocols/imap/handlers.h"
#include "protocols/session/sasl.h"

namespace portreeve::imap {
namespace {

Reply privacy_required() { return Reply::no("Start TLS before you send a password", "PRIVACYREQUIRED"); }

Reply denial(Context& context, session::Denied denied) {
  if (denied == session::Denied::unavailable) return Reply::no("Cannot check passwords now, try later", "UNAVAILABLE");
  ++context.errors;
  // RFC 5530 §3: AUTHENTICATIONFAILED would have clients ask for another password
  if (denied == session::Denied::throttled) return Reply::no("Too many failed logins, try later", "UNAVAILABLE");
  return Reply::no("Wrong name or password", "AUTHENTICATIONFAILED");
}

// Challenges are continuation requests (RFC 3501 §6.2.2).
class Dialogue final : public session::SaslDialogue {
 public:
  explicit Dialogue(Context& context) : context_(context) {}

  async::Task<std::optional<std::string>> ask(std::string challenge) override {
    write_continuation(context_.out(), challenge);
    std::size_t length = 0;
    const auto line = co_await context_.read_line(length);
    std::optional<std::string> response;
    if (!line) {
      refusal_ = Reply::bad("Lost");
    } else if (*line == "*") {
      refusal_ = Reply::bad("Authentication cancelled");
    } else if (line->find(' ') != std::string_view::npos) {
      // Not base64: some clients give up by sending their next command. It stays where it is, to be answered.
      refusal_ = Reply::bad("A command came in place of a response", "CLIENTBUG");
      co_return response;
    } else if (response = tls::base64_decode(*line); !response) {
      refusal_ = Reply::bad("Not base64");
    }
    context_.stream().consume(length);
    co_return response;
  }

  // Why ask() gave nothing.
  Reply refusal() { return std::move(refusal_); }

 private:
  Context& context_;
  Reply refusal_ = Reply::bad("Authentication cancelled");
};

}  // namespace

async::Task<Reply> handle(Context& context, const Login& command) {
  if (!session::may_ask_password(context.connection, context.options.security)) co_return privacy_required();
  const auto account = co_await context.services.login.check(
      {.connection = context.connection, .protocol = "imap", .mechanism = "LOGIN"},
      {.authorization = {}, .authentication = command.user, .password = command.password});
  co_return account ? welcome(context, *account) : denial(context, account.error());
}

async::Task<Reply> handle(Context& context, const Authenticate& command) {
  if (!session::may_ask_password(context.connection, context.options.security)) co_return privacy_required();
  Dialogue dialogue(context);
  const auto account = co_await session::authenticate(
      context.services.login, context.connection, context.options.security, "imap",
      {.mechanism = command.mechanism, .initial_response = command.initial_response}, dialogue);
  if (account) co_return welcome(context, *account);
  const session::SaslFailure& failure = account.error();
  if (const auto* denied = std::get_if<session::Denied>(&failure)) co_return denial(context, *denied);
  if (const auto* malformed = std::get_if<session::MalformedMessage>(&failure)) co_return Reply::bad(malformed->why);
  if (std::holds_alternative<session::NoSuchMechanism>(failure)) co_return Reply::no("No such mechanism", "CANNOT");
  if (std::holds_alternative<session::NotBase64>(failure)) co_return Reply::bad("Not base64");
  co_return dialogue.refusal();
}

}  // namespace portreeve::imap
