// The AUTHORIZATION state (RFC 1939 §4): who is there, and opening their maildrop.
#include <utility>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/tls/digest.h"
#include "protocols/pop3/conversation.h"
#include "protocols/session/sasl.h"

namespace portreeve::pop3 {
namespace {

constexpr unsigned kPlaceTries = 10;
constexpr async::Milliseconds kPlacePause{50};

struct Opened {
  std::unique_ptr<store::OpenMailbox> inbox;
  Maildrop drop;
};

store::Result<Opened> open_maildrop(store::Store& store, store::MailboxId mailbox) {
  // A maildrop doesn't change under its session (RFC 1939 §5): no news is wanted.
  store::Result<std::unique_ptr<store::OpenMailbox>> inbox = store.open(mailbox, [] {});
  if (!inbox) return std::unexpected(std::move(inbox.error()));
  Maildrop drop((*inbox)->mailbox().snapshot());
  return Opened{.inbox = std::move(*inbox), .drop = std::move(drop)};
}

}  // namespace

Abilities Conversation::abilities() const {
  return {.is_tls_offered = !is_utf8_ && session::can_start_tls(connection_, options_.security),
          .may_ask_password = session::may_ask_password(connection_, options_.security),
          .sasl_mechanisms = session::sasl_mechanisms(connection_, options_.security),
          // Rounded up: a client that waits as long as it is told must be let in.
          .login_delay = static_cast<std::uint64_t>(
              std::chrono::ceil<std::chrono::seconds>(options_.maildrop.login_delay).count())};
}

// RFC 1939 §7
Conversation::Outcome Conversation::user(const Command& command) {
  // Refused here already, so that the password isn't sent.
  if (!session::may_ask_password(connection_, options_.security)) return error(Code::none, "use STLS first");
  user_ = command.text;
  // The same for names that don't exist: RFC 1939 §13.
  return ok("now the password");
}

async::Task<Conversation::Outcome> Conversation::pass(const Command& command) {
  if (!session::may_ask_password(connection_, options_.security)) co_return error(Code::none, "use STLS first");
  if (user_.empty()) co_return error(Code::none, "USER comes first");
  auth::Credentials credentials{
      .authorization = {}, .authentication = std::exchange(user_, {}), .password = command.text};
  const auto account = co_await services_.login.check(
      {.connection = connection_, .protocol = "pop3", .mechanism = "USER"}, std::move(credentials));
  if (!account) co_return refuse_login(account.error());
  co_return co_await enter(*account);
}

// RFC 5034 §4
class Conversation::Dialogue final : public session::SaslDialogue {
 public:
  explicit Dialogue(Conversation& conversation) : conversation_(conversation) {}

  async::Task<std::optional<std::string>> ask(std::string challenge) override {
    Conversation& c = conversation_;
    write_challenge(c.stream_.output(), challenge);
    if (!co_await c.flush_if_due() || !co_await c.next_line()) {
      outcome_ = Outcome::lost;
      co_return std::nullopt;
    }
    if (c.line_ == "*") {
      outcome_ = c.error(Code::none, "cancelled");
      co_return std::nullopt;
    }
    std::optional<std::string> response = tls::base64_decode(c.line_);
    if (!response) outcome_ = c.error(Code::none, "not base64");
    co_return response;
  }

  // Once ask() gave nothing.
  Outcome outcome() const { return outcome_; }

 private:
  Conversation& conversation_;
  Outcome outcome_ = Outcome::bad;
};

async::Task<Conversation::Outcome> Conversation::auth(const Command& command) {
  if (!session::may_ask_password(connection_, options_.security)) co_return error(Code::none, "use STLS first");
  if (command.text.empty()) {
    // Older than the RFC: Outlook and others ask for the mechanisms this way.
    ok("mechanisms follow");
    for (const std::string& name : session::sasl_mechanisms(connection_, options_.security))
      stream_.output().append(name).append("\r\n");
    write_end(stream_.output());
    co_return Outcome::good;
  }
  const std::optional<AuthArguments> arguments = parse_auth(command.text);
  if (!arguments) co_return error(Code::none, "syntax error in the arguments");
  session::SaslRequest request{.mechanism = base::uppered(arguments->mechanism), .initial_response = {}};
  if (arguments->initial_response) request.initial_response.emplace(*arguments->initial_response);
  Dialogue dialogue(*this);
  const auto account = co_await session::authenticate(services_.login, connection_, options_.security, "pop3",
                                                      std::move(request), dialogue);
  if (account) co_return co_await enter(*account);
  const session::SaslFailure& failure = account.error();
  if (const auto* denied = std::get_if<session::Denied>(&failure)) co_return refuse_login(*denied);
  if (std::holds_alternative<session::NoSuchMechanism>(failure)) co_return error(Code::none, "unknown mechanism");
  if (std::holds_alternative<session::NotBase64>(failure)) co_return error(Code::none, "not base64");
  if (std::holds_alternative<session::DialogueEnded>(failure)) co_return dialogue.outcome();
  co_return error(Code::none, "malformed response");
}

Conversation::Outcome Conversation::refuse_login(session::Denied denied) {
  if (denied == session::Denied::unavailable) {
    return error(Code::sys_temp, "login is not possible now, try again later");
  }
  // RFC 3206 §4. AUTH would have clients ask for another password, which would be refused just the same.
  if (denied == session::Denied::throttled) {
    error(Code::sys_temp, "too many failed logins, try again later");
  } else {
    error(Code::auth, "wrong name or password");
  }
  if (++failed_logins_ < options_.max_failed_logins) return Outcome::bad;
  ending_ = "too many failed logins";
  return Outcome::end;
}

async::Task<Conversation::Outcome> Conversation::enter(const store::Account& account) {
  if (const auto refusal = co_await take_place(account.id)) {
    if (*refusal == session::Occupancy::Refusal::too_soon) {
      co_return error(Code::login_delay, "too soon after the last login");
    }
    co_return error(Code::in_use, "another session has the mailbox open");
  }
  if (!co_await open_inbox(account.id)) {
    leave_maildrop();
    co_return error(Code::sys_temp, "the mailbox can't be opened now");
  }
  account_ = account.address;
  count(drop_->count(), "messages");
  co_return Outcome::good;
}

async::Task<std::optional<session::Occupancy::Refusal>> Conversation::take_place(store::AccountId account) {
  if (services_.maildrops == nullptr) co_return std::nullopt;
  for (unsigned tries = 1;; ++tries) {
    auto place = services_.maildrops->enter(account, options_.maildrop, stream_.loop().now(), stream_.notifier());
    if (place) {
      place_.emplace(std::move(*place));
      co_return std::nullopt;
    }
    if (place.error() != session::Occupancy::Refusal::in_use || tries == kPlaceTries) co_return place.error();
    // A client that lost its line and comes back at once may be ahead of the news that the line is gone.
    co_await async::Sleep(stream_.loop(), kPlacePause);
  }
}

async::Task<bool> Conversation::open_inbox(store::AccountId account) {
  const store::MailboxId inbox = services_.store.inbox(account);
  if (inbox == 0) co_return false;
  store::Store& store = services_.store;
  store::Result<Opened> opened = co_await async::offload(services_.readers, stream_.loop(),
                                                         [&store, inbox] { return open_maildrop(store, inbox); });
  if (!opened) {
    base::log::error("maildrop_unavailable", {{"id", connection_.id}, {"error", opened.error().detail}});
    co_return false;
  }
  inbox_ = std::move(opened->inbox);
  drop_ = std::move(opened->drop);
  co_return true;
}

// RFC 2595 §4
async::Task<Conversation::Outcome> Conversation::stls() {
  if (stream_.tls() != nullptr) co_return error(Code::none, "TLS is active already");
  if (!session::can_start_tls(connection_, options_.security)) co_return error(Code::none, "TLS is not offered here");
  // RFC 6856 §2.1: clients must not, and servers may refuse it.
  if (is_utf8_) co_return error(Code::none, "STLS comes before UTF8");
  ok("begin TLS");
  if (!co_await session::upgrade_tls(connection_, options_.security, options_.handshake_timeout)) {
    ending_ = "TLS failure";
    co_return Outcome::lost;
  }
  // What was said in clear is forgotten.
  user_.clear();
  language_ = session::Language::i_default;
  co_return Outcome::good;
}

// RFC 6856 §2.1
Conversation::Outcome Conversation::utf8() {
  is_utf8_ = true;
  return ok("headers come in UTF-8");
}

}  // namespace portreeve::pop3
