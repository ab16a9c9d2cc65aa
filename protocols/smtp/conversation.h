// The inside of an SMTP or LMTP session: what it remembers between commands, and a handler for each command.
//
// Handlers give a reply; run() queues it and sends what is queued once no further command waits (RFC 2920 §3.2). Only
// 354 and 334, which the peer waits for within a command, are sent by ask(), and LMTP's replies but the last by
// settle(). Threads: the connection's loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/async/task.h"
#include "core/net/server.h"
#include "protocols/session/login.h"
#include "protocols/session/services.h"
#include "protocols/smtp/command.h"
#include "protocols/smtp/envelope.h"
#include "protocols/smtp/options.h"
#include "protocols/smtp/reception.h"
#include "protocols/smtp/reply.h"
#include "protocols/smtp/reports.h"
#include "protocols/smtp/rules.h"
#include "storage/resolve.h"
#include "storage/store.h"

namespace portreeve::smtp {

class Conversation {
 public:
  Conversation(net::Connection& connection, const session::Services& services, const Options& options);

  // From the greeting to the last reply, which may still be queued. Gives why it ended, for the log.
  async::Task<std::string_view> run();
  std::string_view protocol() const;
  // Who is logged in, or empty.
  const std::string& account() const { return account_.address; }
  // True if the peer was stopped in the middle of something and may still be talking.
  bool is_cut_short() const { return is_cut_short_; }

 private:
  class Dialogue;
  // A message between MAIL and the end of its data.
  struct Transaction {
    Envelope envelope;
    std::uint64_t declared_size = 0;         // SIZE; 0: not said
    std::optional<std::int64_t> release_at;  // FUTURERELEASE; Unix seconds
    std::optional<int> lowered_priority;     // what was asked for wasn't given
    // In step with envelope.recipients: whose mailboxes each means. Null if it is elsewhere.
    std::vector<std::shared_ptr<const store::Resolution>> resolutions;
    // By address, as of `directory`: a list that is named twice needn't be expanded twice.
    std::unordered_map<std::string, std::shared_ptr<const store::Resolution>> known;
    store::DirectoryPtr directory;
    std::size_t destination_count = 0;
    bool is_elsewhere = false;  // all of its recipients are, or none
  };
  // Null: there is nothing to say; the session may have ended.
  using Answer = std::optional<Reply>;
  enum class Line { complete, too_long, bare, none };

  // --- the loop (session.cc)
  async::Task<bool> greet();
  Reply greeting() const;
  // complete: it is in line_, consumed. none: the session has ended. Otherwise the rest of the line is passed over, and
  // its beginning is there.
  async::Task<Line> next_line(bool is_response);
  Reply refuse_line(Line line);
  bool begins_chunk() const;
  void lose_part();
  async::Task<bool> wait_for_input();
  async::Task<Answer> answer();
  // Counts and logs what was refused, and queues the reply; past a limit another one, which is the last.
  void settle(Reply reply);
  std::optional<Reply> limit_passed();
  void say(const Reply& reply) { reply.print(stream_.output(), has_enhanced_codes_); }
  async::Task<bool> ask(const Reply& reply);
  Reply end(std::string_view reason, Reply reply);
  Reply cut_short(std::string_view reason, Reply reply);
  void end(net::Errc error);
  async::Milliseconds idle_timeout() const {
    return account_.id != 0 ? options_.timeouts.idle : options_.timeouts.login;
  }
  State state() const;
  void start_anew();
  void log_refusal(const Reply& reply) const;

  // --- commands (commands.cc, recipients.cc)
  Reply on(const Ehlo& command) { return greet_back(command.name); }
  Reply on(const Lhlo& command) { return greet_back(command.name); }
  Reply on(const Helo& command);
  Reply on(const Mail& command);
  Reply on(const Rcpt& command);
  Reply take_recipient(const Rcpt& command);
  std::shared_ptr<const store::Resolution> resolve(const Path& to);
  Reply on(const Rset& command);
  Reply on(const Noop& command);
  Reply on(const Vrfy& command);
  Reply on(const Expn& command);
  Reply on(const Help& command);
  Reply on(const Quit& command);
  Reply on(const Xclient& command);
  Reply on(const Http& command);
  Reply greet_back(const std::string& client_name);
  std::optional<Reply> refuse_sender(const Mail& command);
  std::optional<Reply> refuse_rate();
  std::expected<std::optional<std::int64_t>, Reply> release_time(const Mail& command) const;
  Reply refuse_recipient(store::Unresolved why, const Path& to);
  Reply take_elsewhere(const Rcpt& command);
  std::optional<Reply> refuse_for_quota(const store::Resolution& found) const;
  bool is_this_host(std::string_view literal) const;

  // --- commands that wait (security.cc, receive.cc, deliver.cc)
  async::Task<Answer> start_tls();
  async::Task<Answer> authenticate(Auth command);
  Reply refuse_login(session::Denied denied);
  async::Task<Answer> receive();
  async::Task<Answer> receive_chunk(Bdat command);
  async::Task<Answer> receive_url(Burl command);
  // A part of a message has come whole, or was refused.
  async::Task<Answer> end_part(std::optional<Reply> refusal, bool is_last, std::string text);
  async::Task<bool> read_message(Reception& reception);
  // The refusal, if its text can't be had.
  async::Task<std::optional<Reply>> read_url(const std::string& url, Reception& reception);
  async::Task<bool> read_chunk(std::uint64_t size, Reception* reception);
  // For BDAT and BURL, if nothing of the message has come yet.
  std::optional<Reply> begin_part();
  void begin_reception();
  async::Task<Answer> conclude();
  async::Task<Answer> deliver(const Reception& reception, const Transaction& transaction, store::IncomingBody body);
  async::Task<Reply> hold(const Reception& reception, const Transaction& transaction, store::IncomingBody body);
  async::Task<Reply> hand_on(const Reception& reception, const Transaction& transaction, store::IncomingBody body);
  // Precondition: the reception's verdict isn't good.
  Reply refuse_fault(const Reception& reception, const Transaction& transaction);
  std::optional<Reply> refuse_content(const Reception& reception, const Transaction& transaction) const;
  std::optional<Reply> refuse_authors(const SubmittedHeader& header) const;
  static std::optional<Reply> refuse_moved(const Reception& reception, const Transaction& transaction);
  std::vector<store::DeliveryTarget> targets(const Transaction& transaction) const;
  static std::vector<ReportedRecipient> wanted_reports(const Transaction& transaction);
  Answer answer_each(const Reception& reception, const Transaction& transaction,
                     const std::vector<store::DeliveryTarget>& targets, const std::vector<store::Appended>& appended);
  async::Task<> tell_of_left_out(const Reception& reception, const Transaction& transaction,
                                 const std::vector<store::DeliveryTarget>& targets,
                                 const std::vector<store::Appended>& appended);
  Reply accept(const Reception& reception, const Transaction& transaction, std::string_view what);
  Reply accepted(const Reception& reception, const Transaction& transaction, std::string_view what);
  Reply explain(const store::Error& error, const Reception& reception, const Transaction& transaction);
  // One for all recipients, or LMTP's one for each.
  Answer answer_all(const Reply& reply, const Transaction& transaction);
  // The one list that all recipients come from, or null.
  static const store::Alias* sole_list(const Transaction& transaction);
  std::string trace(const Transaction& transaction, std::string_view date, bool is_smtputf8) const;
  void log_message(const Reception& reception, const Transaction& transaction, std::string_view result) const;
  Reporter reporter() const { return {services_.store, services_.host_name, options_.resolve, options_.outbound}; }

  net::Connection& connection_;
  net::Stream& stream_;
  const session::Services& services_;
  const Options& options_;
  const Extensions offered_;
  const bool has_enhanced_codes_;
  bool is_trusted_proxy_;

  std::string line_;
  std::string_view verb_;                              // of the command under way, for the log; static
  bool is_passing_over_ = false;                       // the rest of a line that was answered already
  std::size_t searched_ = 0;                           // of the line under way, for its end
  std::chrono::steady_clock::time_point turn_ends_{};  // of this session on its loop, while it doesn't wait
  std::string_view ending_;                            // set: the session has ended
  bool is_cut_short_ = false;
  std::string client_name_;  // what HELO, EHLO or LHLO said
  bool is_esmtp_ = false;
  store::Account account_;  // id 0: nobody is logged in
  std::optional<Transaction> transaction_;
  std::unique_ptr<Reception> reception_;  // while the transaction's data comes
  std::uint64_t messages_ = 0;
  unsigned errors_ = 0;
  unsigned failed_logins_ = 0;
  unsigned refused_recipients_ = 0;  // see Options::max_refused_recipients
  unsigned idle_commands_ = 0;       // since the last message
};

}  // namespace portreeve::smtp
