// A mailbox as the transaction under way leaves it: a copy of the newest image, of which only touched blocks are
// copied, once per transaction.
//
// Threads: the writer's. Once finished, image() is immutable and may be shared.
#pragma once

#include <memory>
#include <vector>

#include "storage/sqlite/image.h"
#include "storage/sqlite/usage.h"

namespace portreeve::store::sqlite {

// Sorted, joined, without empty ranges.
UidSet normalized(UidSet uids);
// Precondition: `uid` is above all of `uids`.
void add_uid(UidSet& uids, Uid uid);

class Draft {
 public:
  // `touches` counts changes over all drafts of a transaction, `growth` what those of the mailbox's account add.
  Draft(ImagePtr base, std::uint64_t& touches, Growth& growth);

  // What finish() will have made complete; `ends` isn't kept up before.
  std::shared_ptr<const Image> image() const { return next_; }
  bool is_touched() const { return is_touched_; }
  bool is_deleted() const { return next_->is_deleted; }

  // Begins one change: all messages that it touches bear this mod-sequence.
  ModSeq new_mod_seq();
  // The bits of these flags, new keywords added. Errc::limit, with nothing changed, if there is no room for one.
  Flags intern(const FlagList& flags);
  // The bits of those keywords that are known.
  Flags known(const FlagList& flags) const;
  // Errc::limit if `count` more UIDs can't be given out.
  void check_room(std::size_t count) const;
  // Gives the message its UID; its mod-sequence is the caller's.
  Uid append(Message message);
  std::vector<Message> select(const UidSet& uids, Flags required) const;
  // Sets flags to (flags & keep) | set; gives the UIDs of those that it changed.
  std::vector<Uid> set_flags(const UidSet& uids, Flags keep, Flags set);
  // Takes these out; gives them.
  std::vector<Message> remove(const UidSet& uids, Flags required);
  void mark_deleted();
  // Has the counts, which are always those of the messages, written anew.
  void recount() { touch(); }

  // Writes what changed. `first_recent` goes along.
  void write(Connection& connection, Uid first_recent);
  // No more changes after this.
  void finish() { next_->index(); }

 private:
  struct Run {  // messages [begin, end) of one block
    std::size_t block;
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Run> runs_of(const UidSet& uids) const;
  Block& writable(std::size_t block);
  void touch();
  void count(const Message& message, bool is_added);
  void tidy();
  void add_keywords(const std::vector<std::string_view>& missing, Flags reserved);

  std::shared_ptr<Image> next_;
  std::vector<std::shared_ptr<Block>> owned_;  // in step with next_->blocks; null: shared with the base
  std::vector<Uid> dropped_;                   // keys of rows to delete
  std::vector<std::pair<ModSeq, UidSet>> expunged_;
  ModSeq trimmed_at_;  // the mod-sequence that the base had
  std::uint64_t& touches_;
  Growth& growth_;
  bool is_touched_ = false;
};

}  // namespace portreeve::store::sqlite
