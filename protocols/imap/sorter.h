// Puts messages in the order of a SORT (RFC 5256 §2.2, RFC 5957).
//
// Sizes and arrivals are in memory. Of a summary only what is asked for is looked at: its date costs no look at the
// envelope. Texts compare by the comparator given; messages that are equal in all stand in the order of the mailbox.
//
// Limits. Of a text its first kMaxSortText bytes count. A text takes that much memory for each message, at most.
// Threads: one at a time; on a worker if needs_store(). The view must not change meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/mime/summary_codec.h"
#include "protocols/imap/command.h"
#include "protocols/imap/comparator.h"
#include "storage/store.h"

namespace portreeve::imap {

constexpr std::size_t kMaxSortText = 256;

class Sorter {
 public:
  // `store` and `messages` must outlive it.
  Sorter(store::Store& store, const store::Snapshot& messages, std::vector<std::uint32_t> sequences,
         const std::vector<SortCriterion>& criteria, Comparator comparator = {});

  bool needs_store() const { return needs_summaries_; }
  bool is_done() const { return phase_ == Phase::done; }
  // Goes on for some milliseconds, or to the end.
  store::Result<> go_on();

  // Once it is done. Messages that are gone are left out.
  std::vector<std::uint32_t> take_sequences() { return std::move(sequences_); }
  bool has_missed() const { return has_missed_; }

 private:
  enum class Phase : std::uint8_t { reading, ordering, merging, done };
  // What one criterion goes by, a value a message.
  struct Column {
    SortKey key = SortKey::date;
    bool is_reverse = false;
    std::vector<std::int64_t> numbers = {};
    std::vector<std::string> texts = {};
  };

  store::Result<> read_some();
  void fill(std::size_t row, const mime::SummaryView* summary);
  void order_some();
  void merge_some();
  void finish();
  bool is_before(std::uint32_t a, std::uint32_t b) const;

  store::Store& store_;
  const store::Snapshot& messages_;
  const Collation collation_;
  std::vector<std::uint32_t> sequences_;
  std::vector<Column> columns_;  // the first decides first
  std::vector<std::size_t> fill_order_;
  bool needs_summaries_ = false;
  bool needs_envelopes_ = false;
  bool has_missed_ = false;
  Phase phase_ = Phase::reading;
  std::size_t position_ = 0;  // of the phase
  std::size_t width_ = 0;     // of the runs that are in order
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> merged_;
};

}  // namespace portreeve::imap
