// DATA and BDAT: a message from the wire to where it is looked at.
#include <algorithm>
#include <array>
#include <ctime>

#include "core/mime/date.h"
#include "core/tls/digest.h"
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

}  // namespace

// RFC 5321 §4.1.1.4
async::Task<Conversation::Answer> Conversation::receive() {
  if (!services_.store.has_room()) co_return Reply(452, "4.3.1", "The server's disk is full, try later");
  if (!co_await ask(Reply(354, "", "Send the message; end it with <CRLF>.<CRLF>"))) co_return std::nullopt;
  begin_reception();
  if (!co_await read_message(*reception_)) {
    log_message(*reception_, *transaction_, ending_);
    co_return std::nullopt;
  }
  co_return co_await conclude();
}

// RFC 3030 §2. What is announced as a chunk is never looked at as commands, whatever becomes of it.
async::Task<Conversation::Answer> Conversation::receive_chunk(Bdat command) {
  std::optional<Reply> refusal = check(command, state());
  if (!refusal) refusal = begin_part();
  if (!co_await read_chunk(command.size, refusal ? nullptr : reception_.get())) {
    if (reception_ && transaction_) log_message(*reception_, *transaction_, ending_);
    co_return std::nullopt;
  }
  co_return co_await end_part(std::move(refusal), command.is_last, std::to_string(command.size) + " bytes received");
}

async::Task<Conversation::Answer> Conversation::end_part(std::optional<Reply> refusal, bool is_last, std::string text) {
  if (refusal) {
    // A message that has lost a part is none.
    const std::optional<Transaction> transaction = std::exchange(transaction_, std::nullopt);
    reception_.reset();
    // RFC 2033 §4.2: behind the last chunk there is a reply for each recipient.
    if (is_last && transaction) co_return answer_all(*refusal, *transaction);
    co_return refusal;
  }
  if (is_last) {
    reception_->end_chunks();
    co_return co_await conclude();
  }
  if (reception_->verdict() != Reception::Verdict::good) {
    const Transaction transaction = *std::exchange(transaction_, std::nullopt);
    const std::unique_ptr<Reception> reception = std::move(reception_);
    co_return refuse_fault(*reception, transaction);
  }
  co_return Reply(250, "2.0.0", text);
}

std::optional<Reply> Conversation::begin_part() {
  if (reception_) return std::nullopt;
  if (!services_.store.has_room()) return Reply(452, "4.3.1", "The server's disk is full, try later");
  begin_reception();
  return std::nullopt;
}

void Conversation::begin_reception() {
  Transaction& transaction = *transaction_;
  Envelope& envelope = transaction.envelope;
  envelope.id = new_id();
  const auto wants = [](const EnvelopeRecipient& recipient) {
    return wants_report(recipient.notify, ReportedRecipient::Action::delivered);
  };
  Reception::Settings settings;
  settings.id = envelope.id;
  settings.host = services_.host_name;
  settings.date = mime::format_date(std::time(nullptr));
  settings.trace = trace(transaction, settings.date, envelope.is_smtputf8);
  // RFC 6531 §3.2: clients are seen to send such headers without saying so.
  settings.utf8_trace = trace(transaction, settings.date, true);
  settings.max_bytes = options_.max_message_bytes;
  settings.header = {.max_fields = options_.max_header_fields,
                     .max_bytes = options_.max_header_bytes,
                     .max_received = options_.max_received};
  settings.is_submission = options_.role == Role::submission;
  settings.is_binary = envelope.body == BodyType::binary;
  settings.normalises = options_.bare_newlines == BareNewlines::normalise && !settings.is_binary;
  settings.keeps_header = std::ranges::any_of(envelope.recipients, wants);
  reception_ = std::make_unique<Reception>(services_.store, stream_.loop(), std::move(settings));
}

// False: the session has ended.
async::Task<bool> Conversation::read_message(Reception& reception) {
  stream_.set_deadline(options_.timeouts.transfer);
  std::size_t slice = 0;
  for (;;) {
    const std::size_t used = co_await reception.take_data(stream_.buffered());
    stream_.consume(used);
    if (reception.size() / kPatience > options_.max_message_bytes) {
      settle(cut_short("message far too big", Reply(552, "5.3.4", "The message is too big")));
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

// Null: the bytes go nowhere. False: the session has ended.
async::Task<bool> Conversation::read_chunk(std::uint64_t size, Reception* reception) {
  if (size / kPatience > options_.max_message_bytes) {
    settle(cut_short("chunk far too big", Reply(552, "5.3.4", "The message is too big")));
    co_return false;
  }
  stream_.set_deadline(options_.timeouts.transfer);
  std::size_t slice = 0;
  while (size > 0) {
    const std::string_view bytes = stream_.buffered().substr(0, size);
    if (reception != nullptr) co_await reception->take_chunk(bytes);
    const std::size_t used = bytes.size();
    stream_.consume(used);
    size -= used;
    slice += used;
    if (size == 0) break;
    // Who waits for the replies to what came before would wait in vain.
    if (stream_.queued_bytes() > 0) {
      if (const net::Result<> flushed = co_await stream_.flush(); !flushed) {
        end(flushed.error());
        co_return false;
      }
    }
    if (slice >= kReadBytes) {
      slice = 0;
      stream_.set_deadline(options_.timeouts.transfer);
    }
    if (const net::Result<> filled = co_await stream_.fill(kReadBytes); !filled) {
      end(filled.error());
      co_return false;
    }
  }
  co_return true;
}

std::string Conversation::trace(const Transaction& transaction, std::string_view date, bool is_smtputf8) const {
  std::string tls;
  if (const net::TlsInfo* info = stream_.tls()) tls = info->version + ' ' + info->cipher;
  const bool is_network = connection_.peer.family != net::Endpoint::Family::unix_socket;
  const Envelope& envelope = transaction.envelope;
  const store::Alias* list = sole_list(transaction);
  Path from = envelope.from;
  // RFC 5321 §3.9.2: what goes wrong with a list's mail is its owner's affair; but a null path stays one.
  if (list != nullptr && !list->owner.empty() && !from.is_null()) {
    std::string_view owner = list->owner;
    if (auto path = take_path(owner, PathKind::reverse)) from = std::move(*path);
  }
  return print_trace(Trace{.client_name = client_name_,
                           .client_address = is_network ? std::string_view(connection_.peer.address) : "",
                           .hides_client = options_.hides_client && account_.id != 0,
                           .host = services_.host_name,
                           .tls = tls,
                           .id = envelope.id,
                           .date = date,
                           .is_esmtp = is_esmtp_,
                           .is_authenticated = account_.id != 0,
                           .is_smtputf8 = is_smtputf8,
                           .is_lmtp = options_.role == Role::lmtp,
                           .priority = envelope.priority != 0 ? std::optional(envelope.priority) : std::nullopt,
                           .is_final = !transaction.is_elsewhere},
                     from, envelope.recipients.size() == 1 ? &envelope.recipients.front().to : nullptr);
}

}  // namespace portreeve::smtp
