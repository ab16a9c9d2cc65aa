// THREAD (RFC 5256 §3).
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "core/mime/base_subject.h"
#include "core/mime/header.h"
#include "core/mime/text.h"
#include "protocols/imap/comparator.h"
#include "protocols/imap/find_messages.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/printed_envelope.h"
#include "protocols/imap/thread_facts.h"
#include "protocols/imap/threader.h"
#include "protocols/imap/turns.h"

namespace portreeve::imap {
namespace {

// A worker gives others their turn after so long.
constexpr std::chrono::milliseconds kTurn{50};
constexpr std::size_t kRowsRead = 256;
constexpr std::size_t kStep = 4096;  // messages between two looks at the clock
// A table that is larger isn't kept.
constexpr std::size_t kMaxKept = std::size_t{32} * 1024 * 1024;
constexpr std::uint64_t kMaxHeader = std::uint64_t{64} * 1024;
constexpr std::size_t kMaxSubject = 256;
constexpr std::size_t kMaxRawSubject = 16 * kMaxSubject;

using Item = PrintedEnvelope::Item;

// Reads what threads are made of, save what the mailbox's table has of it, and makes them, on a worker.
class Reading {
 public:
  Reading(store::Store& store, store::Mailbox& mailbox, const store::Snapshot& messages,
          std::vector<std::uint32_t> sequences, Numbers numbers, ThreadAlgorithm algorithm, Collation collation)
      : store_(store),
        mailbox_(mailbox),
        messages_(messages),
        sequences_(std::move(sequences)),
        numbers_(numbers),
        known_(kept_table(mailbox, collation)),
        fresh_(known_->key(), collation),
        threader_(algorithm) {}

  bool is_done() const { return phase_ == Phase::done; }
  std::uint32_t steps() const { return phase_ == Phase::reading ? static_cast<std::uint32_t>(position_) : total(); }
  std::uint32_t total() const { return static_cast<std::uint32_t>(sequences_.size()); }
  bool has_missed() const { return has_missed_; }
  const std::string& threads() const { return threads_; }

  store::Result<> go_on() {
    const auto until = std::chrono::steady_clock::now() + kTurn;
    while (!is_done() && std::chrono::steady_clock::now() < until) {
      switch (phase_) {
        case Phase::reading:
          if (const auto read = read_some(); !read) return read;
          break;
        case Phase::threading: thread_some(); break;
        case Phase::writing:
          threader_.write(threads_);
          keep_table();
          phase_ = Phase::done;
          break;
        case Phase::done: break;
      }
    }
    return {};
  }

 private:
  enum class Phase : std::uint8_t { reading, threading, writing, done };
  struct Row {
    std::uint32_t sequence = 0;
    std::string subject;
    std::string message_id;
    std::string in_reply_to;
    std::int64_t date = 0;
    bool is_reply_or_forward = false;
    std::uint64_t header_bytes = 0;
    store::BodyId body = 0;
  };

  static std::shared_ptr<const ThreadTable> kept_table(const store::Mailbox& mailbox, Collation collation) {
    auto kept = std::dynamic_pointer_cast<const ThreadTable>(mailbox.derived());
    if (kept && kept->collation() == collation) return kept;
    return std::make_shared<const ThreadTable>(tls::make_hash_key(), collation);
  }

  store::Uid uid(std::size_t position) const { return messages_.at(sequences_[position]).uid; }

  // Goes on in `table` to the message, both by ascending UID. Is it there?
  static bool seek(const ThreadTable& table, std::size_t& at, store::Uid uid) {
    while (at < table.size() && table.uid(at) < uid) ++at;
    return at < table.size() && table.uid(at) == uid;
  }

  void begin(Phase phase) {
    phase_ = phase;
    position_ = 0;
    known_at_ = 0;
    fresh_at_ = 0;
  }

  store::Result<> read_some() {
    std::vector<std::uint32_t> unknown;
    for (std::size_t looked_at = 0; position_ < sequences_.size() && unknown.size() < kRowsRead && looked_at < kStep;
         ++position_, ++looked_at) {
      if (!seek(*known_, known_at_, uid(position_))) unknown.push_back(sequences_[position_]);
    }
    if (!unknown.empty()) {
      if (const auto done = read(unknown); !done) return done;
    }
    if (position_ == sequences_.size()) begin(Phase::threading);
    return {};
  }

  store::Result<> read(const std::vector<std::uint32_t>& sequences) {
    std::vector<store::BodyId> bodies;
    bodies.reserve(sequences.size());
    for (const std::uint32_t sequence : sequences) bodies.push_back(messages_.at(sequence).body);
    std::vector<Row> rows;
    rows.reserve(sequences.size());
    const auto read = store_.summary_views(bodies, [&](std::size_t i, const mime::SummaryView* summary) {
      if (summary != nullptr) rows.push_back(row_of(sequences[i], *summary));
      return true;
    });
    if (!read) return read;
    return add_with_references(rows);
  }

  Row row_of(std::uint32_t sequence, const mime::SummaryView& summary) const {
    const store::Message& message = messages_.at(sequence);
    PrintedEnvelope envelope(summary.envelope);
    Row row;
    row.sequence = sequence;
    row.date = summary.date.value_or(message.internal_date);
    row.header_bytes = summary.header_bytes;
    row.body = message.body;
    const std::string subject = envelope.string(Item::subject).value_or("").substr(0, kMaxRawSubject);
    const mime::BaseSubject base = mime::base_subject(mime::decode_header(subject));
    row.subject = collation_key(fresh_.collation(), base.text).substr(0, kMaxSubject);
    row.is_reply_or_forward = base.is_reply_or_forward;
    row.in_reply_to = envelope.string(Item::in_reply_to).value_or("");
    row.message_id = envelope.string(Item::message_id).value_or("");
    return row;
  }

  // References is in no summary.
  store::Result<> add_with_references(const std::vector<Row>& rows) {
    std::vector<store::Store::BodyRange> ranges;
    ranges.reserve(rows.size());
    for (const Row& row : rows) ranges.push_back({row.body, 0, std::min(row.header_bytes, kMaxHeader)});
    std::string header;
    return store_.read_bodies(ranges, header, [&](std::size_t i, bool is_there) {
      const Row& row = rows[i];
      if (is_there) {
        fresh_.add(messages_.at(row.sequence).uid,
                   {.date = row.date,
                    .subject = row.subject,
                    .is_reply_or_forward = row.is_reply_or_forward,
                    .message_id = row.message_id,
                    .references = mime::find_field(header, "References").value_or(std::string_view()),
                    .in_reply_to = row.in_reply_to});
      }
      header.clear();
      return true;
    });
  }

  void thread_some() {
    for (const std::size_t end = std::min(position_ + kStep, sequences_.size()); position_ < end; ++position_) {
      const store::Uid uid = this->uid(position_);
      const std::uint32_t number = numbers_ == Numbers::uid ? uid : sequences_[position_];
      if (seek(*known_, known_at_, uid)) {
        threader_.add(number, known_->facts(known_at_), known_->references(known_at_));
      } else if (seek(fresh_, fresh_at_, uid)) {
        threader_.add(number, fresh_.facts(fresh_at_), fresh_.references(fresh_at_));
      } else {
        has_missed_ = true;
      }
    }
    if (position_ == sequences_.size()) phase_ = Phase::writing;
  }

  // For the next THREAD: all that is known of the messages that are still there.
  void keep_table() const {
    if (fresh_.size() == 0) return;
    auto table = std::make_shared<ThreadTable>(known_->key(), known_->collation());
    std::size_t known = 0;
    std::size_t fresh = 0;
    for (const auto& block : messages_.blocks) {
      for (const store::Message& message : *block) {
        if (seek(*known_, known, message.uid)) {
          table->add(*known_, known);
        } else if (seek(fresh_, fresh, message.uid)) {
          table->add(fresh_, fresh);
        }
      }
    }
    if (table->memory() <= kMaxKept) mailbox_.keep(std::move(table));
  }

  store::Store& store_;
  store::Mailbox& mailbox_;
  const store::Snapshot& messages_;
  const std::vector<std::uint32_t> sequences_;
  const Numbers numbers_;
  const std::shared_ptr<const ThreadTable> known_;
  ThreadTable fresh_;
  Threader threader_;
  Phase phase_ = Phase::reading;
  std::size_t position_ = 0;  // of the phase, as the next two
  std::size_t known_at_ = 0;
  std::size_t fresh_at_ = 0;
  bool has_missed_ = false;
  std::string threads_;
};

}  // namespace

async::Task<Reply> handle(Context& context, const Thread& command, Numbers numbers) {
  const auto key = co_await ready_key(context, command.charset, command.key);
  if (!key) co_return key.error();
  if (searches_too_many(context, key->key())) co_return too_many_messages(context);
  auto found = co_await find_messages(context, *key);
  if (!found) co_return found.error();

  Reading reading(context.services.store, context.selected->open->mailbox(), context.selected->view->messages(),
                  std::move(found->sequences), numbers, command.algorithm, context.comparator.collation);
  if (auto refusal = co_await take_turns(context, reading, true, "Cannot thread")) co_return *refusal;
  write_thread(context.out(), reading.threads());
  co_return found_reply(found->has_missed || reading.has_missed());
}

}  // namespace portreeve::imap
