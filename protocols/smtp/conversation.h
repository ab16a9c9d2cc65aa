// The inside of an SMTP session: what it remembers between commands, and a handler for each command.
//
// Handlers give a reply; run() queues it and sends what is queued once no further command waits (RFC 2920 §3.2). Only
// 354 and 334, which the peer waits for within a command, are sent by ask().
// Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/async/task.h"
#include "core/auth/sasl.h"
#include "core/net/server.h"
#include "protocols/session/services.h"
#include "protocols/smtp/command.h"
#include "protocols/smtp/options.h"
#include "protocols/smtp/reception.h"
#include "protocols/smtp/reply.h"
#include "protocols/smtp/rules.h"
#include "storage/store.h"

namespace portreeve::smtp {

class Conversation {
 public:
  Conversation(net::Connection& connection, const session::Services& services, const Options& options)
      : connection_(connection), stream_(connection.stream), services_(services), options_(options) {}

  // From the greeting to the last reply, which may still be queued. Gives why it ended, for the log.
  async::Task<std::string_view> run();
  std::string_view protocol() const { return options_.role == Role::mx ? "smtp" : "submission"; }
  // Who is logged in, or empty.
  const std::string& account() const { return account_.address; }
  // True if the peer was stopped in the middle of something and may still be talking.
  bool is_cut_short() const { return is_cut_short_; }

 private:
  // A message between MAIL and the end of its DATA.
  struct Transaction {
    Path from;
    bool is_smtputf8 = false;
    Path first_recipient;
    std::vector<store::MailboxId> mailboxes;  // each once
  };
  // Null: there is nothing to say; the session may have ended.
  using Answer = std::optional<Reply>;
  enum class Line { complete, too_long, none };

  // --- the loop (session.cc)
  // complete: it is in line_, consumed. none: the session has ended.
  async::Task<Line> next_line(bool is_response);
  async::Task<bool> wait_for_input();
  async::Task<Answer> answer();
  // Counts what was refused; past the limit the reply becomes the last.
  void count_errors(Reply& reply);
  void say(const Reply& reply) { reply.print(stream_.output()); }
  async::Task<bool> ask(const Reply& reply);
  Reply end(std::string_view reason, Reply reply);
  Reply cut_short(std::string_view reason, Reply reply);
  void end(net::Errc error);
  State state() const;
  void start_anew();

  // --- commands (commands.cc)
  Reply on(const Ehlo& command);
  Reply on(const Helo& command);
  Reply on(const Mail& command);
  Reply on(const Rcpt& command);
  Reply on(const Rset& command);
  Reply on(const Noop& command);
  Reply on(const Vrfy& command);
  Reply on(const Expn& command);
  Reply on(const Help& command);
  Reply on(const Quit& command);
  Reply on(const Http& command);
  bool may_send_as(const Path& from) const;
  std::expected<store::MailboxId, Reply> find_inbox(const Path& to) const;
  Reply refuse_recipient(const Path& to, const store::Directory& directory) const;

  // --- commands that wait (security.cc, receive.cc)
  async::Task<Answer> start_tls();
  async::Task<Answer> authenticate(Auth command);
  async::Task<Answer> log_in(auth::Credentials credentials);
  async::Task<Answer> receive();
  async::Task<bool> read_message(Reception& reception);
  async::Task<Reply> deliver(Reception& reception, const Transaction& transaction, std::int64_t now);
  Reply explain(const store::Error& error, const Reception& reception, const Transaction& transaction);
  std::string trace(const Transaction& transaction, std::string_view id, std::string_view date) const;
  void log_message(const Reception& reception, const Transaction& transaction, std::string_view result) const;

  net::Connection& connection_;
  net::Stream& stream_;
  const session::Services& services_;
  const Options& options_;

  std::string line_;
  std::string_view ending_;  // set: the session has ended
  bool is_cut_short_ = false;
  std::string client_name_;  // what HELO or EHLO said
  bool is_esmtp_ = false;
  store::Account account_;  // id 0: nobody is logged in
  std::optional<Transaction> transaction_;
  unsigned errors_ = 0;
  unsigned failed_logins_ = 0;
  unsigned unknown_recipients_ = 0;
};

}  // namespace portreeve::smtp
