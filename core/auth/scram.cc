#include "core/auth/scram.h"

#include <algorithm>

#include "core/tls/digest.h"

namespace portreeve::auth {
namespace {

// Takes one of the fields that commas divide.
std::string_view take_field(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::string_view field = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  return field;
}

// The value of "x=value", or nullopt if the field is another.
std::optional<std::string_view> value_of(std::string_view field, char name) {
  if (field.size() < 2 || field[0] != name || field[1] != '=') return std::nullopt;
  return field.substr(2);
}

// RFC 5802 §5.1: "=2C" is a comma, "=3D" an equals sign, and any other "=" is an error.
std::optional<std::string> decode_name(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const std::size_t at = text.find('=');
    name.append(text.substr(0, at));
    if (at == std::string_view::npos) break;
    const std::string_view code = text.substr(at, 3);
    if (code != "=2C" && code != "=3D") return std::nullopt;
    name.push_back(code == "=2C" ? ',' : '=');
    text.remove_prefix(at + code.size());
  }
  if (name.size() > kMaxNameBytes || name.find('\0') != std::string::npos) return std::nullopt;
  return name;
}

// RFC 5802 §7: printable = %x21-2B / %x2D-7E
bool is_nonce(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != ','; });
}

std::unexpected<Malformed> malformed(const char* why) { return std::unexpected(Malformed{why}); }

// RFC 5802 §3: ClientProof := ClientKey XOR ClientSignature, and StoredKey := H(ClientKey)
bool proves(std::string_view proof, const ScramKeys& keys, std::string_view auth_message) {
  const tls::Sha256 signature = tls::hmac_sha256(keys.stored_key, auth_message);
  std::string client_key(proof);
  for (std::size_t i = 0; i < client_key.size(); ++i) {
    client_key[i] = static_cast<char>(static_cast<unsigned char>(client_key[i]) ^ signature[i]);
  }
  return tls::equal_in_constant_time(tls::view(tls::sha256(client_key)), keys.stored_key);
}

}  // namespace

// RFC 5802 §6: what the client says of channel binding, and what may not be said where.
std::expected<void, Malformed> ScramServer::check_binding_flag(std::string_view flag) {
  if (const auto type = value_of(flag, 'p')) {
    if (!options_.is_plus) return malformed("channel binding belongs to the -PLUS mechanism");
    const auto found = std::ranges::find(options_.bindings, *type, &ChannelBinding::type);
    if (found == options_.bindings.end()) return malformed("that type of channel binding is not to be had here");
    binding_input_ = found->data;
    return {};
  }
  if (flag != "n" && flag != "y") return malformed("the channel binding flag is n, y or p=");
  if (options_.is_plus) return malformed("the -PLUS mechanism needs channel binding");
  // The client could bind and saw no -PLUS, though it is announced: somebody between took it away.
  if (flag == "y" && options_.is_plus_announced) return malformed("the server does support channel binding");
  return {};
}

// client-first-message = gs2-cbind-flag "," [authzid] "," [reserved-mext ","] username "," nonce ["," extensions]
std::expected<ScramServer::Claim, Malformed> ScramServer::begin(std::string_view message) {
  if (message.size() > kMaxMessageBytes) return malformed("the message is too long");
  std::string_view rest = message;
  if (auto flag = check_binding_flag(take_field(rest)); !flag) return std::unexpected(std::move(flag.error()));

  Claim claim;
  const std::string_view authzid_field = take_field(rest);
  if (!authzid_field.empty()) {
    const auto authzid = value_of(authzid_field, 'a');
    auto name = authzid ? decode_name(*authzid) : std::nullopt;
    if (!name || name->empty()) return malformed("the authorization identity can't be read");
    claim.authorization = std::move(*name);
  }
  client_first_bare_ = rest;
  binding_input_.insert(0, message.substr(0, message.size() - rest.size()));

  const std::string_view name_field = take_field(rest);
  if (name_field.starts_with("m=")) return malformed("an extension is mandatory that is not known here");
  const auto encoded_name = value_of(name_field, 'n');
  auto name = encoded_name ? decode_name(*encoded_name) : std::nullopt;
  if (!name || name->empty()) return malformed("the name can't be read");
  claim.authentication = std::move(*name);

  const auto nonce = value_of(take_field(rest), 'r');
  if (!nonce || !is_nonce(*nonce)) return malformed("the nonce can't be read");
  nonce_.insert(0, *nonce);
  return claim;
}

// server-first-message = nonce "," salt "," iteration-count
std::string ScramServer::challenge(std::vector<ScramKeys> keys) {
  keys_ = std::move(keys);
  const ScramKeys& first = keys_.front();
  server_first_ = "r=" + nonce_ + ",s=" + tls::base64_encode(first.salt) + ",i=" + std::to_string(first.iterations);
  return server_first_;
}

// client-final-message = channel-binding "," nonce ["," extensions] "," proof
std::expected<std::optional<std::string>, Malformed> ScramServer::finish(std::string_view message) {
  if (message.size() > kMaxMessageBytes) return malformed("the message is too long");
  const std::size_t proof_at = message.rfind(",p=");
  if (proof_at == std::string_view::npos) return malformed("there is no proof");
  const auto proof = tls::base64_decode(message.substr(proof_at + 3));
  if (!proof || proof->size() != tls::Sha256().size()) return malformed("the proof can't be read");

  const std::string_view without_proof = message.substr(0, proof_at);
  std::string_view rest = without_proof;
  const auto binding_text = value_of(take_field(rest), 'c');
  const auto binding = binding_text ? tls::base64_decode(*binding_text) : std::nullopt;
  if (!binding) return malformed("the channel binding can't be read");
  const auto nonce = value_of(take_field(rest), 'r');
  if (!nonce || *nonce != nonce_) return malformed("the nonce is not the one of this exchange");

  const std::string auth_message = client_first_bare_ + ',' + server_first_ + ',' + std::string(without_proof);
  const ScramKeys* fitting = nullptr;
  for (const ScramKeys& keys : keys_) {
    if (proves(*proof, keys, auth_message)) fitting = &keys;
  }
  // Another channel than ours: somebody stands between. The answer is that to a wrong password.
  if (!tls::equal_in_constant_time(*binding, binding_input_)) fitting = nullptr;
  if (fitting == nullptr) return std::nullopt;
  return "v=" + tls::base64_encode(tls::view(tls::hmac_sha256(fitting->server_key, auth_message)));
}

std::string make_nonce() { return tls::base64_encode(tls::random_bytes(18)); }

}  // namespace portreeve::auth
