#include "protocols/imap/view.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace portreeve::imap {
namespace {

using store::Block;
using store::Message;
using store::Snapshot;
using store::SnapshotPtr;
using store::Uid;

// \Recent ranges kept; claims alternate between sessions, so each may add one. The oldest cease to be recent.
constexpr std::size_t kMaxRecentRanges = 256;

// Walks over a snapshot's messages, able to step over a whole block.
class Cursor {
 public:
  explicit Cursor(const Snapshot& snapshot) : blocks_(snapshot.blocks) { skip_empty(); }

  bool at_end() const { return block_ == blocks_.size(); }
  const Message& operator*() const { return (*blocks_[block_])[index_]; }
  // The block that begins here, or null within one.
  const Block* whole_block() const { return index_ == 0 ? blocks_[block_].get() : nullptr; }

  void next() {
    if (++index_ == blocks_[block_]->size()) next_block();
  }
  void next_block() {
    ++block_;
    index_ = 0;
    skip_empty();
  }

 private:
  void skip_empty() {
    while (!at_end() && blocks_[block_]->empty()) ++block_;
  }

  const std::vector<std::shared_ptr<const Block>>& blocks_;
  std::size_t block_ = 0;
  std::size_t index_ = 0;
};

// What `latest` has, with `ghosts` (ascending UIDs, none of them in `latest`) at their places.
SnapshotPtr with_ghosts(const Snapshot& latest, std::span<const Message> ghosts) {
  auto merged = std::make_shared<Snapshot>(latest);
  merged->blocks.clear();
  const auto by_uid = [](const Message& a, const Message& b) { return a.uid < b.uid; };
  auto ghost = ghosts.begin();
  for (const auto& block : latest.blocks) {
    if (block->empty()) continue;
    const auto end = std::upper_bound(ghost, ghosts.end(), block->back(), by_uid);
    if (ghost == end) {
      merged->blocks.push_back(block);
      continue;
    }
    auto mixed = std::make_shared<Block>();
    mixed->reserve(block->size() + static_cast<std::size_t>(end - ghost));
    std::merge(block->begin(), block->end(), ghost, end, std::back_inserter(*mixed), by_uid);
    merged->blocks.push_back(std::move(mixed));
    ghost = end;
  }
  if (ghost != ghosts.end()) merged->blocks.push_back(std::make_shared<Block>(ghost, ghosts.end()));
  merged->index();
  return merged;
}

SnapshotPtr emptied(const Snapshot& deleted) {
  auto empty = std::make_shared<Snapshot>(deleted);
  empty->blocks.clear();
  empty->index();
  return empty;
}

bool same_keywords(const Snapshot& a, const Snapshot& b) {
  if (a.keywords == b.keywords) return true;
  const std::vector<std::string> none;
  return (a.keywords ? *a.keywords : none) == (b.keywords ? *b.keywords : none);
}

}  // namespace

View::View(SnapshotPtr base) : latest_(std::move(base)), current_(latest_), settled_mod_seq_(latest_->highest_mod_seq) {
  if (latest_->is_deleted) current_ = emptied(*latest_);
}

Changes View::advance(const SnapshotPtr& latest, bool may_expunge) {
  Changes changes;
  if (!is_behind(latest, may_expunge)) return changes;

  const SnapshotPtr now = latest->is_deleted ? emptied(*latest) : latest;
  std::vector<Message> ghosts;
  std::uint32_t sequence = 0;  // of what `was` points to, in the old numbering
  Cursor is(*now);
  for (Cursor was(*current_); !was.at_end();) {
    if (const Block* block = was.whole_block(); block != nullptr && !is.at_end() && block == is.whole_block()) {
      sequence += static_cast<std::uint32_t>(block->size());
      was.next_block();
      is.next_block();
      continue;
    }
    ++sequence;
    if (!is.at_end() && (*is).uid == (*was).uid) {
      // Ghosts keep their numbers, so only told expunges shift what follows.
      if ((*is).flags != (*was).flags)
        changes.flags.push_back(sequence - static_cast<std::uint32_t>(changes.expunged.size()));
      is.next();
    } else if (may_expunge) {
      changes.expunged.push_back(sequence);
      add_number(changes.vanished, (*was).uid);
    } else {
      ghosts.push_back(*was);
    }
    was.next();
  }
  std::ranges::reverse(changes.expunged);
  changes.has_new_messages = !is.at_end();
  if (changes.has_new_messages) changes.first_new = sequence + 1 - static_cast<std::uint32_t>(changes.expunged.size());
  changes.has_new_keywords = !same_keywords(*latest_, *now);

  latest_ = latest;
  current_ = ghosts.empty() ? now : with_ghosts(*now, ghosts);
  ghosts_ = static_cast<std::uint32_t>(ghosts.size());
  if (ghosts_ == 0) settled_mod_seq_ = latest_->highest_mod_seq;
  return changes;
}

void View::add_recent(store::UidRange range) {
  if (range.first > range.last) return;
  if (!recent_.empty() && range.first <= recent_.back().last + 1) {
    recent_.back().last = std::max(recent_.back().last, range.last);
    return;
  }
  if (recent_.size() == kMaxRecentRanges) recent_.erase(recent_.begin());
  recent_.push_back(range);
}

void View::set_recent(store::UidRange range) {
  recent_.clear();
  add_recent(range);
}

bool View::is_recent(Uid uid) const {
  const auto range = std::ranges::lower_bound(recent_, uid, {}, &store::UidRange::last);
  return range != recent_.end() && range->first <= uid;
}

std::uint32_t View::recent() const {
  std::uint32_t count = 0;
  for (const store::UidRange& range : recent_) {
    const std::uint32_t end = range.last == UINT32_MAX ? current_->exists() + 1 : current_->lower_bound(range.last + 1);
    count += end - current_->lower_bound(range.first);
  }
  return count;
}

}  // namespace portreeve::imap
