#include "protocols/session/login.h"

#include <utility>

#include "core/auth/verifier.h"
#include "core/base/log.h"
#include "protocols/session/password_cache.h"

namespace portreeve::session {
namespace {

// Why a login was refused: for the log alone, the peer is told one word for all.
enum class Outcome { ok, unknown_account, disabled, wrong_authorization, wrong_password, damaged_verifier };

std::string_view describe(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::unknown_account: return "unknown account";
    case Outcome::disabled: return "disabled account";
    case Outcome::wrong_authorization: return "wrong authorization identity";
    case Outcome::wrong_password: return "wrong password";
    case Outcome::damaged_verifier: return "the account's verifier is damaged";
  }
  return "unknown";
}

// What can be said before the password is looked at.
Outcome examine(const store::Directory& directory, const store::Account* account,
                const auth::Credentials& credentials) {
  if (account == nullptr) return Outcome::unknown_account;
  if (!account->is_enabled) return Outcome::disabled;
  // RFC 4616 §2: acting for another needs a right to, and nobody has one.
  if (!credentials.authorization.empty() && directory.find_address(credentials.authorization) != account) {
    return Outcome::wrong_authorization;
  }
  if (!auth::is_verifier(account->verifier)) return Outcome::damaged_verifier;
  return Outcome::ok;
}

void log_login(const net::Connection& connection, std::string_view protocol, std::string_view name, Outcome outcome) {
  const auto level = outcome == Outcome::damaged_verifier ? base::log::Level::error : base::log::Level::info;
  base::log::write(level, "login",
                   {{"id", connection.id},
                    {"protocol", protocol},
                    {"peer", connection.peer.text()},
                    {"account", name},
                    {"result", describe(outcome)}});
}

}  // namespace

struct Login::Impl {
  store::Store& store;
  async::WorkerPool& hashers;
  PasswordCache cache;
};

Login::Login(store::Store& store, async::WorkerPool& hashers) : impl_(new Impl{store, hashers, PasswordCache{}}) {}
Login::~Login() = default;

async::Task<std::expected<store::Account, Denied>> Login::check(net::Connection& connection, std::string_view protocol,
                                                                auth::Credentials credentials) {
  const store::DirectoryPtr directory = impl_->store.directory();
  const store::Account* account = directory->find_address(credentials.authentication);
  Outcome outcome = examine(*directory, account, credentials);
  async::Loop& loop = connection.stream.loop();

  if (outcome != Outcome::ok || !impl_->cache.knows(*account, credentials.password, loop.now())) {
    // Whatever is wrong already, the answer comes when a wrong password's would.
    const std::string& verifier = outcome == Outcome::ok ? account->verifier : auth::unknown_user_verifier();
    const bool is_right =
        co_await async::offload(impl_->hashers, loop, [&] { return auth::verify(credentials.password, verifier); });
    if (outcome == Outcome::ok && !is_right) outcome = Outcome::wrong_password;
    if (outcome == Outcome::ok) impl_->cache.remember(*account, credentials.password, loop.now());
  }

  log_login(connection, protocol, account == nullptr ? credentials.authentication : account->address, outcome);
  if (outcome == Outcome::ok) co_return *account;
  co_return std::unexpected(outcome == Outcome::damaged_verifier ? Denied::unavailable : Denied::wrong);
}

}  // namespace portreeve::session
