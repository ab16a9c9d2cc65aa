#include "protocols/smtp/releaser.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/log.h"
#include "protocols/smtp/envelope.h"
#include "protocols/smtp/reports.h"
#include "storage/wait.h"

namespace portreeve::smtp {
namespace {

constexpr std::size_t kBatch = 100;
// Of a message that comes back; more than this much comes back as its header.
constexpr std::uint64_t kMaxReturnedBytes = std::uint64_t{1024} * 1024;
// A mailbox may fill up between a look at it and the delivery; then it is looked at again.
constexpr int kAttempts = 5;

// What becomes of one recipient.
struct Fate {
  std::vector<store::DeliveryTarget> targets;
  std::string status;  // of a failure; empty: it is delivered
  std::string reason;
  bool is_list = false;
};

class Release {
 public:
  Release(store::Store& store, const ReleaseOptions& options, const store::Held& held, Envelope envelope,
          std::int64_t now)
      : store_(store), options_(options), held_(held), envelope_(std::move(envelope)), now_(now) {}

  // False: it stays.
  bool run() {
    store::Error failure{store::Errc::io, ""};
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      plan();
      const auto released = store::wait_for<std::vector<store::Appended>>(
          [&](auto done) { store_.release(held_.id, targets_, now_, std::move(reports_.here), std::move(done)); });
      if (released) {
        finish();
        return true;
      }
      // A mailbox has filled up or gone since it was looked at; or the message itself, by an administrator's hand.
      failure = released.error();
      if (failure.code != store::Errc::quota && failure.code != store::Errc::not_found) break;
    }
    log("release_failed", failure.detail);
    return false;
  }

 private:
  void plan() {
    targets_.clear();
    planned_.clear();
    std::vector<ReportedRecipient> reported;
    for (const EnvelopeRecipient& recipient : envelope_.recipients) {
      Fate fate = fate_of(recipient);
      using Action = ReportedRecipient::Action;
      const bool has_failed = !fate.status.empty();
      // RFC 3461 §7.2.7: of a list only that it was expanded is told.
      const Action action = has_failed ? Action::failed : fate.is_list ? Action::expanded : Action::delivered;
      for (store::DeliveryTarget& target : fate.targets) targets_.push_back(std::move(target));
      if (!wants_report(recipient.notify, action)) continue;
      reported.push_back({recipient.to, recipient.original_type, recipient.original, action,
                          has_failed ? fate.status : "2.1.5", fate.reason});
    }
    const bool has_failed =
        std::ranges::any_of(reported, [](const auto& one) { return one.action == ReportedRecipient::Action::failed; });
    std::string whole;
    std::string header;
    read_original(has_failed && envelope_.return_part == ReturnPart::full, whole, header);
    const Reporter reporter{store_, options_.host_name, options_.resolve, options_.outbound};
    reports_ = reporter.print(envelope_, std::move(reported), {.header = header, .whole = whole, .now = now_});
  }

  Fate fate_of(const EnvelopeRecipient& recipient) {
    const store::DirectoryPtr directory = store_.directory();
    // A literal was this host's, or the message wouldn't be here.
    const bool is_literal = recipient.to.domain.starts_with('[');
    const std::string address = is_literal ? recipient.to.local + '@' + options_.host_name : recipient.to.address();
    const store::Resolution found = store::resolve(*directory, address, options_.resolve);
    if (found.destinations.empty()) {
      const bool is_disabled = found.why == store::Unresolved::disabled;
      return {{}, is_disabled ? "5.2.1" : "5.1.1", "There is no such mailbox any longer, or it takes no mail"};
    }
    if (recipient.valid_since && found.since > recipient.valid_since->time) {
      return {{}, "5.7.17", "The mailbox has changed hands"};  // RFC 7293 §3
    }
    Fate fate;
    fate.is_list = found.list != nullptr;
    bool is_any_full = false;
    for (const store::Destination& destination : found.destinations) {
      const store::Account* account = directory->find(destination.account);
      const store::MailboxId inbox = store_.inbox(destination.account);
      const std::string folder = options_.files_subaddresses ? destination.detail : std::string();
      if (account != nullptr && inbox != 0 && has_room(*account, folder)) {
        fate.targets.push_back({.mailbox = inbox, .folder = folder});
      } else {
        is_any_full = is_any_full || account != nullptr;
      }
    }
    // The others get it all the same. Members of a list are its owner's affair (RFC 5321 §3.9.2).
    if (fate.targets.empty() || (!fate.is_list && fate.targets.size() < found.destinations.size())) {
      fate.status = is_any_full ? "5.2.2" : "5.1.1";
      fate.reason = is_any_full ? "The mailbox is full" : "There is no such mailbox any longer";
    }
    return fate;
  }

  // Each folder of an account gets a message of its own, once.
  bool has_room(const store::Account& account, const std::string& folder) {
    std::set<std::string>& folders = planned_[account.id];
    if (folders.contains(folder)) return true;
    const std::uint64_t copies = folders.size() + 1;
    const store::Usage more{.bytes = copies * held_.size, .messages = copies};
    if (!store::has_room_for(account, store_.usage(account.id), more)) return false;
    folders.insert(folder);
    return true;
  }

  void read_original(bool is_whole_wanted, std::string& whole, std::string& header) {
    const auto summary = store_.summary(held_.body);
    if (!summary) return;
    const bool is_whole = is_whole_wanted && held_.size <= kMaxReturnedBytes;
    const std::uint64_t length =
        is_whole ? held_.size : std::min<std::uint64_t>(summary->header_bytes, kMaxReturnedHeader);
    std::string text;
    if (!store_.read_body(held_.body, 0, length, text)) return;
    header = text.substr(0, std::min<std::size_t>(text.size(), summary->header_bytes));
    if (is_whole) whole = std::move(text);
  }

  void finish() {
    log("released", targets_.empty() ? "nobody can take it" : "ok");
    if (!reports_.elsewhere) return;
    const auto handed = store::wait_for<void>([&](auto done) {
      options_.outbound->hand_on(std::move(reports_.elsewhere->envelope), std::move(reports_.elsewhere->body),
                                 std::move(done));
    });
    if (!handed) log("report_lost", handed.error().detail);
  }

  void log(std::string_view event, std::string_view result) const {
    base::log::info(event, {{"message", envelope_.id},
                            {"from", envelope_.from.text()},
                            {"account", envelope_.account},
                            {"recipients", envelope_.recipients.size()},
                            {"mailboxes", targets_.size()},
                            {"result", result}});
  }

  store::Store& store_;
  const ReleaseOptions& options_;
  const store::Held& held_;
  const Envelope envelope_;
  const std::int64_t now_;
  std::vector<store::DeliveryTarget> targets_;
  std::map<store::AccountId, std::set<std::string>> planned_;  // folders that get it
  Reports reports_;
};

}  // namespace

bool release_due(store::Store& store, const ReleaseOptions& options, std::int64_t now) {
  std::set<store::HeldId> stuck;
  for (;;) {
    // Those that can't be released must not stand in the way of others.
    const auto due = store.held(now, stuck.size() + kBatch);
    if (!due) {
      base::log::error("release_failed", {{"reason", due.error().detail}});
      return false;
    }
    bool is_any_new = false;
    for (const store::Held& held : *due) {
      if (stuck.contains(held.id)) continue;
      is_any_new = true;
      auto envelope = decode_envelope(held.envelope);
      if (!envelope) base::log::error("release_failed", {{"held", held.id}, {"reason", "its envelope is damaged"}});
      if (!envelope || !Release(store, options, held, std::move(*envelope), now).run()) stuck.insert(held.id);
    }
    if (!is_any_new) return stuck.empty();
  }
}

}  // namespace portreeve::smtp
