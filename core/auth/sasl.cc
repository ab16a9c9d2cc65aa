#include "core/auth/sasl.h"

#include "core/auth/verifier.h"
#include "core/base/ascii.h"

namespace portreeve::auth {
namespace {

std::optional<Malformed> problem_with(const Credentials& credentials) {
  if (credentials.authentication.empty()) return Malformed{"the name is empty"};
  if (credentials.password.empty()) return Malformed{"the password is empty"};
  if (credentials.authentication.size() > kMaxNameBytes || credentials.authorization.size() > kMaxNameBytes) {
    return Malformed{"the name is too long"};
  }
  if (credentials.password.size() > kMaxPasswordBytes) return Malformed{"the password is too long"};
  return std::nullopt;
}

Step checked(Credentials credentials) {
  if (auto problem = problem_with(credentials)) return std::move(*problem);
  return credentials;
}

// RFC 4616 §2: message = [authzid] UTF8NUL authcid UTF8NUL passwd
class Plain final : public Mechanism {
 public:
  Step start(const std::optional<std::string>& initial_response) override {
    // RFC 4422 §5.1: the client speaks first; an empty challenge asks it to.
    if (!initial_response) return Challenge{};
    return respond(*initial_response);
  }

  Step respond(std::string_view response) override {
    const std::size_t first = response.find('\0');
    const std::size_t second = first == std::string_view::npos ? first : response.find('\0', first + 1);
    if (second == std::string_view::npos) return Malformed{"two NULs are expected"};
    const std::string_view password = response.substr(second + 1);
    if (password.find('\0') != std::string_view::npos) return Malformed{"two NULs are expected"};
    return checked({.authorization = std::string(response.substr(0, first)),
                    .authentication = std::string(response.substr(first + 1, second - first - 1)),
                    .password = std::string(password)});
  }
};

// The prompts are word for word what Outlook waits for.
class LoginMechanism final : public Mechanism {
 public:
  Step start(const std::optional<std::string>& initial_response) override {
    // Many clients (.NET's, Python's smtplib) give the name at once.
    if (initial_response) return respond(*initial_response);
    return Challenge{"Username:"};
  }

  Step respond(std::string_view response) override {
    if (response.size() > kMaxPasswordBytes) return Malformed{"the response is too long"};
    if (response.find('\0') != std::string_view::npos) return Malformed{"there is a NUL in the response"};
    if (!name_) {
      if (response.empty()) return Malformed{"the name is empty"};
      name_.emplace(response);
      return Challenge{"Password:"};
    }
    return checked({.authorization = {}, .authentication = *name_, .password = std::string(response)});
  }

 private:
  std::optional<std::string> name_;
};

}  // namespace

std::unique_ptr<Mechanism> make_mechanism(std::string_view name) {
  if (base::equals_ignoring_case(name, "PLAIN")) return std::make_unique<Plain>();
  if (base::equals_ignoring_case(name, "LOGIN")) return std::make_unique<LoginMechanism>();
  return nullptr;
}

const std::vector<std::string>& mechanism_names(bool has_channel_binding) {
  static const std::vector<std::string> names{"SCRAM-SHA-256", "PLAIN", "LOGIN"};
  static const std::vector<std::string> with_binding{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN"};
  return has_channel_binding ? with_binding : names;
}

}  // namespace portreeve::auth
