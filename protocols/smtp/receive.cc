// DATA: a message from the wire into every recipient's INBOX.
#include <array>
#include <ctime>

#include "core/base/log.h"
#include "core/mime/date.h"
#include "core/tls/digest.h"
#include "protocols/session/store_call.h"
#include "protocols/smtp/conversation.h"
#include "protocols/smtp/trace.h"

namespace portreeve::smtp {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
// A message over the limit is read to its end, so that the peer gets to see why it is refused; up to this many times
// the limit.
constexpr std::uint64_t kPatience = 4;

std::string new_id() {
  std::array<std::uint8_t, 10> random{};
  tls::fill_random(random);
  // Without letters that look like digits, for people who read it out.
  constexpr std::string_view kLetters = "0123456789bcdfghjkmnpqrstvwxyzBC";
  std::string id;
  for (const std::uint8_t byte : random) id.push_back(kLetters[byte % kLetters.size()]);
  return id;
}

std::string_view refusal_text(Reception::Verdict verdict) {
  switch (verdict) {
    case Reception::Verdict::bare_cr: return "The message has a CR without an LF (RFC 5321 section 2.3.8)";
    case Reception::Verdict::bare_lf: return "The message has an LF without a CR (RFC 5321 section 2.3.8)";
    case Reception::Verdict::nul: return "The message has a NUL byte (RFC 5321 section 4.5.2)";
    case Reception::Verdict::too_big: return "The message is too big";
    case Reception::Verdict::store_failed: return "The message could not be stored";
    case Reception::Verdict::good: break;
  }
  return "";
}

}  // namespace

async::Task<Conversation::Answer> Conversation::receive() {
  if (!services_.store.has_room()) co_return Reply(452, "4.3.1", "The server's disk is full, try later");
  if (!co_await ask(Reply(354, "", "Send the message; end it with <CRLF>.<CRLF>"))) co_return std::nullopt;
  const Transaction transaction = *std::exchange(transaction_, std::nullopt);
  const std::int64_t now = std::time(nullptr);
  Reception::Settings settings;
  settings.id = new_id();
  settings.host = services_.host_name;
  settings.date = mime::format_date(now);
  settings.trace = trace(transaction, settings.id, settings.date);
  settings.max_bytes = options_.max_message_bytes;
  settings.max_header_bytes = options_.max_header_bytes;
  settings.completes_header = options_.role == Role::submission;
  Reception reception(services_.store, stream_.loop(), std::move(settings));
  if (!co_await read_message(reception)) {
    log_message(reception, transaction, ending_);
    co_return std::nullopt;
  }
  switch (const Reception::Verdict verdict = reception.verdict()) {
    case Reception::Verdict::good: co_return co_await deliver(reception, transaction, now);
    case Reception::Verdict::store_failed: co_return explain(reception.store_error(), reception, transaction);
    default:
      log_message(reception, transaction, refusal_text(verdict));
      if (verdict == Reception::Verdict::too_big) co_return Reply(552, "5.3.4", refusal_text(verdict));
      co_return Reply(554, "5.6.0", refusal_text(verdict));
  }
}

// False: the session has ended.
async::Task<bool> Conversation::read_message(Reception& reception) {
  stream_.set_deadline(options_.timeouts.transfer);
  std::size_t slice = 0;
  for (;;) {
    const std::size_t used = co_await reception.take(stream_.buffered());
    stream_.consume(used);
    if (reception.size() / kPatience > options_.max_message_bytes) {
      say(cut_short("message far too big", Reply(552, "5.3.4", refusal_text(Reception::Verdict::too_big))));
      co_return false;
    }
    if (reception.is_complete()) co_return true;
    slice += used;
    if (slice >= kReadBytes) {
      slice = 0;
      stream_.set_deadline(options_.timeouts.transfer);
    }
    if (const net::Result<> filled = co_await stream_.fill(kReadBytes); !filled) {
      end(filled.error());
      co_return false;
    }
  }
}

async::Task<Reply> Conversation::deliver(Reception& reception, const Transaction& transaction, std::int64_t now) {
  store::Result<store::IncomingBody> body = co_await reception.finish();
  if (!body) co_return explain(body.error(), reception, transaction);
  store::Delivery delivery{.body = std::move(*body), .targets = {}, .internal_date = now};
  delivery.targets.reserve(transaction.mailboxes.size());
  for (const store::MailboxId mailbox : transaction.mailboxes) delivery.targets.push_back({mailbox, {}});
  const auto delivered = co_await session::store_call<std::vector<store::Appended>>(
      stream_.loop(), [&](store::Done<std::vector<store::Appended>> done) {
        services_.store.deliver(std::move(delivery), std::move(done));
      });
  if (!delivered) co_return explain(delivered.error(), reception, transaction);
  errors_ = 0;
  unknown_recipients_ = 0;
  log_message(reception, transaction, "delivered");
  co_return Reply(250, "2.0.0", "Delivered as " + reception.id());
}

// Our fault, or the disk's: the peer keeps the message and comes again. The log has the rest under the reply's id.
Reply Conversation::explain(const store::Error& error, const Reception& reception, const Transaction& transaction) {
  log_message(reception, transaction, error.detail.empty() ? "the store failed" : error.detail);
  switch (error.code) {
    case store::Errc::disk_full:
    case store::Errc::limit: return Reply(452, "4.3.1", "No room for the message now, try later: " + reception.id());
    case store::Errc::closed:
      return end("server shutting down", Reply(421, "4.3.2", services_.host_name + " is shutting down"));
    case store::Errc::not_found:  // an account went away after its RCPT
    case store::Errc::exists:
    case store::Errc::invalid:
    case store::Errc::corrupt:
    case store::Errc::io: break;
  }
  return Reply(451, "4.3.0", "The message could not be stored, try later: " + reception.id());
}

std::string Conversation::trace(const Transaction& transaction, std::string_view id, std::string_view date) const {
  std::string tls;
  if (const net::TlsInfo* info = stream_.tls()) tls = info->version + ' ' + info->cipher;
  const bool is_network = connection_.peer.family != net::Endpoint::Family::unix_socket;
  return print_trace(Trace{.client_name = client_name_,
                           .client_address = is_network ? std::string_view(connection_.peer.address) : "",
                           .host = services_.host_name,
                           .tls = tls,
                           .id = id,
                           .date = date,
                           .is_esmtp = is_esmtp_,
                           .is_authenticated = account_.id != 0,
                           .is_smtputf8 = transaction.is_smtputf8},
                     transaction.from, transaction.mailboxes.size() == 1 ? &transaction.first_recipient : nullptr);
}

void Conversation::log_message(const Reception& reception, const Transaction& transaction,
                               std::string_view result) const {
  const net::TlsInfo* tls = stream_.tls();
  base::log::info("message", {{"id", connection_.id},
                              {"protocol", protocol()},
                              {"message", reception.id()},
                              {"from", transaction.from.text()},
                              {"to", transaction.first_recipient.text()},  // the first; a list would be no line
                              {"recipients", transaction.mailboxes.size()},
                              {"size", reception.size()},
                              {"tls", tls != nullptr ? std::string_view(tls->version) : "-"},
                              {"account", account_.id != 0 ? std::string_view(account_.address) : "-"},
                              {"result", result}});
}

}  // namespace portreeve::smtp
