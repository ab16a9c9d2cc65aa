// The commands that are answered at once, save RCPT.
#include <algorithm>
#include <charconv>
#include <ctime>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "protocols/session/sasl.h"
#include "protocols/smtp/conversation.h"

namespace portreeve::smtp {
namespace {

// Aliases with more members are told in part; a client that wants to mail them all has the list's address.
constexpr std::size_t kMaxExpandedLines = 1000;

}  // namespace

// RFC 5321 §4.1.1.1, RFC 2033 §4.1
Reply Conversation::greet_back(const std::string& client_name) {
  client_name_ = client_name;
  is_esmtp_ = true;
  transaction_.reset();
  reception_.reset();
  return greet_extended(state(), {.host = services_.host_name,
                                  .max_message_bytes = options_.max_message_bytes,
                                  .mechanisms = session::sasl_mechanisms(connection_, options_.security),
                                  .max_recipients = options_.max_recipients,
                                  .max_messages = options_.max_messages,
                                  .max_hold_seconds = static_cast<std::uint64_t>(options_.max_hold.count()),
                                  .now = std::time(nullptr)});
}

Reply Conversation::on(const Helo& command) {
  client_name_ = command.name;
  is_esmtp_ = false;
  transaction_.reset();
  reception_.reset();
  return Reply(250, "", services_.host_name);
}

// RFC 5321 §4.1.1.2
Reply Conversation::on(const Mail& command) {
  if (auto refusal = refuse_sender(command)) return std::move(*refusal);
  auto release_at = release_time(command);
  if (!release_at) return std::move(release_at.error());
  if (auto refusal = refuse_rate()) return std::move(*refusal);
  Transaction transaction;
  transaction.declared_size = command.size;
  transaction.release_at = *release_at;
  Envelope& envelope = transaction.envelope;
  envelope.from = command.from;
  envelope.return_part = command.return_part;
  envelope.envelope_id = command.envelope_id;
  envelope.is_smtputf8 = command.is_smtputf8;
  envelope.requires_tls = command.requires_tls;
  envelope.body = command.body;
  envelope.by = command.by;
  envelope.arrived = std::time(nullptr);
  envelope.account = account_.address;
  envelope.priority = command.priority.value_or(0);
  // RFC 6710 §5.1: a stranger's word doesn't put mail before that of others.
  if (options_.role == Role::mx && envelope.priority > 0) {
    envelope.priority = 0;
    transaction.lowered_priority = 0;
  }
  transaction_ = std::move(transaction);
  ++messages_;
  return Reply(250, "2.1.0", "Sender ok");
}

std::optional<Reply> Conversation::refuse_sender(const Mail& command) {
  if (options_.max_messages > 0 && messages_ >= options_.max_messages) {
    return end("too many messages", Reply(421, "4.7.0", "Enough messages for one connection; the rest over another"));
  }
  if (account_.id != 0) {
    // It may have been disabled, removed or given another password since.
    const store::DirectoryPtr directory = services_.store.directory();
    const store::Account* now = directory->find(account_.id);
    if (now == nullptr || !now->is_enabled || now->verifier != account_.verifier) {
      return end("account changed", Reply(421, "4.7.0", "Your account has changed: log in again"));
    }
  }
  if (command.size > options_.max_message_bytes) {  // RFC 1870 §6.1
    return Reply(552, "5.3.4", "At most " + std::to_string(options_.max_message_bytes) + " bytes a message");
  }
  if (!services_.store.has_room()) return Reply(452, "4.3.1", "The server's disk is full, try later");
  if (options_.role == Role::submission && !command.from.is_null() &&
      !store::may_send_as(*services_.store.directory(), account_, command.from.address(), options_.resolve)) {
    return Reply(553, "5.7.1", "You may send under your own addresses only");
  }
  return std::nullopt;
}

std::optional<Reply> Conversation::refuse_rate() {
  if (!services_.rates) return std::nullopt;
  const std::int64_t now = stream_.loop().now();
  const bool is_network = connection_.peer.family != net::Endpoint::Family::unix_socket;
  if (is_network && !services_.rates->messages_of_client.allow(connection_.peer.network(), now)) {
    return Reply(450, "4.7.1", "Too many messages from your address, try later");
  }
  if (account_.id != 0 && !services_.rates->messages_of_account.allow(account_.address, now)) {
    return Reply(450, "4.7.1", "Too many messages from your account, try later");
  }
  return std::nullopt;
}

// RFC 4865 §4: nothing if it is to go at once.
std::expected<std::optional<std::int64_t>, Reply> Conversation::release_time(const Mail& command) const {
  if (!command.hold) return std::nullopt;
  const std::int64_t now = std::time(nullptr);
  const std::int64_t at =
      command.hold->until.value_or(now + static_cast<std::int64_t>(command.hold->seconds.value_or(0)));
  if (at - now > options_.max_hold.count()) {
    return std::unexpected(Reply(
        501, "5.5.4", "A message may be held for " + std::to_string(options_.max_hold.count()) + " seconds at most"));
  }
  // RFC 4865 §4.2: it would be late before it went.
  if (command.by && command.by->seconds > 0 && now + command.by->seconds <= at) {
    return std::unexpected(Reply(501, "5.5.4", "It can't be delivered by then if it is held for so long"));
  }
  if (at <= now) return std::nullopt;
  return at;
}

Reply Conversation::on(const Rset&) {
  transaction_.reset();
  reception_.reset();
  return Reply(250, "2.0.0", "Ok");
}

Reply Conversation::on(const Noop&) { return Reply(250, "2.0.0", "Ok"); }

// RFC 5321 §7.3: nobody learns from this who has a mailbox.
Reply Conversation::on(const Vrfy&) { return Reply(252, "2.0.0", "Not verified; send a message and see"); }

// RFC 5321 §4.1.1.7: to those who have logged in, which the rules see to.
Reply Conversation::on(const Expn& command) {
  std::string_view text = command.list;
  const auto path = take_path(text, PathKind::reverse);
  const store::DirectoryPtr directory = services_.store.directory();
  const store::Alias* list = path && text.empty() ? directory->find_alias(path->address()) : nullptr;
  if (list == nullptr || list->kind != store::Alias::Kind::list) return Reply(550, "5.1.1", "No such list here");
  if (list->members.empty()) return Reply(252, "2.1.5", "The list has no members");
  const std::size_t count = std::min(list->members.size(), kMaxExpandedLines);
  Reply reply(250, "2.1.5", "<" + list->members.front() + ">");
  for (std::size_t i = 1; i < count; ++i) reply.add_line("<" + list->members[i] + ">");
  return reply;
}

Reply Conversation::on(const Help&) { return list_verbs(state()); }

Reply Conversation::on(const Quit&) { return end("quit", Reply(221, "2.0.0", services_.host_name + " closing")); }

Reply Conversation::on(const Http&) {
  return cut_short("not SMTP", Reply(421, "4.7.0", "This is an SMTP server, closing"));
}

// Of Postfix (XCLIENT_README): from here on the session is the named client's, as if it had just connected.
Reply Conversation::on(const Xclient& command) {
  net::Endpoint peer = connection_.peer;
  net::Endpoint local = connection_.local;
  store::Account account;
  std::string client_name;
  bool is_esmtp = true;
  const store::DirectoryPtr directory = services_.store.directory();
  for (const auto& [name, value] : command.attributes) {
    if (value == "[UNAVAILABLE]" || value == "[TEMPUNAVAIL]") continue;
    if (name == "ADDR" || name == "DESTADDR") {
      constexpr std::string_view kTag = "IPV6:";
      const bool has_tag = base::starts_with_ignoring_case(value, kTag);
      const auto parsed = net::parse_address(std::string_view(value).substr(has_tag ? kTag.size() : 0));
      if (!parsed) return Reply(501, "5.5.4", "Bad address of XCLIENT");
      net::Endpoint& end = name == "ADDR" ? peer : local;
      end = {parsed->family, parsed->address, end.port};
    } else if (name == "PORT" || name == "DESTPORT") {
      std::uint16_t port = 0;
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), port);
      if (error != std::errc() || stop != value.data() + value.size()) {
        return Reply(501, "5.5.4", "Bad port of XCLIENT");
      }
      (name == "PORT" ? peer : local).port = port;
    } else if (name == "LOGIN") {
      const store::Account* found = directory->find_address(value);
      if (found == nullptr || !found->is_enabled) return Reply(501, "5.5.4", "Unknown account of XCLIENT");
      account = *found;
    } else if (name == "HELO") {
      client_name = value;
    } else if (name == "PROTO") {
      is_esmtp = !base::equals_ignoring_case(value, "SMTP");
    }
  }
  base::log::info("xclient", {{"id", connection_.id},
                              {"proxy", connection_.peer.text()},
                              {"peer", peer.text()},
                              {"account", account.id != 0 ? std::string_view(account.address) : "-"}});
  connection_.peer = std::move(peer);
  connection_.local = std::move(local);
  // What comes from here on may be the client's own words.
  is_trusted_proxy_ = account.id == 0 && net::contains(options_.xclient_networks, connection_.peer);
  start_anew();
  account_ = std::move(account);
  client_name_ = std::move(client_name);
  is_esmtp_ = is_esmtp && !client_name_.empty();
  return greeting();
}

}  // namespace portreeve::smtp
