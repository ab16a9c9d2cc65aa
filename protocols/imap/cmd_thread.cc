// THREAD (RFC 5256 §3).
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/mime/base_subject.h"
#include "core/mime/header.h"
#include "core/mime/text.h"
#include "protocols/imap/find_messages.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/printed_envelope.h"
#include "protocols/imap/threader.h"
#include "protocols/imap/turns.h"

namespace portreeve::imap {
namespace {

// A worker gives others their turn after so long.
constexpr std::chrono::milliseconds kTurn{50};
constexpr std::size_t kRowsRead = 256;
constexpr std::uint64_t kMaxHeader = std::uint64_t{64} * 1024;
constexpr std::size_t kMaxSubject = 256;
constexpr std::size_t kMaxRawSubject = 16 * kMaxSubject;

using Item = PrintedEnvelope::Item;

// Reads what threads are made of, and makes them, on a worker.
class Reading {
 public:
  Reading(store::Store& store, const store::Snapshot& messages, std::vector<std::uint32_t> sequences, Numbers numbers,
          ThreadAlgorithm algorithm)
      : store_(store),
        messages_(messages),
        sequences_(std::move(sequences)),
        numbers_(numbers),
        algorithm_(algorithm),
        threader_(algorithm) {}

  bool is_done() const { return is_done_; }
  std::uint32_t steps() const { return static_cast<std::uint32_t>(position_); }
  std::uint32_t total() const { return static_cast<std::uint32_t>(sequences_.size()); }
  bool has_missed() const { return has_missed_; }
  const std::string& threads() const { return threads_; }

  store::Result<> go_on() {
    const auto until = std::chrono::steady_clock::now() + kTurn;
    while (!is_done_ && std::chrono::steady_clock::now() < until) {
      if (position_ == sequences_.size()) {
        threader_.write(threads_);
        is_done_ = true;
      } else if (const auto read = read_some(); !read) {
        return read;
      }
    }
    return {};
  }

 private:
  struct Row {
    ThreadMessage message;
    std::string message_id;
    std::string in_reply_to;
    std::uint64_t header_bytes = 0;
    store::BodyId body = 0;
  };

  store::Result<> read_some() {
    const std::size_t count = std::min(kRowsRead, sequences_.size() - position_);
    std::vector<store::BodyId> bodies;
    bodies.reserve(count);
    for (std::size_t i = 0; i < count; ++i) bodies.push_back(messages_.at(sequences_[position_ + i]).body);
    std::vector<Row> rows;
    rows.reserve(count);
    const auto read = store_.summary_views(bodies, [&](std::size_t i, const mime::SummaryView* summary) {
      if (summary == nullptr) {
        has_missed_ = true;
      } else {
        rows.push_back(row_of(sequences_[position_ + i], *summary));
      }
      return true;
    });
    if (!read) return read;
    position_ += count;
    if (algorithm_ != ThreadAlgorithm::ordered_subject) return add_with_references(rows);
    for (const Row& row : rows) threader_.add(row.message);
    return {};
  }

  Row row_of(std::uint32_t sequence, const mime::SummaryView& summary) const {
    const store::Message& message = messages_.at(sequence);
    Row row;
    row.message.number = numbers_ == Numbers::uid ? message.uid : sequence;
    row.message.date = summary.date.value_or(message.internal_date);
    row.header_bytes = summary.header_bytes;
    row.body = message.body;
    PrintedEnvelope envelope(summary.envelope);
    if (algorithm_ != ThreadAlgorithm::refs) {
      const std::string subject = envelope.string(Item::subject).value_or("").substr(0, kMaxRawSubject);
      mime::BaseSubject base = mime::base_subject(mime::decode_header(subject));
      row.message.subject = mime::collation_key(base.text).substr(0, kMaxSubject);
      row.message.is_reply_or_forward = base.is_reply_or_forward;
    }
    if (algorithm_ != ThreadAlgorithm::ordered_subject) {
      row.in_reply_to = envelope.string(Item::in_reply_to).value_or("");
      row.message_id = envelope.string(Item::message_id).value_or("");
    }
    return row;
  }

  // References is in no summary.
  store::Result<> add_with_references(std::vector<Row>& rows) {
    std::vector<store::Store::BodyRange> ranges;
    ranges.reserve(rows.size());
    for (const Row& row : rows) ranges.push_back({row.body, 0, std::min(row.header_bytes, kMaxHeader)});
    std::string header;
    return store_.read_bodies(ranges, header, [&](std::size_t i, bool is_there) {
      Row& row = rows[i];
      row.message.message_id = row.message_id;
      row.message.in_reply_to = row.in_reply_to;
      if (is_there) {
        row.message.references = mime::find_field(header, "References").value_or(std::string_view());
        threader_.add(row.message);
      } else {
        has_missed_ = true;
      }
      header.clear();
      return true;
    });
  }

  store::Store& store_;
  const store::Snapshot& messages_;
  const std::vector<std::uint32_t> sequences_;
  const Numbers numbers_;
  const ThreadAlgorithm algorithm_;
  Threader threader_;
  std::size_t position_ = 0;
  bool has_missed_ = false;
  bool is_done_ = false;
  std::string threads_;
};

}  // namespace

async::Task<Reply> handle(Context& context, const Thread& command, Numbers numbers) {
  auto found = co_await find_messages(context, command.charset, command.key);
  if (!found) co_return found.error();

  Reading reading(context.services.store, context.selected->view->messages(), std::move(found->sequences), numbers,
                  command.algorithm);
  if (auto refusal = co_await take_turns(context, reading, true, "Cannot thread")) co_return *refusal;
  write_thread(context.out(), reading.threads());
  co_return found_reply(found->has_missed || reading.has_missed());
}

}  // namespace portreeve::imap
