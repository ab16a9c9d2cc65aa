// What a session's loop and its handlers share.
//
// A handler reads from and writes to the context's stream, and gives back the tagged Reply; only the loop writes that.
// A handler that loses its peer says so with end() or lose(), and what it returns then is dropped.
// Threads: the connection's loop, save Selected::is_listening.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/async/task.h"
#include "core/net/server.h"
#include "protocols/imap/command.h"
#include "protocols/imap/comparator.h"
#include "protocols/imap/options.h"
#include "protocols/imap/parser.h"
#include "protocols/imap/response.h"
#include "protocols/imap/view.h"
#include "protocols/session/services.h"
#include "storage/store.h"

namespace portreeve::imap {

// Why a session ends: for the log, and for the peer if it is still there.
struct Ending {
  std::string_view reason;
  std::string_view bye = {};  // empty: no BYE, or it was sent already
};

struct Notifications;   // notifications.h
struct UpdateContexts;  // update_contexts.h

// The selected mailbox of a session. Never moves: the store's news refer to it.
struct Selected {
  explicit Selected(net::Stream::Notifier news);
  ~Selected();
  Selected(const Selected&) = delete;
  Selected& operator=(const Selected&) = delete;

  store::MailboxId id() const { return view->messages().mailbox; }
  bool may(store::Rights all_of) const { return (rights & all_of) == all_of; }
  // Is there anything that advance() would tell?
  bool has_news(bool may_expunge) const;
  // Moves the view to the newest state, with its \Recent, and tells the store what the client now knows.
  Changes advance(bool may_expunge);
  // What came since the last time is \Recent in no other session, if this one may change anything.
  void update_recent();
  // From now on nothing is \Recent here.
  void forget_recent();

  net::Stream::Notifier notifier;
  std::atomic<bool> is_listening = false;  // news wake the session only then
  bool is_read_only = false;
  bool has_recent = true;                    // false: IMAP4rev2 has no \Recent (RFC 9051 appendix E)
  NumberRange own_new{1, 0};                 // UIDs of messages that the session itself brought last
  bool is_anothers = false;                  // of the account `owner`
  store::Rights rights = store::kAllRights;  // see renew_rights()
  store::AccountId owner = 0;
  std::vector<NumberRange> saved;            // UIDs: what SEARCH RETURN (SAVE) left (RFC 5182)
  std::unique_ptr<UpdateContexts> contexts;  // null: there are none
  std::optional<View> view;                  // always there once SELECT is done
  std::unique_ptr<store::OpenMailbox> open;  // the last member, so that its news end first
};

struct Context {
  Context(net::Connection& connection_, const session::Services& services_, const Options& options_);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  net::Stream& stream() const { return connection.stream; }
  async::Loop& loop() const { return connection.stream.loop(); }
  std::string& out() const { return connection.stream.output(); }
  // Queues an untagged reply, in the language of the session.
  void tell(const Reply& reply) const { write_untagged(out(), reply, language); }

  bool is_logged_in() const { return account != 0; }
  State state() const { return selected ? kSelected : is_logged_in() ? kAuthenticated : kNotAuthenticated; }
  bool is_over() const { return ending.has_value(); }
  void end(Ending why) {
    if (!ending) ending = why;
  }
  void lose(net::Errc why) { end({net::describe(why)}); }

  // Sends what is queued, giving a slow peer the time of one transfer.
  async::Task<net::Result<>> flush() const;
  // flush() if more is queued than may wait for the end of the command. False: the session is over.
  async::Task<bool> relieve();
  // Waits for more bytes of what the client has begun to send. False: the session is over.
  async::Task<bool> fill(async::Milliseconds deadline);
  // Raw input behind a continuation, such as a SASL response: a line, not consumed. Its length with the line's end goes
  // to `length`. Nullopt: the session is over.
  async::Task<std::optional<std::string_view>> read_line(std::size_t& length);

  net::Connection& connection;
  const session::Services& services;
  const Options& options;

  Parser parser;

  store::AccountId account = 0;  // 0: nobody is logged in
  std::string address;
  std::unique_ptr<Selected> selected;
  std::unique_ptr<Notifications> notifications;  // null: the client hasn't used NOTIFY

  std::string_view tag;  // of the command under way

  unsigned errors = 0;              // see Options::max_errors
  bool starts_tls = false;          // set by STARTTLS: after the tagged OK
  bool starts_compression = false;  // set by COMPRESS: after the tagged OK
  bool is_compressed = false;
  const CapabilitiesOff* client_off = nullptr;  // of the program that it said to be by ID

  bool is_condstore_enabled = false;             // see enable_condstore()
  bool is_qresync_enabled = false;               // then CONDSTORE is too
  bool is_uid_only = false;                      // RFC 9586: no sequence numbers either way
  bool is_rev2 = false;                          // ENABLE IMAP4rev2: answers are RFC 9051's
  Comparator comparator;                         // of SEARCH, SORT and THREAD
  NameForm name_form = NameForm::modified_utf7;  // ENABLE UTF8=ACCEPT and IMAP4rev2 change it

  session::Language language = session::Language::i_default;

  const std::string append_limit;   // the capability, with its value
  const std::string message_limit;  // the same; empty: there is none
  std::optional<Ending> ending;
};

constexpr Ending kLogout{"logout"};
constexpr Ending kStopping{"server stopping", "Server is going down"};

// Queued bytes past which a handler flushes in the middle of a command.
constexpr std::size_t kMaxQueued = std::size_t{64} * 1024;

// What the parser takes, of strangers and of users, as the session is now.
Limits parser_limits(const Context& context);

std::vector<std::string_view> capabilities(const Context& context);

// Queues VANISHED for these UIDs (RFC 7162 §3.2.10), ascending. `is_earlier`: they aren't in the client's view.
async::Task<> tell_vanished(Context& context, std::vector<NumberRange> uids, bool is_earlier);

// Queues the EXPUNGE, EXISTS, RECENT, FLAGS and FETCH FLAGS that bring the client up to date; with MODSEQ in the last
// once CONDSTORE is enabled, and with UIDs and VANISHED in EXPUNGE's place once QRESYNC is; and what becomes of results
// that are kept up to date. Of new messages it sends what NOTIFY asks for.
// Precondition: a mailbox is selected.
async::Task<> tell_changes(Context& context, Changes changes, bool with_uid);

// The item FLAGS of a FETCH response.
void write_message_flags(FetchWriter& fetch, const store::Message& message, const View& view);
// OK [PERMANENTFLAGS …].
Reply permanent_flags(const Selected& selected);

// Looks whether the rights on the selected mailbox are still what they were, and tells which flags can be changed now.
// False: the user may no longer read it, and the session is over (RFC 4314 §5.1.1).
bool renew_rights(Context& context);

// Tells the parser that the literal of a refused APPEND, if it has come to one, won't be read.
void refuse_append(Context& context, const AppendStretch& stretch);

// Is the user one of those that the configuration gives the administrator's rights?
bool is_administrator(const Context& context);

// After a right password.
Reply welcome(Context& context, const store::Account& account);
// Back to where welcome() found the session: whatever a user can bring about ends here.
void forget_user(Context& context);

}  // namespace portreeve::imap
