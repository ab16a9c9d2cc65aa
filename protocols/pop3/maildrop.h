// A session's maildrop: the INBOX as it was at login, and what the client has marked for removal (RFC 1939 §5).
// Everything is in memory.
// Threads: its session's loop.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/types.h"

namespace portreeve::pop3 {

class Maildrop {
 public:
  explicit Maildrop(store::SnapshotPtr snapshot);

  const store::Snapshot& snapshot() const { return *snapshot_; }
  // Of the messages that aren't marked.
  std::uint32_t count() const { return count_; }
  std::uint64_t bytes() const { return bytes_; }

  // The message of that number, or null if there is none or it is marked.
  const store::Message* find(std::uint32_t number) const;
  // Precondition: 1 <= number <= snapshot().exists().
  bool is_marked(std::uint32_t number) const { return !marks_.empty() && marks_[number - 1]; }
  // Precondition: find(number) isn't null.
  void mark(std::uint32_t number);
  void unmark_all();
  bool has_marks() const { return count_ != snapshot_->exists(); }
  // What QUIT removes. A range may span UIDs that no message had at login; the mailbox had none there, and UIDs are
  // never given twice.
  store::UidSet marked() const;

 private:
  store::SnapshotPtr snapshot_;
  std::vector<bool> marks_;  // empty until the first mark
  std::uint32_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace portreeve::pop3
