#include "protocols/smtp/reports.h"

#include <array>
#include <utility>

#include "core/mime/date.h"
#include "core/tls/digest.h"

namespace portreeve::smtp {
namespace {

std::string new_report_id() {
  std::array<std::uint8_t, 8> random{};
  tls::fill_random(random);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id = "report-";
  for (const std::uint8_t byte : random) {
    id.push_back(kDigits[byte >> 4]);
    id.push_back(kDigits[byte & 15]);
  }
  return id;
}

store::IncomingBody body_of(std::string text) {
  store::IncomingBody body;
  body.summary = mime::summarize(text);
  body.tail = std::move(text);
  return body;
}

}  // namespace

bool wants_report(const Notify& notify, ReportedRecipient::Action action) {
  switch (action) {
    case ReportedRecipient::Action::failed: return !notify.is_said || notify.failure;  // RFC 3461 §4.1
    case ReportedRecipient::Action::delayed: return !notify.is_said || notify.delay;
    case ReportedRecipient::Action::delivered:
    case ReportedRecipient::Action::relayed:
    case ReportedRecipient::Action::expanded: return notify.success;
  }
  return false;
}

Reports Reporter::print(const Envelope& envelope, std::vector<ReportedRecipient> recipients,
                        const ReportedMessage& message) const {
  Reports reports;
  if (recipients.empty() || envelope.from.is_null()) return reports;
  const store::DirectoryPtr directory = store.directory();
  const store::Resolution sender = store::resolve(*directory, envelope.from.address(), resolve);
  if (sender.destinations.empty() && (outbound == nullptr || sender.why != store::Unresolved::no_such_domain)) {
    return reports;
  }
  const std::string id = new_report_id();
  const std::string date = mime::format_date(message.now);
  const std::string arrival_date = mime::format_date(envelope.arrived);
  const bool is_here = !sender.destinations.empty();
  store::IncomingBody body =
      body_of((is_here ? "Return-Path: <>\r\n" : "") + print_report({.host = host,
                                                                     .id = id,
                                                                     .date = date,
                                                                     .to = envelope.from,
                                                                     .envelope_id = envelope.envelope_id,
                                                                     .arrival_date = arrival_date,
                                                                     .message_id = envelope.id,
                                                                     .recipients = std::move(recipients),
                                                                     .header = message.header,
                                                                     .message = message.whole,
                                                                     .is_smtputf8 = envelope.is_smtputf8}));
  if (!is_here) {
    Envelope onward;
    onward.is_smtputf8 = envelope.is_smtputf8;
    onward.requires_tls = envelope.requires_tls;  // RFC 8689 §5
    onward.body = BodyType::eight_bit;
    onward.priority = envelope.priority;
    onward.arrived = message.now;
    onward.id = id;
    EnvelopeRecipient& sender_of_it = onward.recipients.emplace_back();
    sender_of_it.to = envelope.from;
    sender_of_it.notify.is_said = true;  // RFC 3461 §4.1: NEVER
    reports.elsewhere = Reports::Elsewhere{std::move(onward), std::move(body)};
    return reports;
  }
  store::Delivery delivery{
      .body = std::move(body), .targets = {}, .internal_date = message.now, .quota = store::Quota::is_ignored};
  for (const store::Destination& destination : sender.destinations) {
    // Null while an account is being removed.
    if (const store::MailboxId inbox = store.inbox(destination.account); inbox != 0) {
      delivery.targets.push_back({.mailbox = inbox});
    }
  }
  if (!delivery.targets.empty()) reports.here.push_back(std::move(delivery));
  return reports;
}

}  // namespace portreeve::smtp
