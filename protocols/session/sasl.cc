#include "protocols/session/sasl.h"

#include <array>
#include <memory>
#include <utility>

#include "core/auth/sasl.h"
#include "core/auth/scram.h"
#include "core/tls/digest.h"

namespace portreeve::session {
namespace {

using Result = std::expected<store::Account, SaslFailure>;

constexpr std::array<std::string_view, 2> kBindings{"tls-exporter", "tls-server-end-point"};

std::vector<auth::ChannelBinding> bindings_of(const net::Connection& connection) {
  std::vector<auth::ChannelBinding> bindings;
  for (const std::string_view type : kBindings) {
    std::string data = connection.stream.channel_binding(type);
    if (!data.empty()) bindings.push_back({std::string(type), std::move(data)});
  }
  return bindings;
}

Result result_of(std::expected<store::Account, Denied> checked) {
  if (checked) return std::move(*checked);
  return std::unexpected(SaslFailure(checked.error()));
}

std::unexpected<SaslFailure> malformed(auth::Malformed& malformed) {
  return std::unexpected(SaslFailure(MalformedMessage{std::move(malformed.why)}));
}

// Mechanisms in which the client shows the password.
async::Task<Result> tell_password(Login& login, const Attempt& attempt, auth::Mechanism& mechanism,
                                  const std::optional<std::string>& initial, SaslDialogue& dialogue) {
  auth::Step step = mechanism.start(initial);
  while (const auto* challenge = std::get_if<auth::Challenge>(&step)) {
    const std::optional<std::string> response = co_await dialogue.ask(tls::base64_encode(challenge->text));
    if (!response) co_return std::unexpected(SaslFailure(DialogueEnded{}));
    step = mechanism.respond(*response);
  }
  if (auto* wrong = std::get_if<auth::Malformed>(&step)) co_return malformed(*wrong);
  co_return result_of(co_await login.check(attempt, std::move(std::get<auth::Credentials>(step))));
}

// RFC 5802 §5: the client shows that it knows the password, and the server that it knows what is kept of it.
async::Task<Result> prove_password(Login& login, const Attempt& attempt, auth::ScramServer::Options options,
                                   std::optional<std::string> initial, SaslDialogue& dialogue) {
  // RFC 4422 §3: where the client speaks first and said nothing, an empty challenge asks it to.
  if (!initial) initial = co_await dialogue.ask({});
  if (!initial) co_return std::unexpected(SaslFailure(DialogueEnded{}));

  auth::ScramServer scram(std::move(options), auth::make_nonce());
  auto claim = scram.begin(*initial);
  if (!claim) co_return malformed(claim.error());
  Begun begun = login.begin(attempt, claim->authentication);
  if (begun.is_throttled) co_return result_of(co_await login.end(attempt, std::move(begun), Outcome::throttled));

  const std::string first = scram.challenge(login.scram_keys(begun));
  const std::optional<std::string> final = co_await dialogue.ask(tls::base64_encode(first));
  if (!final) co_return std::unexpected(SaslFailure(DialogueEnded{}));
  auto verdict = scram.finish(*final);
  if (!verdict) co_return malformed(verdict.error());

  Outcome outcome = examine(begun, claim->authorization);
  if (outcome == Outcome::ok && !*verdict) outcome = Outcome::wrong_password;
  if (outcome == Outcome::ok) {
    // None of our protocols carries data along with success: the signature is one more challenge, its answer empty.
    const std::optional<std::string> empty = co_await dialogue.ask(tls::base64_encode(**verdict));
    if (!empty) co_return std::unexpected(SaslFailure(DialogueEnded{}));
    if (!empty->empty()) {
      co_return std::unexpected(SaslFailure(MalformedMessage{"nothing is expected after the server's signature"}));
    }
  }
  co_return result_of(co_await login.end(attempt, std::move(begun), outcome));
}

}  // namespace

bool announces_channel_binding(const net::Connection& connection, const Security& security) {
  return connection.stream.tls() != nullptr && security.announces_channel_binding;
}

const std::vector<std::string>& sasl_mechanisms(const net::Connection& connection, const Security& security) {
  return auth::mechanism_names(announces_channel_binding(connection, security));
}

async::Task<Result> authenticate(Login& login, net::Connection& connection, const Security& security,
                                 std::string_view protocol, SaslRequest request, SaslDialogue& dialogue) {
  const bool is_plus = request.mechanism == "SCRAM-SHA-256-PLUS";
  const bool is_scram = is_plus || request.mechanism == "SCRAM-SHA-256";
  const std::unique_ptr<auth::Mechanism> mechanism = auth::make_mechanism(request.mechanism);
  if ((!is_scram && !mechanism) || (is_plus && connection.stream.tls() == nullptr)) {
    co_return std::unexpected(SaslFailure(NoSuchMechanism{}));
  }
  std::optional<std::string> initial;
  if (request.initial_response) {
    // RFC 4954 §4, RFC 4959 §3, RFC 5034 §4: "=" is an empty one.
    initial = request.initial_response == "=" ? std::string() : tls::base64_decode(*request.initial_response);
    if (!initial) co_return std::unexpected(SaslFailure(NotBase64{}));
  }
  const Attempt attempt{.connection = connection, .protocol = protocol, .mechanism = request.mechanism};
  if (is_scram) {
    auth::ScramServer::Options options{
        .is_plus = is_plus,
        .is_plus_announced = announces_channel_binding(connection, security),
        .bindings = is_plus ? bindings_of(connection) : std::vector<auth::ChannelBinding>()};
    co_return co_await prove_password(login, attempt, std::move(options), std::move(initial), dialogue);
  }
  co_return co_await tell_password(login, attempt, *mechanism, initial, dialogue);
}

}  // namespace portreeve::session
