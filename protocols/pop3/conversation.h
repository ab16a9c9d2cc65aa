// The inside of a POP3 session: what it remembers between commands, and a handler for each command. Handlers queue
// their answer on the stream; run() sends it once no further command waits.
// Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/async/task.h"
#include "core/net/server.h"
#include "protocols/pop3/codec.h"
#include "protocols/pop3/maildrop.h"
#include "protocols/pop3/options.h"
#include "protocols/pop3/replies.h"
#include "protocols/session/languages.h"
#include "protocols/session/login.h"
#include "protocols/session/occupancy.h"
#include "protocols/session/services.h"
#include "storage/store.h"

namespace portreeve::pop3 {

constexpr std::size_t kMaxQueuedBytes = std::size_t{64} * 1024;  // of answers, before they are sent in any case

class Conversation {
 public:
  Conversation(net::Connection& connection, const session::Services& services, const Options& options)
      : connection_(connection), stream_(connection.stream), services_(services), options_(options) {}

  // From the banner to the goodbye. Gives why it ended, in a word or two for the log.
  async::Task<std::string_view> run();
  // Lets others into the maildrop.
  void leave_maildrop() { place_.reset(); }
  // Who is logged in, or empty.
  const std::string& account() const { return account_; }

 private:
  class Dialogue;
  enum class Outcome {
    good,
    bad,   // the client's mistake; too many in a row end the session
    end,   // an answer is queued, and it is the last
    lost,  // the peer is gone
  };

  State state() const { return drop_ ? State::transaction : State::authorization; }
  // Sends the queue once nothing more can be answered without waiting, or it is long. False: the peer is gone.
  async::Task<bool> flush_if_due();
  // True: a line is in line_, and consumed. False: the session ends, for the reason in ending_.
  async::Task<bool> next_line();
  async::Task<bool> wait_for_input();
  async::Task<Outcome> execute();
  async::Task<Outcome> dispatch(const Command& command);
  Outcome refuse(Fault fault);
  Outcome error(Code code, Text text);
  Outcome ok(Text text);
  // In the client's language.
  std::string said(Text text) const;
  void count(std::uint64_t number, Text what);
  // False, and the peer has been told, if a command can't be given in this state.
  bool is_in_place(Verb verb);
  bool is_next_line_buffered() const;

  // --- authorization
  Outcome user(const Command& command);
  async::Task<Outcome> pass(const Command& command);
  async::Task<Outcome> auth(const Command& command);
  Outcome refuse_login(session::Denied denied);
  async::Task<Outcome> enter(const store::Account& account);
  async::Task<std::optional<session::Occupancy::Refusal>> take_place(store::AccountId account);
  async::Task<bool> open_inbox(store::AccountId account);
  async::Task<Outcome> stls();
  Outcome utf8();
  Abilities abilities() const;

  // --- both
  Outcome capa();
  Outcome lang(const Command& command);

  // --- transaction
  Outcome stat();
  async::Task<Outcome> list(const Command& command);
  async::Task<Outcome> retrieve(const Command& command);
  Outcome dele(const Command& command);
  async::Task<Outcome> quit();

  // RETR and TOP of small messages are read with those of their kind that wait behind them, and with the messages that
  // a client which goes through them in order will ask for next.
  struct Wanted {
    std::uint32_t number = 0;
    store::Message message;
    std::optional<std::uint32_t> top_lines;
  };
  struct Answer {
    std::uint32_t number = 0;
    std::string text;
  };
  std::vector<Wanted> take_pipelined(const Command& first);
  std::vector<Wanted> foresee(const std::vector<Wanted>& wanted) const;
  // The answer to RETR that was made ahead, or nothing.
  std::optional<std::string> take_ahead(const Command& command);
  async::Task<Outcome> send_small(std::vector<Wanted> wanted);
  async::Task<Outcome> send_big(Wanted wanted);
  async::Task<Outcome> send(std::string_view answer);

  net::Connection& connection_;
  net::Stream& stream_;
  const session::Services& services_;
  const Options& options_;

  std::string line_;
  std::string_view ending_;
  std::string user_;
  std::string account_;
  std::optional<session::Occupancy::Place> place_;
  std::unique_ptr<store::OpenMailbox> inbox_;  // keeps the bodies of drop_
  std::optional<Maildrop> drop_;
  std::vector<Answer> ahead_;  // ascending; bounded by what foresee() asks for
  std::uint32_t last_retrieved_ = 0;
  session::Language language_ = session::Language::i_default;
  bool is_utf8_ = false;  // RFC 6856 §2.1: the client takes headers with UTF-8
  unsigned errors_ = 0;
  unsigned failed_logins_ = 0;
};

}  // namespace portreeve::pop3
