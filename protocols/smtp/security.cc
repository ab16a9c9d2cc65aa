// STARTTLS and AUTH.
#include "core/auth/sasl.h"
#include "core/base/ascii.h"
#include "core/tls/digest.h"
#include "protocols/session/login.h"
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
async::Task<Conversation::Answer> Conversation::authenticate(Auth command) {
  line_.clear();  // what it holds is secret
  const std::unique_ptr<auth::Mechanism> mechanism = auth::make_mechanism(command.mechanism);
  if (!mechanism) co_return Reply(504, "5.5.4", "Unknown authentication mechanism");
  std::optional<std::string> initial;
  if (command.initial) {
    initial = *command.initial == "=" ? std::string() : tls::base64_decode(*command.initial);
    if (!initial) co_return Reply(501, "5.5.2", "The initial response is not base64");
  }
  auth::Step step = mechanism->start(initial);
  while (const auto* challenge = std::get_if<auth::Challenge>(&step)) {
    say(Reply(334, "", tls::base64_encode(challenge->text)));
    const Line line = co_await next_line(true);
    if (line == Line::none) co_return std::nullopt;
    if (line == Line::too_long) co_return Reply(500, "5.5.6", "Authentication exchange line is too long");
    if (line == Line::bare) co_return Reply(501, "5.5.2", "A line ends with CR LF, and neither stands alone");
    if (line_ == "*") co_return Reply(501, "5.7.0", "Authentication cancelled");
    const std::optional<std::string> response = tls::base64_decode(line_);
    std::string().swap(line_);
    if (!response) co_return Reply(501, "5.5.2", "The response is not base64");
    step = mechanism->respond(*response);
  }
  if (auto* credentials = std::get_if<auth::Credentials>(&step))
    co_return co_await log_in(base::uppered(command.mechanism), std::move(*credentials));
  co_return Reply(501, "5.5.2", "The response is not what this mechanism asks for");
}

async::Task<Conversation::Answer> Conversation::log_in(std::string mechanism, auth::Credentials credentials) {
  auto account = co_await services_.login.check(
      {.connection = connection_, .protocol = protocol(), .mechanism = mechanism}, std::move(credentials));
  if (account) {
    account_ = std::move(*account);
    co_return Reply(235, "2.7.0", "Authentication succeeded");
  }
  if (account.error() == session::Denied::unavailable) {
    co_return Reply(454, "4.7.0", "Temporary authentication failure");
  }
  ++failed_logins_;
  // RFC 4954 §6: the same words for a right password as for a wrong one
  if (account.error() == session::Denied::throttled) co_return Reply(454, "4.7.0", "Too many failed logins, try later");
  co_return Reply(535, "5.7.8", "Authentication credentials invalid");
}

}  // namespace portreeve::smtp
