// RCPT: whose mailboxes an address means, and whether they take the message.
#include <algorithm>

#include "core/base/ascii.h"
#include "protocols/smtp/conversation.h"

namespace portreeve::smtp {

// RFC 5321 §4.1.1.3
Reply Conversation::on(const Rcpt& command) {
  Reply reply = take_recipient(command);
  if (reply.is_refusal()) {
    ++refused_recipients_;
  } else if (refused_recipients_ > 0) {
    --refused_recipients_;
  }
  return reply;
}

Reply Conversation::take_recipient(const Rcpt& command) {
  Transaction& transaction = *transaction_;
  if (transaction.envelope.recipients.size() >= options_.max_recipients) {  // RFC 5321 §4.5.3.1.10
    return Reply(452, "4.5.3", "Too many recipients; the rest in another message");
  }
  if (!command.to.is_ascii() && !transaction.envelope.is_smtputf8) {  // RFC 6531 §3.5
    return Reply(553, "5.6.7", "This address needs SMTPUTF8");
  }
  const bool is_literal = command.to.domain.starts_with('[');
  if (is_literal && !is_this_host(command.to.domain)) return take_elsewhere(command);
  const std::shared_ptr<const store::Resolution> found = resolve(command.to);
  if (found->destinations.empty()) {
    // Of this host's own name there need be no domain here; its literal is ours all the same.
    if (found->why == store::Unresolved::no_such_domain && !is_literal) return take_elsewhere(command);
    const bool is_nobody = is_literal && found->why == store::Unresolved::no_such_domain;
    return refuse_recipient(is_nobody ? store::Unresolved::no_such_user : found->why, command.to);
  }
  // RFC 7293 §3: the address meant somebody else when the sender last knew.
  if (command.valid_since && found->since > command.valid_since->time) {
    return Reply(550, "5.7.17", "The mailbox has changed hands since then");
  }
  if (auto refusal = refuse_for_quota(*found)) return std::move(*refusal);
  if (transaction.is_elsewhere) return Reply(452, "4.5.3", "This recipient in another message");
  if (transaction.destination_count + found->destinations.size() > options_.max_destinations) {
    return Reply(452, "4.5.3", "Too many mailboxes for one message; this recipient in another");
  }
  transaction.destination_count += found->destinations.size();
  transaction.resolutions.push_back(found);
  transaction.envelope.recipients.push_back(
      {command.to, command.notify, command.original_type, command.original, command.valid_since});
  return Reply(250, "2.1.5", "Recipient ok");
}

std::shared_ptr<const store::Resolution> Conversation::resolve(const Path& to) {
  // A resolution points into the directory that it was made of.
  struct Kept {
    store::DirectoryPtr directory;
    store::Resolution resolution;
  };
  Transaction& transaction = *transaction_;
  // What an administrator changes counts from the next command on.
  store::DirectoryPtr directory = services_.store.directory();
  if (directory != transaction.directory) transaction.known.clear();
  transaction.directory = directory;
  const std::string address = to.domain.starts_with('[') ? to.local + '@' + services_.host_name : to.address();
  std::shared_ptr<const store::Resolution>& known = transaction.known[address];
  if (!known) {
    auto kept = std::make_shared<Kept>(std::move(directory), store::Resolution{});
    kept->resolution = store::resolve(*kept->directory, address, options_.resolve);
    known = std::shared_ptr<const store::Resolution>(kept, &kept->resolution);
  }
  return known;
}

// A recipient of another server's: the one place where mail begins its way out.
Reply Conversation::take_elsewhere(const Rcpt& command) {
  Transaction& transaction = *transaction_;
  // RFC 6409 §6: only a user of ours may send through us; a stranger is never relayed for.
  const bool may_send = options_.role == Role::submission && options_.outbound != nullptr;
  if (!may_send || !options_.outbound->takes(command.to)) {
    return refuse_recipient(store::Unresolved::no_such_domain, command.to);
  }
  if (!transaction.is_elsewhere && !transaction.envelope.recipients.empty()) {
    return Reply(452, "4.5.3", "This recipient in another message");
  }
  // A held message is released into mailboxes here, and nothing else.
  if (transaction.release_at) return Reply(550, "5.3.3", "Mail for other servers can't be held here");
  transaction.is_elsewhere = true;
  transaction.resolutions.emplace_back();
  transaction.envelope.recipients.push_back(
      {command.to, command.notify, command.original_type, command.original, command.valid_since});
  return Reply(250, "2.1.5", "Recipient ok");
}

Reply Conversation::refuse_recipient(store::Unresolved why, const Path& to) {
  switch (why) {
    case store::Unresolved::no:
    case store::Unresolved::no_such_user: return Reply(550, "5.1.1", "No such mailbox here");
    case store::Unresolved::no_such_domain:
      if (options_.role == Role::submission) {
        return Reply(550, "5.7.1", "This server delivers to its own addresses only, not to other servers");
      }
      return Reply(550, "5.7.1", "Relaying denied: not a domain of this server");
    case store::Unresolved::disabled: return Reply(550, "5.2.1", "This mailbox takes no mail");
    case store::Unresolved::elsewhere:
      return Reply(550, "5.7.1", "<" + to.text() + "> leads to another server, and this one sends nothing on");
    case store::Unresolved::looping: return Reply(550, "5.4.6", "The aliases behind this address lead in a circle");
    case store::Unresolved::too_many: return Reply(550, "5.2.4", "The list behind this address is too long");
  }
  return Reply(550, "5.1.1", "No such mailbox here");
}

// Looked at again when the message is stored; this spares its sender the data. A member of a list who is full is left
// out rather than keeping the message from all others.
std::optional<Reply> Conversation::refuse_for_quota(const store::Resolution& found) const {
  // What isn't declared has one byte at least.
  const std::uint64_t size = std::max<std::uint64_t>(transaction_->declared_size, 1);
  std::optional<Reply> refusal;
  for (const store::Destination& destination : found.destinations) {
    const store::Account* account = transaction_->directory->find(destination.account);
    const bool has_room = account == nullptr || store::has_room_for(*account, services_.store.usage(account->id),
                                                                    {.bytes = size, .messages = 1});
    if (has_room && found.list != nullptr) return std::nullopt;
    if (has_room) continue;
    if (account->quota_bytes != 0 && size > account->quota_bytes) {
      refusal = Reply(552, "5.2.2", "The message is larger than the whole mailbox may be");
    } else {
      refusal = Reply(452, "4.2.2", "The mailbox is full, try later");
    }
    if (found.list == nullptr) return refusal;
  }
  return refusal;
}

// RFC 5321 §4.1.3: "[192.0.2.1]" or "[IPv6:2001:db8::1]", the address that the client connected to.
bool Conversation::is_this_host(std::string_view literal) const {
  if (connection_.local.family == net::Endpoint::Family::unix_socket) return false;
  literal = literal.substr(1, literal.size() - 2);
  constexpr std::string_view kTag = "IPv6:";
  if (base::starts_with_ignoring_case(literal, kTag)) literal.remove_prefix(kTag.size());
  const auto address = net::parse_address(literal);
  return address && address->address == connection_.local.address;
}

}  // namespace portreeve::smtp
