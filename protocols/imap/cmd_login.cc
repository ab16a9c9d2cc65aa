// LOGIN (RFC 3501 §6.2.3) and AUTHENTICATE (§6.2.2, RFC 4959).
#include "core/auth/sasl.h"
#include "core/base/ascii.h"
#include "core/tls/digest.h"
#include "protocols/imap/handlers.h"
#include "protocols/session/login.h"

namespace portreeve::imap {
namespace {

Reply privacy_required() { return Reply::no("Start TLS before you send a password", "PRIVACYREQUIRED"); }

async::Task<Reply> log_in(Context& context, std::string_view mechanism, auth::Credentials credentials) {
  const auto account = co_await context.services.login.check(
      {.connection = context.connection, .protocol = "imap", .mechanism = mechanism}, std::move(credentials));
  if (account) co_return welcome(context, *account);
  if (account.error() == session::Denied::unavailable)
    co_return Reply::no("Cannot check passwords now, try later", "UNAVAILABLE");
  ++context.errors;
  // RFC 5530 §3: AUTHENTICATIONFAILED would have clients ask for another password
  if (account.error() == session::Denied::throttled)
    co_return Reply::no("Too many failed logins, try later", "UNAVAILABLE");
  co_return Reply::no("Wrong name or password", "AUTHENTICATIONFAILED");
}

struct Response {
  std::string text;
  std::optional<Reply> refusal;
};

std::optional<std::string> decode_initial(const std::string& text) {
  if (text == "=") return std::string();  // RFC 4959 §3: an empty initial response
  return tls::base64_decode(text);
}

// Sends a challenge and reads the answer to it.
async::Task<Response> ask(Context& context, const std::string& challenge) {
  write_continuation(context.out(), tls::base64_encode(challenge));
  std::size_t length = 0;
  const auto line = co_await context.read_line(length);
  Response response;
  if (!line) {
    response.refusal = Reply::bad("Lost");
  } else if (*line == "*") {
    response.refusal = Reply::bad("Authentication cancelled");
  } else if (line->find(' ') != std::string_view::npos) {
    // Not base64: some clients give up by sending their next command. It stays where it is, to be answered.
    response.refusal = Reply::bad("A command came in place of a response", "CLIENTBUG");
    co_return response;
  } else if (auto decoded = tls::base64_decode(*line)) {
    response.text = std::move(*decoded);
  } else {
    response.refusal = Reply::bad("Not base64");
  }
  context.stream().consume(length);
  co_return response;
}

}  // namespace

async::Task<Reply> handle(Context& context, const Login& command) {
  if (!session::may_ask_password(context.connection, context.options.security)) co_return privacy_required();
  co_return co_await log_in(context, "LOGIN",
                            {.authorization = {}, .authentication = command.user, .password = command.password});
}

async::Task<Reply> handle(Context& context, const Authenticate& command) {
  const auto mechanism = auth::make_mechanism(command.mechanism);
  if (!mechanism) co_return Reply::no("No such mechanism", "CANNOT");
  if (!session::may_ask_password(context.connection, context.options.security)) co_return privacy_required();

  std::optional<std::string> initial;
  if (command.initial_response) {
    initial = decode_initial(*command.initial_response);
    if (!initial) co_return Reply::bad("Not base64");
  }
  auth::Step step = mechanism->start(initial);
  while (const auto* challenge = std::get_if<auth::Challenge>(&step)) {
    Response response = co_await ask(context, challenge->text);
    if (response.refusal) co_return std::move(*response.refusal);
    step = mechanism->respond(response.text);
  }
  if (const auto* malformed = std::get_if<auth::Malformed>(&step)) co_return Reply::bad(malformed->why);
  co_return co_await log_in(context, command.mechanism, std::move(std::get<auth::Credentials>(step)));
}

}  // namespace portreeve::imap
