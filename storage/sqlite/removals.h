// Which bodies may go, and which must wait for a session that may still read them.
//
// A release waits until each view of its mailbox has gone past it, and until none of its bodies is waited for by
// another release. Threads: any.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "storage/sqlite/shared.h"

namespace portreeve::store::sqlite {

class Removals {
 public:
  using LeastSeen = std::function<ModSeq(MailboxId)>;

  explicit Removals(LeastSeen least_seen) : least_seen_(std::move(least_seen)) {}

  void add(std::vector<Release> releases);
  // Looks at the views again.
  void promote();
  // Releases of which all bodies may be looked at, in the order in which they became so.
  std::deque<Release> take_ready();
  // For those that could not be removed, to be tried again.
  void put_back(std::deque<Release> releases);
  bool has_ready() const;
  bool is_waiting() const;
  // By a view that has not gone past the release that lists it.
  bool is_wanted(BodyId body) const;

 private:
  struct Waiting {
    Release release;
    bool is_seen = false;  // by all views
  };
  bool is_past(const Release& release) const;
  void promote_locked();

  const LeastSeen least_seen_;
  mutable std::mutex mutex_;
  std::list<Waiting> waiting_;
  std::unordered_map<BodyId, unsigned> wanted_;  // by how many releases that a view has not gone past
  std::deque<Release> ready_;
};

}  // namespace portreeve::store::sqlite
