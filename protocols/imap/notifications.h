// What a client asked for by NOTIFY (RFC 5465), and what came of it since the last look.
//
// The store's writer only marks that something changed; the session then compares the account's list with the one that
// the client knows. So what waits for a session that is slow is bounded, whatever happens meanwhile: beyond
// kMaxPendingBytes of changed annotations, which no comparison would find, it is [NOTIFICATIONOVERFLOW].
// Threads: the connection's loop, save PendingNews.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "protocols/imap/context.h"
#include "protocols/imap/mailbox_news.h"

namespace portreeve::imap {

constexpr std::size_t kMaxPendingBytes = std::size_t{16} * 1024;

// Threads: add() is the store's writer's.
class PendingNews {
 public:
  struct Taken {
    bool is_changed = false;
    bool has_overflowed = false;
    std::vector<store::ChangedAnnotation> annotations;  // sorted
  };
  explicit PendingNews(bool keeps_annotations) : keeps_annotations_(keeps_annotations) {}
  void add(std::span<const store::ChangedAnnotation> annotations);
  Taken take();

 private:
  const bool keeps_annotations_;
  std::mutex mutex_;
  bool is_changed_ = false;
  std::size_t bytes_ = 0;
  std::set<store::ChangedAnnotation> annotations_;
};

struct Notifications {
  explicit Notifications(std::vector<EventGroup> groups_);

  std::vector<EventGroup> groups;  // empty: NONE
  PendingNews pending;
  OwnChanges own;                              // of the command under way
  store::MailboxListPtr known;                 // as the client knows it; null: nothing of it is watched
  std::unique_ptr<store::AccountWatch> watch;  // the last member, so that its news end first
};

// What is asked about the selected mailbox; null: nothing, or NOTIFY wasn't used.
const EventGroup* selected_group(const Context& context);
// Does the view of the selected mailbox stand still, as none of its events are asked for (RFC 5465 §3.1)?
bool is_still(const Context& context);
// Do changes of the selected mailbox wake the session whenever it rests?
bool listens_always(const Context& context);
// May a session that rests, outside IDLE, be told of expunges (RFC 5465 §6.1.2)?
bool may_expunge_at_rest(const Context& context);

// Is there anything that tell_news() would tell, save of other mailboxes?
bool has_news(const Context& context, bool may_expunge);
// Queues what changed in the selected mailbox and, after NOTIFY, elsewhere.
async::Task<> tell_news(Context& context, bool may_expunge, bool with_uid);

// Where the command under way notes what it changes itself. Null: nothing is watched, and nothing would clear it again.
OwnChanges* own_changes(Context& context);
// Messages that the session itself brought to a mailbox, up to this UID; see OwnChanges.
void note_own_messages(Context& context, store::MailboxId mailbox, std::size_t messages, store::Uid last,
                       store::ModSeq steps);
void note_own_name(Context& context, const std::string& name, bool exists);

}  // namespace portreeve::imap
