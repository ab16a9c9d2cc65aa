// The commands that are answered at once.
#include <algorithm>

#include "protocols/smtp/conversation.h"

namespace portreeve::smtp {

// RFC 5321 §4.1.1.1
Reply Conversation::on(const Ehlo& command) {
  client_name_ = command.name;
  is_esmtp_ = true;
  transaction_.reset();
  return greet_extended(state(), services_.host_name, options_.max_message_bytes, auth::mechanism_names());
}

Reply Conversation::on(const Helo& command) {
  client_name_ = command.name;
  is_esmtp_ = false;
  transaction_.reset();
  return Reply(250, "", services_.host_name);
}

// RFC 5321 §4.1.1.2
Reply Conversation::on(const Mail& command) {
  if (command.size > options_.max_message_bytes) {  // RFC 1870 §6.1
    return Reply(552, "5.3.4", "At most " + std::to_string(options_.max_message_bytes) + " bytes a message");
  }
  if (!services_.store.has_room()) return Reply(452, "4.3.1", "The server's disk is full, try later");
  if (options_.role == Role::submission && !may_send_as(command.from)) {
    return Reply(553, "5.7.1", "You may send under your own address only");
  }
  transaction_ =
      Transaction{.from = command.from, .is_smtputf8 = command.is_smtputf8, .first_recipient = {}, .mailboxes = {}};
  return Reply(250, "2.1.0", "Sender ok");
}

bool Conversation::may_send_as(const Path& from) const {
  if (from.is_null()) return true;
  const store::DirectoryPtr directory = services_.store.directory();
  const store::Account* owner = directory->find_address(from.address());
  return owner != nullptr && owner->id == account_.id;
}

// RFC 5321 §4.1.1.3
Reply Conversation::on(const Rcpt& command) {
  std::vector<store::MailboxId>& mailboxes = transaction_->mailboxes;
  if (mailboxes.size() >= options_.max_recipients) {  // RFC 5321 §4.5.3.1.10
    return Reply(452, "4.5.3", "Too many recipients; the rest in another message");
  }
  if (!command.to.is_ascii() && !transaction_->is_smtputf8) {  // RFC 6531 §3.5
    return Reply(553, "5.6.7", "This address needs SMTPUTF8");
  }
  const std::expected<store::MailboxId, Reply> inbox = find_inbox(command.to);
  if (!inbox) {
    if (inbox.error().enhanced() == "5.1.1") ++unknown_recipients_;
    return inbox.error();
  }
  if (mailboxes.empty()) transaction_->first_recipient = command.to;
  // RFC 5321 §4.1.1.3 leaves it open; one copy is what people want.
  if (std::ranges::find(mailboxes, *inbox) == mailboxes.end()) mailboxes.push_back(*inbox);
  return Reply(250, "2.1.5", "Recipient ok");
}

std::expected<store::MailboxId, Reply> Conversation::find_inbox(const Path& to) const {
  const store::DirectoryPtr directory = services_.store.directory();
  const store::Account* account = nullptr;
  if (!to.domain.empty()) {
    account = directory->find_address(to.address());
  } else {
    // RFC 5321 §4.5.1: <postmaster> is this host's, or else that of the first domain that has one.
    account = directory->find_address(to.local + '@' + services_.host_name);
    for (const std::string& domain : directory->domains()) {
      if (account != nullptr) break;
      account = directory->find_address(to.local + '@' + domain);
    }
  }
  if (account == nullptr) return std::unexpected(refuse_recipient(to, *directory));
  if (!account->is_enabled) return std::unexpected(Reply(550, "5.2.1", "This mailbox takes no mail"));
  const store::MailboxId inbox = services_.store.inbox(account->id);
  if (inbox == 0) return std::unexpected(Reply(550, "5.1.1", "No such mailbox here"));
  return inbox;
}

Reply Conversation::refuse_recipient(const Path& to, const store::Directory& directory) const {
  if (to.domain.empty() || directory.has_domain(to.domain)) return Reply(550, "5.1.1", "No such mailbox here");
  if (options_.role == Role::submission) {
    return Reply(550, "5.7.1", "This server delivers to its own addresses only, not to other servers");
  }
  return Reply(550, "5.7.1", "Relaying denied: not a domain of this server");
}

Reply Conversation::on(const Rset&) {
  transaction_.reset();
  return Reply(250, "2.0.0", "Ok");
}

Reply Conversation::on(const Noop&) { return Reply(250, "2.0.0", "Ok"); }

// RFC 5321 §7.3: strangers learn nothing of who has a mailbox.
Reply Conversation::on(const Vrfy&) { return Reply(252, "2.0.0", "Not verified; send a message and see"); }

Reply Conversation::on(const Expn&) { return Reply(502, "5.5.1", "EXPN is not offered here"); }

Reply Conversation::on(const Help&) { return list_verbs(options_.role); }

Reply Conversation::on(const Quit&) { return end("quit", Reply(221, "2.0.0", services_.host_name + " closing")); }

Reply Conversation::on(const Http&) {
  return cut_short("not SMTP", Reply(421, "4.7.0", "This is an SMTP server, closing"));
}

}  // namespace portreeve::smtp
