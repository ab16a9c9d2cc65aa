#include "protocols/imap/sorter.h"

#include <algorithm>
#include <chrono>
#include <compare>
#include <numeric>
#include <optional>

#include "core/mime/base_subject.h"
#include "core/mime/text.h"
#include "protocols/imap/printed_envelope.h"

namespace portreeve::imap {
namespace {

// A worker gives others their turn after so long.
constexpr std::chrono::milliseconds kTurn{50};
constexpr std::size_t kRowsRead = 1024;
constexpr std::size_t kRowsOrdered = 4096;
// Encoded words and "Re:" may take more than what they leave.
constexpr std::size_t kMaxRawText = 16 * kMaxSortText;

using Item = PrintedEnvelope::Item;

bool is_number(SortKey key) {
  return key == SortKey::arrival || key == SortKey::date || key == SortKey::size || key == SortKey::relevancy;
}

Item item_of(SortKey key) {
  switch (key) {
    case SortKey::subject: return Item::subject;
    case SortKey::from:
    case SortKey::display_from: return Item::from;
    case SortKey::to:
    case SortKey::display_to: return Item::to;
    case SortKey::cc: return Item::cc;
    case SortKey::arrival:
    case SortKey::date:
    case SortKey::relevancy:
    case SortKey::size: break;
  }
  return Item::date;
}

std::string decoded(const std::optional<std::string>& raw) {
  return raw ? mime::decode_header(std::string_view(*raw).substr(0, kMaxRawText)) : std::string();
}

// RFC 5957 §3: the name, or the whole address where there is none. A group has its name as mailbox.
std::string displayed(const PrintedAddress& address) {
  if (std::string name = decoded(address.name); !name.empty()) return name;
  std::string text = decoded(address.mailbox);
  if (address.host) text += '@' + *address.host;
  return text;
}

std::string text_of(SortKey key, PrintedEnvelope& envelope) {
  if (key == SortKey::subject) return mime::base_subject(decoded(envelope.string(Item::subject))).text;
  const auto address = envelope.first_address(item_of(key));
  if (!address) return {};
  const bool is_displayed = key == SortKey::display_from || key == SortKey::display_to;
  return is_displayed ? displayed(*address) : decoded(address->mailbox);
}

}  // namespace

Sorter::Sorter(store::Store& store, const store::Snapshot& messages, std::vector<std::uint32_t> sequences,
               const std::vector<SortCriterion>& criteria, Comparator comparator)
    : store_(store), messages_(messages), collation_(comparator.collation), sequences_(std::move(sequences)) {
  for (const SortCriterion& criterion : criteria) {
    Column& column = columns_.emplace_back(Column{.key = criterion.key, .is_reverse = criterion.is_reverse});
    if (is_number(criterion.key)) {
      column.numbers.resize(sequences_.size());
    } else {
      column.texts.resize(sequences_.size());
      column.is_reverse ^= comparator.is_reverse;
      needs_envelopes_ = true;
    }
    needs_summaries_ |= criterion.key == SortKey::date;
  }
  needs_summaries_ |= needs_envelopes_;
  fill_order_.resize(columns_.size());
  std::iota(fill_order_.begin(), fill_order_.end(), std::size_t{0});
  std::ranges::sort(fill_order_, {}, [&](std::size_t i) { return item_of(columns_[i].key); });
  rows_.reserve(sequences_.size());
}

store::Result<> Sorter::go_on() {
  const auto until = std::chrono::steady_clock::now() + kTurn;
  while (!is_done() && std::chrono::steady_clock::now() < until) {
    switch (phase_) {
      case Phase::reading:
        if (const auto read = read_some(); !read) return read;
        break;
      case Phase::ordering: order_some(); break;
      case Phase::merging: merge_some(); break;
      case Phase::done: break;
    }
  }
  return {};
}

store::Result<> Sorter::read_some() {
  const std::size_t end = std::min(position_ + kRowsRead, sequences_.size());
  if (needs_summaries_) {
    std::vector<store::BodyId> bodies;
    bodies.reserve(end - position_);
    for (std::size_t row = position_; row < end; ++row) bodies.push_back(messages_.at(sequences_[row]).body);
    const auto read = store_.summary_views(bodies, [&](std::size_t i, const mime::SummaryView* summary) {
      if (summary == nullptr) {
        has_missed_ = true;
      } else {
        fill(position_ + i, summary);
      }
      return true;
    });
    if (!read) return read;
  } else {
    for (std::size_t row = position_; row < end; ++row) fill(row, nullptr);
  }
  position_ = end;
  if (position_ < sequences_.size()) return {};
  phase_ = Phase::ordering;
  position_ = 0;
  return {};
}

void Sorter::fill(std::size_t row, const mime::SummaryView* summary) {
  const store::Message& message = messages_.at(sequences_[row]);
  rows_.push_back(static_cast<std::uint32_t>(row));
  std::optional<PrintedEnvelope> envelope;
  if (needs_envelopes_) envelope.emplace(summary->envelope);
  for (const std::size_t i : fill_order_) {
    Column& column = columns_[i];
    switch (column.key) {
      case SortKey::arrival: column.numbers[row] = message.internal_date; break;
      case SortKey::relevancy: break;  // all that is found is found exactly
      case SortKey::size: column.numbers[row] = message.size; break;
      // RFC 5256 §2.2: where there is no Date, or none that can be read, the internal date.
      case SortKey::date: column.numbers[row] = summary->date.value_or(message.internal_date); break;
      default: {
        std::string text = collation_key(collation_, text_of(column.key, *envelope));
        if (text.size() > kMaxSortText) text.resize(kMaxSortText);
        text.shrink_to_fit();
        column.texts[row] = std::move(text);
      }
    }
  }
}

// Runs of their own, so that no step takes long.
void Sorter::order_some() {
  const std::size_t end = std::min(position_ + kRowsOrdered, rows_.size());
  const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(position_);
  std::sort(begin, rows_.begin() + static_cast<std::ptrdiff_t>(end),
            [this](std::uint32_t a, std::uint32_t b) { return is_before(a, b); });
  position_ = end;
  if (position_ < rows_.size()) return;
  phase_ = Phase::merging;
  position_ = 0;
  width_ = kRowsOrdered;
  if (width_ >= rows_.size()) finish();
}

void Sorter::merge_some() {
  merged_.resize(rows_.size());
  const auto at = [](std::vector<std::uint32_t>& rows, std::size_t position) {
    return rows.begin() + static_cast<std::ptrdiff_t>(std::min(position, rows.size()));
  };
  std::merge(at(rows_, position_), at(rows_, position_ + width_), at(rows_, position_ + width_),
             at(rows_, position_ + 2 * width_), at(merged_, position_),
             [this](std::uint32_t a, std::uint32_t b) { return is_before(a, b); });
  position_ += 2 * width_;
  if (position_ < rows_.size()) return;
  rows_.swap(merged_);
  position_ = 0;
  width_ *= 2;
  if (width_ >= rows_.size()) finish();
}

void Sorter::finish() {
  phase_ = Phase::done;
  for (std::uint32_t& row : rows_) row = sequences_[row];
  sequences_ = std::move(rows_);
  columns_.clear();
}

bool Sorter::is_before(std::uint32_t a, std::uint32_t b) const {
  for (const Column& column : columns_) {
    const std::strong_ordering order =
        column.texts.empty() ? column.numbers[a] <=> column.numbers[b] : column.texts[a].compare(column.texts[b]) <=> 0;
    if (order != 0) return column.is_reverse ? order > 0 : order < 0;
  }
  // RFC 5256 §3: by sequence number, which REVERSE doesn't turn round.
  return a < b;
}

}  // namespace portreeve::imap
