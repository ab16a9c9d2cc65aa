#include "protocols/session/login.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string_view>
#include <utility>

#include "core/auth/verifier.h"
#include "core/base/log.h"
#include "core/tls/digest.h"
#include "protocols/session/password_cache.h"
#include "storage/address.h"

namespace portreeve::session {
namespace {

constexpr std::string_view kNoteName = "login-failures";
constexpr std::string_view kSecretNoteName = "login-salts";
constexpr std::size_t kSecretBytes = 32;
static_assert(auth::Throttle::kMaxPackedBytes <= store::Store::kMaxNoteBytes);
// For each so many bytes of the last note a save_if_dirty() is passed over: a server under attack from everywhere has
// better things to write than all of megabytes every few seconds.
constexpr std::size_t kBytesPerPass = std::size_t{256} * 1024;

std::string_view describe(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::throttled: return "throttled";
    case Outcome::unknown_account: return "unknown account";
    case Outcome::disabled: return "disabled account";
    case Outcome::wrong_authorization: return "wrong authorization identity";
    case Outcome::wrong_password: return "wrong password";
    case Outcome::damaged_verifier: return "the account's verifier is damaged";
  }
  return "unknown";
}

void log_login(const Attempt& attempt, std::string_view name, Outcome outcome) {
  const auto level = outcome == Outcome::damaged_verifier ? base::log::Level::error : base::log::Level::info;
  base::log::write(level, "login",
                   {{"id", attempt.connection.id},
                    {"protocol", attempt.protocol},
                    {"mechanism", attempt.mechanism},
                    {"peer", attempt.connection.peer.text()},
                    {"account", name},
                    {"result", describe(outcome)}});
}

Denied denial(Outcome outcome) {
  switch (outcome) {
    case Outcome::throttled: return Denied::throttled;
    case Outcome::damaged_verifier: return Denied::unavailable;
    default: return Denied::wrong;
  }
}

}  // namespace

Outcome examine(const Begun& begun, std::string_view authorization) {
  if (begun.account == nullptr) return Outcome::unknown_account;
  if (!begun.account->is_enabled) return Outcome::disabled;
  // RFC 4616 §2: acting for another needs a right to, and nobody has one.
  if (!authorization.empty() && begun.directory->find_address(authorization) != begun.account) {
    return Outcome::wrong_authorization;
  }
  if (!auth::is_verifier(begun.account->verifier)) return Outcome::damaged_verifier;
  return Outcome::ok;
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct Login::Impl {
  // Outlives the Login in what the store calls when a note is written.
  struct Saving {
    std::atomic<bool> is_under_way = false;
    std::atomic<bool> has_failed = false;
  };
  using Exempt = std::function<bool(const net::Endpoint&)>;

  Impl(store::Store& s, async::WorkerPool& h, LoginOptions options, UnixClock c)
      : store(s),
        hashers(h),
        clock(std::move(c)),
        throttle(options.throttle),
        is_exempt(std::make_shared<const Exempt>(std::move(options.is_exempt))) {}

  bool is_counted(const net::Endpoint& peer) {
    if (peer.family == net::Endpoint::Family::unix_socket) return false;
    std::shared_ptr<const Exempt> exempt;
    {
      const std::lock_guard lock(mutex);
      exempt = is_exempt;
    }
    return !*exempt || !(*exempt)(peer);
  }
  async::Task<Outcome> examine_password(async::Loop& loop, const Begun& begun, const auth::Credentials& credentials);

  store::Store& store;
  async::WorkerPool& hashers;
  const UnixClock clock;
  PasswordCache cache;
  std::string salt_secret = tls::random_bytes(kSecretBytes);  // of the salts of names that are nobody's
  auth::Throttle throttle;
  std::mutex mutex;
  std::shared_ptr<const Exempt> is_exempt;  // guarded by mutex
  // The saver's alone:
  std::shared_ptr<Saving> saving = std::make_shared<Saving>();
  std::size_t passes = 0;
};

Login::Login(store::Store& store, async::WorkerPool& hashers, LoginOptions options, UnixClock clock)
    : impl_(new Impl(store, hashers, std::move(options), std::move(clock))) {}
Login::~Login() = default;

void Login::set(LoginOptions options) {
  impl_->throttle.set(options.throttle);
  auto fresh = std::make_shared<const Impl::Exempt>(std::move(options.is_exempt));
  const std::lock_guard lock(impl_->mutex);
  impl_->is_exempt.swap(fresh);
}

void Login::load() {
  // Salts that changed with a restart would tell which names are nobody's.
  const auto secret = impl_->store.note(kSecretNoteName);
  if (secret && secret->size() == kSecretBytes) {
    impl_->salt_secret = *secret;
  } else if (secret && secret->empty()) {
    impl_->store.save_note(std::string(kSecretNoteName), impl_->salt_secret, [](store::Result<> saved) {
      if (!saved) base::log::warning("login_salts_unsaved", {{"reason", saved.error().detail}});
    });
  } else {
    base::log::warning("login_salts_lost",
                       {{"reason", secret ? "the note in the store is damaged" : secret.error().detail}});
  }
  const auto note = impl_->store.note(kNoteName);
  if (!note) {
    base::log::warning("login_failures_lost", {{"reason", note.error().detail}});
  } else if (!note->empty() && !impl_->throttle.unpack(*note, impl_->clock())) {
    base::log::warning("login_failures_lost", {{"reason", "the note in the store is damaged or of another version"}});
  }
}

void Login::save_if_dirty() {
  if (impl_->saving->is_under_way) return;
  if (impl_->passes > 0) {
    --impl_->passes;
    return;
  }
  save();
}

void Login::save() {
  const bool has_failed = impl_->saving->has_failed.exchange(false);
  if (!has_failed && !impl_->throttle.is_dirty()) return;
  std::string note = impl_->throttle.pack();
  impl_->passes = note.size() / kBytesPerPass;
  impl_->saving->is_under_way = true;
  impl_->store.save_note(std::string(kNoteName), std::move(note), [saving = impl_->saving](store::Result<> saved) {
    if (!saved) {
      saving->has_failed = true;
      base::log::warning("login_failures_unsaved", {{"reason", saved.error().detail}});
    }
    saving->is_under_way = false;
  });
}

async::Task<Outcome> Login::Impl::examine_password(async::Loop& loop, const Begun& begun,
                                                   const auth::Credentials& credentials) {
  Outcome outcome = examine(begun, credentials.authorization);
  const store::Account* account = begun.account;
  if (outcome == Outcome::ok && cache.knows(*account, credentials.password, loop.now())) co_return outcome;
  // Whatever is wrong already, the answer comes when a wrong password's would.
  const std::string& verifier = outcome == Outcome::ok ? account->verifier : auth::unknown_user_verifier();
  const bool is_right =
      co_await async::offload(hashers, loop, [&] { return auth::verify(credentials.password, verifier); });
  if (outcome == Outcome::ok && !is_right) outcome = Outcome::wrong_password;
  if (outcome == Outcome::ok) cache.remember(*account, credentials.password, loop.now());
  co_return outcome;
}

Begun Login::begin(const Attempt& attempt, std::string_view name) {
  Begun begun;
  begun.directory = impl_->store.directory();
  begun.account = begun.directory->find_address(name);
  // All spellings of a name count as one.
  begun.name = begun.account != nullptr ? begun.account->address : store::address_key(name);
  if (begun.name.empty()) begun.name = name;
  begun.network = attempt.connection.peer.network();
  begun.is_counted = impl_->is_counted(attempt.connection.peer);
  begun.is_throttled =
      begun.is_counted && !impl_->throttle.decide(begun.network, begun.name, impl_->clock()).is_allowed;
  return begun;
}

std::vector<auth::ScramKeys> Login::scram_keys(const Begun& begun) const {
  auto keys = begun.account == nullptr ? std::nullopt : auth::scram_keys(begun.account->verifier);
  return {keys ? std::move(*keys) : auth::unknown_scram_keys(impl_->salt_secret, begun.name)};
}

async::Task<std::expected<store::Account, Denied>> Login::end(const Attempt& attempt, Begun begun, Outcome outcome) {
  if (begun.is_counted && outcome == Outcome::ok) {
    impl_->throttle.succeeded(begun.network, begun.name, impl_->clock());
  } else if (begun.is_counted && outcome != Outcome::damaged_verifier && outcome != Outcome::throttled) {
    impl_->throttle.failed(begun.network, begun.name, impl_->clock());
  }
  log_login(attempt, begun.name, outcome);
  if (outcome == Outcome::ok) co_return *begun.account;
  co_return std::unexpected(denial(outcome));
}

async::Task<std::expected<store::Account, Denied>> Login::check(const Attempt& attempt, auth::Credentials credentials) {
  Begun begun = begin(attempt, credentials.authentication);
  Outcome outcome = Outcome::throttled;
  if (!begun.is_throttled) {
    outcome = co_await impl_->examine_password(attempt.connection.stream.loop(), begun, credentials);
  }
  co_return co_await end(attempt, std::move(begun), outcome);
}

}  // namespace portreeve::session
