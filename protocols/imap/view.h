// A session's view of its selected mailbox: which message has which sequence number, and what the client must be told
// so that its idea of the mailbox becomes ours.
//
// The view is a snapshot. advance() moves it to a later one and says what changed. While a client may not be told of
// expunges (RFC 3501 §7.4.1: during FETCH, STORE and SEARCH by number), messages that are gone stay in the view as
// ghosts, with their last flags and their numbers, and new mail and flags are told all the same.
//
// Knows no I/O. Snapshots share the blocks that didn't change, so advancing a mailbox of 100,000 looks at a few.
// Threads: the session's loop.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocols/imap/sequence_set.h"
#include "storage/types.h"

namespace portreeve::imap {

// In the order in which a client is to be told.
struct Changes {
  std::vector<std::uint32_t> expunged;  // highest first, so that no number depends on one sent before
  std::vector<NumberRange> vanished;    // the same by UID, ascending
  bool has_new_messages = false;        // EXISTS is to be told
  std::uint32_t first_new = 0;          // then the number of the first of them, after the expunges
  bool has_new_keywords = false;        // FLAGS and PERMANENTFLAGS are to be told
  std::vector<std::uint32_t> flags;     // ascending numbers, as they are after the expunges
  // The same, of messages whose mod-sequence alone is to be told; advance() has none.
  std::vector<std::uint32_t> mod_seqs = {};
  bool empty() const { return expunged.empty() && !has_new_messages && !has_new_keywords && flags.empty(); }
};

class View {
 public:
  explicit View(store::SnapshotPtr base);

  // Would advance() have anything to tell?
  bool is_behind(const store::SnapshotPtr& latest, bool may_expunge) const {
    return latest != latest_ || (may_expunge && ghosts_ != 0);
  }
  // Moves on to `latest`, a later state of the same mailbox. One that is deleted counts as emptied.
  Changes advance(const store::SnapshotPtr& latest, bool may_expunge);

  const store::Snapshot& messages() const { return *current_; }
  const store::SnapshotPtr& current() const { return current_; }
  // The newest state of the mailbox that the client knows whole; null while there are ghosts.
  store::SnapshotPtr settled() const { return ghosts_ == 0 ? latest_ : nullptr; }
  // The mod-sequence up to which the client knows all that changed.
  store::ModSeq settled_mod_seq() const { return settled_mod_seq_; }
  bool has_ghosts() const { return ghosts_ != 0; }
  bool is_deleted() const { return latest_->is_deleted; }

  // --- \Recent (RFC 3501 §2.3.2), a matter of the session
  // `range` may be empty (first > last).
  void add_recent(store::UidRange range);
  void set_recent(store::UidRange range);
  bool is_recent(store::Uid uid) const;
  // How many messages of the view are \Recent.
  std::uint32_t recent() const;

 private:
  store::SnapshotPtr latest_;
  store::SnapshotPtr current_;  // latest_ and the ghosts
  std::uint32_t ghosts_ = 0;
  store::ModSeq settled_mod_seq_ = 0;
  std::vector<store::UidRange> recent_;  // ascending
};

}  // namespace portreeve::imap
