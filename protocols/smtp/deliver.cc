// A message that has come in whole: refused for what it is, delivered, held for later, or handed on.
#include <algorithm>
#include <ctime>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/mime/date.h"
#include "protocols/session/store_call.h"
#include "protocols/smtp/conversation.h"
#include "storage/address.h"

namespace portreeve::smtp {
namespace {

std::string_view refusal_text(Reception::Verdict verdict) {
  switch (verdict) {
    case Reception::Verdict::bare_cr: return "The message has a CR without an LF (RFC 5321 section 2.3.8)";
    case Reception::Verdict::bare_lf: return "The message has an LF without a CR (RFC 5321 section 2.3.8)";
    case Reception::Verdict::nul: return "The message has a NUL byte (RFC 5321 section 4.5.2)";
    case Reception::Verdict::too_big: return "The message is too big";
    case Reception::Verdict::header_too_big: return "The message's header is too big";
    case Reception::Verdict::too_many_fields: return "The message's header has too many fields";
    case Reception::Verdict::looping: return "Too many Received fields: the message goes in circles";
    case Reception::Verdict::not_labelled: return "The message has binary bytes in a part that isn't said to be binary";
    case Reception::Verdict::signed_content: return "A binary part can't be converted without breaking the signature";
    case Reception::Verdict::store_failed: return "The message could not be stored";
    case Reception::Verdict::good: break;
  }
  return "";
}

Reply refusal(Reception::Verdict verdict) {
  switch (verdict) {
    case Reception::Verdict::too_big:
    case Reception::Verdict::header_too_big: return Reply(552, "5.3.4", refusal_text(verdict));
    case Reception::Verdict::bare_cr:
    case Reception::Verdict::bare_lf: return Reply(554, "5.5.2", refusal_text(verdict));
    case Reception::Verdict::looping: return Reply(554, "5.4.6", refusal_text(verdict));
    case Reception::Verdict::signed_content: return Reply(554, "5.6.1", refusal_text(verdict));
    case Reception::Verdict::nul:
    case Reception::Verdict::too_many_fields:
    case Reception::Verdict::not_labelled:
    case Reception::Verdict::store_failed:
    case Reception::Verdict::good: break;
  }
  return Reply(554, "5.6.0", refusal_text(verdict));
}

// "address ; date" (RFC 7293 §3.2).
struct RequiredRecipient {
  std::string key;
  std::int64_t since = 0;
};
std::optional<RequiredRecipient> parse_required(std::string_view value) {
  const std::size_t end = value.rfind(';');
  if (end == std::string_view::npos) return std::nullopt;
  const auto date = mime::parse_date(value.substr(end + 1));
  std::string_view text = base::trimmed(value.substr(0, end));
  const auto path = take_path(text, PathKind::reverse);
  if (!date || !path) return std::nullopt;
  return RequiredRecipient{store::address_key(path->address()), date->unix_seconds};
}

}  // namespace

// Takes the transaction to its end, whatever that is.
async::Task<Conversation::Answer> Conversation::conclude() {
  const Transaction transaction = *std::exchange(transaction_, std::nullopt);
  const std::unique_ptr<Reception> reception = std::move(reception_);
  co_await reception->finish();
  if (reception->verdict() != Reception::Verdict::good) {
    co_return answer_all(refuse_fault(*reception, transaction), transaction);
  }
  if (auto refused = refuse_content(*reception, transaction)) {
    log_message(*reception, transaction, refused->text());
    co_return answer_all(*refused, transaction);
  }
  store::IncomingBody body = reception->take_body();
  if (transaction.is_elsewhere) co_return co_await hand_on(*reception, transaction, std::move(body));
  if (transaction.release_at) co_return co_await hold(*reception, transaction, std::move(body));
  co_return co_await deliver(*reception, transaction, std::move(body));
}

Reply Conversation::refuse_fault(const Reception& reception, const Transaction& transaction) {
  if (reception.verdict() == Reception::Verdict::store_failed) {
    return explain(reception.store_error(), reception, transaction);
  }
  log_message(reception, transaction, refusal_text(reception.verdict()));
  return refusal(reception.verdict());
}

std::optional<Reply> Conversation::refuse_content(const Reception& reception, const Transaction& transaction) const {
  const Envelope& envelope = transaction.envelope;
  if (reception.submitted()) {
    if (auto refused = refuse_authors(*reception.submitted())) return refused;
  }
  // RFC 2852 §4.1: what is late is to go back, and its sender still has it.
  if (envelope.by && envelope.by->returns && std::time(nullptr) - envelope.arrived > envelope.by->seconds) {
    return Reply(554, "5.4.7", "The time within which to deliver it is over");
  }
  return offered_.has(Extension::rrvs) ? refuse_moved(reception, transaction) : std::nullopt;
}

// RFC 7293 §3.2: the field, for those of whom RCPT didn't say it (§5.2).
std::optional<Reply> Conversation::refuse_moved(const Reception& reception, const Transaction& transaction) {
  if (reception.valid_since().empty()) return std::nullopt;
  std::unordered_map<std::string, std::size_t> recipients;  // by key
  for (std::size_t i = 0; i < transaction.resolutions.size(); ++i) {
    const EnvelopeRecipient& recipient = transaction.envelope.recipients[i];
    if (recipient.valid_since || !transaction.resolutions[i]) continue;
    recipients.emplace(store::address_key(recipient.to.address()), i);
  }
  for (const std::string& value : reception.valid_since()) {
    const auto required = parse_required(value);
    const auto found = required ? recipients.find(required->key) : recipients.end();
    if (found == recipients.end() || transaction.resolutions[found->second]->since <= required->since) continue;
    const Path& to = transaction.envelope.recipients[found->second].to;
    return Reply(550, "5.7.17", "The mailbox of <" + to.text() + "> has changed hands since then");
  }
  return std::nullopt;
}

// RFC 6409 §6.1: whoever sends a message again answers for that, not for what its author said.
std::optional<Reply> Conversation::refuse_authors(const SubmittedHeader& header) const {
  if (header.has_too_many) return Reply(554, "5.6.0", "The message has too many authors");
  const store::DirectoryPtr directory = services_.store.directory();
  std::unordered_set<std::string> seen;
  const auto first_foreign = [&](const std::vector<Path>& paths) {
    return std::ranges::find_if(paths, [&](const Path& path) {
      return seen.insert(path.address()).second &&
             !store::may_send_as(*directory, account_, path.address(), options_.resolve);
    });
  };
  const bool is_resent = !header.resent_authors.empty();
  for (const std::vector<Path>* paths : {is_resent ? &header.resent_authors : &header.authors, &header.senders}) {
    // The Sender of what is sent again is its first one's.
    if (is_resent && paths == &header.senders) continue;
    if (const auto foreign = first_foreign(*paths); foreign != paths->end()) {
      return Reply(550, "5.7.1", "The From address <" + foreign->text() + "> is not yours to send under");
    }
  }
  return std::nullopt;
}

// In the order of the recipients, whose groups they are.
std::vector<store::DeliveryTarget> Conversation::targets(const Transaction& transaction) const {
  std::vector<store::DeliveryTarget> targets;
  targets.reserve(transaction.destination_count);
  for (std::size_t i = 0; i < transaction.resolutions.size(); ++i) {
    const store::Resolution& found = *transaction.resolutions[i];
    for (const store::Destination& destination : found.destinations) {
      store::DeliveryTarget& target = targets.emplace_back();
      target.mailbox = services_.store.inbox(destination.account);
      if (options_.files_subaddresses) target.folder = destination.detail;
      target.group = static_cast<std::uint32_t>(i + 1);
      target.may_be_left_out = found.list != nullptr;
    }
  }
  return targets;
}

const store::Alias* Conversation::sole_list(const Transaction& transaction) {
  const store::Alias* list = nullptr;
  for (const auto& found : transaction.resolutions) {
    if (!found || found->list == nullptr || (list != nullptr && found->list->address != list->address)) return nullptr;
    list = found->list;
  }
  return list;
}

std::vector<ReportedRecipient> Conversation::wanted_reports(const Transaction& transaction) {
  std::vector<ReportedRecipient> reports;
  for (std::size_t i = 0; i < transaction.resolutions.size(); ++i) {
    using Action = ReportedRecipient::Action;
    const EnvelopeRecipient& recipient = transaction.envelope.recipients[i];
    if (!wants_report(recipient.notify, Action::delivered)) continue;
    // RFC 3461 §7.2.7: of a list only that it was expanded is told.
    const bool is_list = transaction.resolutions[i]->list != nullptr;
    reports.push_back({recipient.to, recipient.original_type, recipient.original,
                       is_list ? Action::expanded : Action::delivered, "2.1.5", ""});
  }
  return reports;
}

async::Task<Conversation::Answer> Conversation::deliver(const Reception& reception, const Transaction& transaction,
                                                        store::IncomingBody body) {
  const std::int64_t now = std::time(nullptr);
  const bool is_lmtp = options_.role == Role::lmtp;
  Reports reports =
      reporter().print(transaction.envelope, wanted_reports(transaction), {.header = reception.header(), .now = now});
  std::vector<store::Delivery> deliveries;
  deliveries.push_back({.body = std::move(body),
                        .targets = targets(transaction),
                        .internal_date = now,
                        .quota = is_lmtp ? store::Quota::refuses_each : store::Quota::refuses_all});
  const std::vector<store::DeliveryTarget> to = deliveries.front().targets;
  // In one transaction: nobody is told of what didn't happen, and nothing happens untold.
  std::ranges::move(reports.here, std::back_inserter(deliveries));
  const auto appended = co_await session::store_call<std::vector<store::Appended>>(
      stream_.loop(), [&](store::Done<std::vector<store::Appended>> done) {
        services_.store.deliver_all(std::move(deliveries), std::move(done));
      });
  if (!appended) co_return answer_all(explain(appended.error(), reception, transaction), transaction);
  if (reports.elsewhere) {
    const auto handed = co_await session::store_call(stream_.loop(), [&](store::Done<void> done) {
      options_.outbound->hand_on(std::move(reports.elsewhere->envelope), std::move(reports.elsewhere->body),
                                 std::move(done));
    });
    if (!handed) {
      base::log::error("report_lost",
                       {{"id", connection_.id}, {"message", reception.id()}, {"reason", handed.error().detail}});
    }
  }
  if (std::ranges::any_of(*appended, [](const store::Appended& one) { return one.refused.has_value(); })) {
    co_await tell_of_left_out(reception, transaction, to, *appended);
  }
  if (is_lmtp) co_return answer_each(reception, transaction, to, *appended);
  co_return accept(reception, transaction, "Delivered");
}

// RFC 2033 §4.2: a reply for each recipient, in their order.
Conversation::Answer Conversation::answer_each(const Reception& reception, const Transaction& transaction,
                                               const std::vector<store::DeliveryTarget>& targets,
                                               const std::vector<store::Appended>& appended) {
  Answer last;
  bool is_any_taken = false;
  for (std::size_t i = 0, k = 0; i < transaction.envelope.recipients.size(); ++i) {
    std::optional<store::Errc> refused;
    bool is_taken = false;
    for (; k < targets.size() && targets[k].group == i + 1; ++k) {
      is_taken = is_taken || !appended[k].refused;
      if (appended[k].refused) refused = appended[k].refused;
    }
    if (last) settle(std::move(*last));
    last = is_taken ? accepted(reception, transaction, "Delivered")
                    : explain({refused.value_or(store::Errc::not_found),
                               "can't be delivered to " + transaction.envelope.recipients[i].to.text()},
                              reception, transaction);
    is_any_taken = is_any_taken || is_taken;
  }
  if (is_any_taken) log_message(reception, transaction, "Delivered");
  return last;
}

// RFC 5321 §3.9.2: members of a list who have no room are its owner's affair.
async::Task<> Conversation::tell_of_left_out(const Reception& reception, const Transaction& transaction,
                                             const std::vector<store::DeliveryTarget>& targets,
                                             const std::vector<store::Appended>& appended) {
  std::map<const store::Alias*, std::vector<ReportedRecipient>> missed;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    if (!appended[k].refused || !targets[k].may_be_left_out) continue;
    const store::Resolution& found = *transaction.resolutions[targets[k].group - 1];
    const std::size_t first = static_cast<std::size_t>(
        std::ranges::find(targets, targets[k].group, &store::DeliveryTarget::group) - targets.begin());
    const store::Account* account = transaction.directory->find(found.destinations[k - first].account);
    if (account == nullptr) continue;
    base::log::warning("left_out", {{"id", connection_.id},
                                    {"message", reception.id()},
                                    {"list", found.list->address},
                                    {"account", account->address},
                                    {"reason", "the mailbox is full"}});
    std::string_view address = account->address;
    auto path = take_path(address, PathKind::reverse);
    if (path) missed[found.list].push_back({*path, "", "", ReportedRecipient::Action::failed, "5.2.2", "mailbox full"});
  }
  for (auto& [list, recipients] : missed) {
    std::string_view owner = list->owner;
    auto path = take_path(owner, PathKind::reverse);
    if (!path) continue;
    Envelope envelope = transaction.envelope;
    envelope.from = std::move(*path);
    Reports reports =
        reporter().print(envelope, std::move(recipients), {.header = reception.header(), .now = std::time(nullptr)});
    if (reports.here.empty()) continue;
    const auto told = co_await session::store_call<std::vector<store::Appended>>(
        stream_.loop(), [&](store::Done<std::vector<store::Appended>> done) {
          services_.store.deliver_all(std::move(reports.here), std::move(done));
        });
    if (!told) {
      base::log::error("report_lost",
                       {{"id", connection_.id}, {"message", reception.id()}, {"reason", told.error().detail}});
    }
  }
}

Conversation::Answer Conversation::answer_all(const Reply& reply, const Transaction& transaction) {
  if (options_.role == Role::lmtp) {
    for (std::size_t i = 1; i < transaction.envelope.recipients.size(); ++i) settle(reply);
  }
  return reply;
}

// RFC 4865
async::Task<Reply> Conversation::hold(const Reception& reception, const Transaction& transaction,
                                      store::IncomingBody body) {
  store::HeldMessage message{.account = account_.id,
                             .release_at = *transaction.release_at,
                             .priority = transaction.envelope.priority,
                             .envelope = encode(transaction.envelope),
                             .body = std::move(body)};
  const auto held = co_await session::store_call<store::HeldId>(stream_.loop(), [&](store::Done<store::HeldId> done) {
    services_.store.hold(std::move(message), std::move(done));
  });
  if (!held && held.error().code == store::Errc::limit) {
    log_message(reception, transaction, held.error().detail);
    co_return Reply(452, "4.5.3", "As many of your messages are held as may be, try later");
  }
  if (!held) co_return explain(held.error(), reception, transaction);
  co_return accept(reception, transaction, "Held until " + mime::format_date(*transaction.release_at));
}

async::Task<Reply> Conversation::hand_on(const Reception& reception, const Transaction& transaction,
                                         store::IncomingBody body) {
  const auto handed = co_await session::store_call(stream_.loop(), [&](store::Done<void> done) {
    options_.outbound->hand_on(transaction.envelope, std::move(body), std::move(done));
  });
  if (!handed) co_return explain(handed.error(), reception, transaction);
  co_return accept(reception, transaction, "Queued");
}

Reply Conversation::accept(const Reception& reception, const Transaction& transaction, std::string_view what) {
  log_message(reception, transaction, what);
  return accepted(reception, transaction, what);
}

Reply Conversation::accepted(const Reception& reception, const Transaction& transaction, std::string_view what) {
  errors_ = 0;
  refused_recipients_ = 0;
  idle_commands_ = 0;
  // RFC 6710 §4: the text begins with the priority that was given instead.
  if (transaction.lowered_priority) {
    return Reply(250, "2.3.6",
                 std::to_string(*transaction.lowered_priority) + " is the new priority assigned to the message " +
                     reception.id());
  }
  return Reply(250, "2.0.0", std::string(what) + " as " + reception.id());
}

// Our fault, or the disk's: the peer keeps the message and comes again. The log has the rest under the reply's id.
Reply Conversation::explain(const store::Error& error, const Reception& reception, const Transaction& transaction) {
  log_message(reception, transaction, error.detail.empty() ? "the store failed" : error.detail);
  switch (error.code) {
    case store::Errc::quota: return Reply(452, "4.2.2", "A mailbox is full, try later: " + reception.id());
    case store::Errc::disk_full:
    case store::Errc::limit: return Reply(452, "4.3.1", "No room for the message now, try later: " + reception.id());
    case store::Errc::closed:
      return end("server shutting down", Reply(421, "4.3.2", services_.host_name + " is shutting down"));
    case store::Errc::not_found:  // an account went away after its RCPT
    case store::Errc::exists:
    case store::Errc::invalid:
    case store::Errc::denied:
    case store::Errc::corrupt:
    case store::Errc::io: break;
  }
  return Reply(451, "4.3.0", "The message could not be stored, try later: " + reception.id());
}

void Conversation::log_message(const Reception& reception, const Transaction& transaction,
                               std::string_view result) const {
  const net::TlsInfo* tls = stream_.tls();
  const Envelope& envelope = transaction.envelope;
  const std::string first = envelope.recipients.empty() ? "" : envelope.recipients.front().to.text();
  base::log::info("message", {{"id", connection_.id},
                              {"protocol", protocol()},
                              {"message", reception.id()},
                              {"from", envelope.from.text()},
                              {"to", first},  // a list would be no line
                              {"recipients", envelope.recipients.size()},
                              {"size", reception.size()},
                              {"tls", tls != nullptr ? std::string_view(tls->version) : "-"},
                              {"account", account_.id != 0 ? std::string_view(account_.address) : "-"},
                              {"result", result}});
}

}  // namespace portreeve::smtp
