#include "storage/sqlite/draft.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "storage/sqlite/expunged.h"
#include "storage/sqlite/names.h"
#include "storage/sqlite/packing.h"

namespace portreeve::store::sqlite {
namespace {

// Counting the rows at each expunge would cost more than a few rows too many.
constexpr ModSeq kTrimEvery = 64;

Flags bit_of(std::size_t keyword) { return Flags{1} << (kFirstKeywordBit + keyword); }

}  // namespace

void add_uid(UidSet& uids, Uid uid) {
  if (!uids.empty() && uids.back().last + 1 == uid) {
    uids.back().last = uid;
  } else {
    uids.push_back({uid, uid});
  }
}

UidSet normalized(UidSet uids) {
  std::erase_if(uids, [](const UidRange& range) { return range.first > range.last; });
  std::ranges::sort(uids, {}, &UidRange::first);
  UidSet joined;
  for (const UidRange& range : uids) {
    if (!joined.empty() && range.first <= joined.back().last) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

Draft::Draft(ImagePtr base, std::uint64_t& touches, Growth& growth)
    : next_(std::make_shared<Image>(*base)),
      owned_(base->blocks.size()),
      trimmed_at_(base->highest_mod_seq),
      touches_(touches),
      growth_(growth) {}

void Draft::touch() {
  is_touched_ = true;
  ++touches_;
}

void Draft::count(const Message& message, bool is_added) {
  next_->count(message, is_added);
  growth_.messages += is_added ? 1 : -1;
  growth_.bytes += is_added ? std::int64_t{message.size} : -std::int64_t{message.size};
}

ModSeq Draft::new_mod_seq() {
  touch();
  return ++next_->highest_mod_seq;
}

Block& Draft::writable(std::size_t block) {
  if (!owned_[block]) {
    owned_[block] = std::make_shared<Block>(*next_->blocks[block]);
    next_->blocks[block] = owned_[block];
  }
  return *owned_[block];
}

Flags Draft::known(const FlagList& flags) const {
  Flags bits = flags.system;
  const auto& names = *next_->keywords;
  for (const std::string& keyword : flags.keywords) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (base::equals_ignoring_case(names[i], keyword)) bits |= bit_of(i);
    }
  }
  return bits;
}

Flags Draft::intern(const FlagList& flags) {
  std::vector<std::string_view> missing;
  for (const std::string& keyword : flags.keywords) {
    check_keyword(keyword);
    const auto is_same = [&](std::string_view other) { return base::equals_ignoring_case(other, keyword); };
    if (known({.system = 0, .keywords = {keyword}}) == 0 && std::ranges::none_of(missing, is_same)) {
      missing.push_back(keyword);
    }
  }
  if (!missing.empty()) add_keywords(missing, known({.system = 0, .keywords = flags.keywords}));
  return known({.system = flags.system & (bit_of(0) - 1), .keywords = flags.keywords});
}

// When there is no room, keywords that no message bears any longer, and that aren't `reserved`, give theirs.
void Draft::add_keywords(const std::vector<std::string_view>& missing, Flags reserved) {
  auto names = std::make_shared<std::vector<std::string>>(*next_->keywords);
  std::vector<std::size_t> places;
  if (names->size() + missing.size() > kMaxKeywords) {
    Flags used = reserved;
    for (const auto& block : next_->blocks) {
      for (const Message& message : *block) used |= message.flags;
    }
    for (std::size_t i = 0; i < names->size(); ++i) {
      if ((used & bit_of(i)) == 0) places.push_back(i);
    }
  }
  while (places.size() < missing.size() && names->size() < kMaxKeywords) {
    places.push_back(names->size());
    names->emplace_back();
  }
  if (places.size() < missing.size()) {
    fail(Errc::limit, "the mailbox has " + std::to_string(kMaxKeywords) + " keywords already");
  }
  for (std::size_t i = 0; i < missing.size(); ++i) (*names)[places[i]] = missing[i];
  next_->keywords = std::move(names);
  touch();
}

void Draft::check_room(std::size_t count) const {
  if (count > UINT32_MAX - next_->uid_next) fail(Errc::limit, "the mailbox has given out all UIDs");
}

Uid Draft::append(Message message) {
  touch();
  message.uid = next_->uid_next++;
  if (next_->blocks.empty() || next_->blocks.back()->size() >= kBlockMessages) {
    owned_.push_back(std::make_shared<Block>());
    next_->blocks.push_back(owned_.back());
    next_->keys.push_back(message.uid);
  }
  writable(next_->blocks.size() - 1).push_back(message);
  count(message, true);
  return message.uid;
}

std::vector<Draft::Run> Draft::runs_of(const UidSet& uids) const {
  std::vector<Run> runs;
  const auto& blocks = next_->blocks;
  std::size_t block = 0;
  for (const UidRange& range : uids) {
    while (block < blocks.size() && blocks[block]->back().uid < range.first) ++block;
    for (; block < blocks.size() && blocks[block]->front().uid <= range.last; ++block) {
      const Block& messages = *blocks[block];
      const auto begin = std::ranges::lower_bound(messages, range.first, {}, &Message::uid);
      const auto end = std::ranges::upper_bound(messages, range.last, {}, &Message::uid);
      if (begin != end) {
        runs.push_back({block, static_cast<std::size_t>(begin - messages.begin()),
                        static_cast<std::size_t>(end - messages.begin())});
      }
      if (messages.back().uid > range.last) break;
    }
  }
  return runs;
}

std::vector<Message> Draft::select(const UidSet& uids, Flags required) const {
  std::vector<Message> found;
  for (const Run& run : runs_of(uids)) {
    for (std::size_t i = run.begin; i < run.end; ++i) {
      const Message& message = (*next_->blocks[run.block])[i];
      if ((message.flags & required) == required) found.push_back(message);
    }
  }
  return found;
}

std::vector<Uid> Draft::set_flags(const UidSet& uids, Flags keep, Flags set) {
  std::vector<Uid> changed;
  ModSeq mod_seq = 0;
  for (const Run& run : runs_of(uids)) {
    for (std::size_t i = run.begin; i < run.end; ++i) {
      const Flags before = (*next_->blocks[run.block])[i].flags;
      const Flags after = (before & keep) | set;
      if (after == before) continue;
      if (mod_seq == 0) mod_seq = new_mod_seq();
      Message& message = writable(run.block)[i];
      next_->count(message, false);
      message.flags = after;
      message.mod_seq = mod_seq;
      next_->count(message, true);
      changed.push_back(message.uid);
    }
  }
  return changed;
}

std::vector<Message> Draft::remove(const UidSet& uids, Flags required) {
  std::vector<Message> removed;
  UidSet gone;
  const std::vector<Run> runs = runs_of(uids);
  for (auto run = runs.begin(); run != runs.end();) {
    const std::size_t index = run->block;
    const Block& before = *next_->blocks[index];
    Block after;
    std::size_t kept_to = 0;
    const std::size_t removed_before = removed.size();
    for (; run != runs.end() && run->block == index; ++run) {
      after.insert(after.end(), before.begin() + static_cast<std::ptrdiff_t>(kept_to),
                   before.begin() + static_cast<std::ptrdiff_t>(run->begin));
      for (std::size_t i = run->begin; i < run->end; ++i) {
        const Message& message = before[i];
        if ((message.flags & required) != required) {
          after.push_back(message);
          continue;
        }
        removed.push_back(message);
        add_uid(gone, message.uid);
        count(message, false);
      }
      kept_to = run->end;
    }
    if (removed.size() == removed_before) continue;
    after.insert(after.end(), before.begin() + static_cast<std::ptrdiff_t>(kept_to), before.end());
    owned_[index] = std::make_shared<Block>(std::move(after));
    next_->blocks[index] = owned_[index];
  }
  if (removed.empty()) return removed;
  expunged_.emplace_back(new_mod_seq(), std::move(gone));
  tidy();
  return removed;
}

// Drops empty blocks and joins touched ones with a neighbour that has room, so that a mailbox whose messages come and
// go doesn't end as many tiny rows.
void Draft::tidy() {
  auto& blocks = next_->blocks;
  auto& keys = next_->keys;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i]->empty()) {
      dropped_.push_back(keys[i]);
      continue;
    }
    const bool is_touched = owned_[i] || (kept > 0 && owned_[kept - 1]);
    if (kept > 0 && is_touched && blocks[kept - 1]->size() + blocks[i]->size() <= kBlockMessages / 2) {
      const auto more = blocks[i];
      Block& into = writable(kept - 1);
      into.insert(into.end(), more->begin(), more->end());
      dropped_.push_back(keys[i]);
      continue;
    }
    if (kept != i) {
      blocks[kept] = std::move(blocks[i]);
      owned_[kept] = std::move(owned_[i]);
      keys[kept] = keys[i];
    }
    ++kept;
  }
  blocks.resize(kept);
  owned_.resize(kept);
  keys.resize(kept);
}

void Draft::mark_deleted() {
  new_mod_seq();
  next_->is_deleted = true;
  next_->blocks.clear();
  next_->keys.clear();
  owned_.clear();
  growth_.messages -= next_->messages;
  growth_.bytes -= static_cast<std::int64_t>(next_->bytes);
  next_->messages = next_->unseen = next_->deleted = 0;
  next_->bytes = 0;
}

void Draft::write(Connection& connection, Uid first_recent) {
  const MailboxId mailbox = next_->mailbox;
  if (next_->is_deleted) {
    connection.run("DELETE FROM block WHERE id BETWEEN ? AND ?", block_row(mailbox, 0), block_row(mailbox, UINT32_MAX));
    forget_expunged(connection, mailbox);
    connection.run("DELETE FROM mailbox WHERE id = ?", mailbox);
    return;
  }
  for (const Uid key : dropped_) connection.run("DELETE FROM block WHERE id = ?", block_row(mailbox, key));
  for (std::size_t i = 0; i < owned_.size(); ++i) {
    if (!owned_[i]) continue;
    connection.run("REPLACE INTO block(id, data) VALUES (?, ?)", block_row(mailbox, next_->keys[i]),
                   Blob{pack_block(*owned_[i])});
  }
  for (const auto& [mod_seq, uids] : expunged_) write_expunged(connection, mailbox, mod_seq, uids);
  // Whatever the change that passes it: expunges may fall between all multiples, as where STORE and EXPUNGE alternate.
  if (next_->highest_mod_seq / kTrimEvery != trimmed_at_ / kTrimEvery) trim_expunged(connection, mailbox);
  connection.run(
      "UPDATE mailbox SET uid_next = ?, mod_seq = ?, first_recent = ?, messages = ?, unseen = ?, deleted = ?, "
      "bytes = ?, keywords = ? WHERE id = ?",
      next_->uid_next, next_->highest_mod_seq, first_recent, next_->messages, next_->unseen, next_->deleted,
      next_->bytes, pack_keywords(*next_->keywords), mailbox);
}

}  // namespace portreeve::store::sqlite
