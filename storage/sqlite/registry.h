// The mailboxes held in memory: those that sessions have open, and a bounded number of others.
//
// An entry's image is the newest committed one. It is loaded by whoever asks first, under a lock that only loaders
// share; from then on the writer alone replaces it. An entry that anybody but the registry holds is never evicted, so
// an image can't go stale: the writer holds an entry from the moment it drafts a change until it has published it.
// Threads: any.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "storage/sqlite/image.h"
#include "storage/store.h"

namespace portreeve::store::sqlite {

class Registry;
class View;

class Entry final : public Mailbox {
 public:
  Entry(Registry& registry, LoadedMailbox loaded);

  MailboxId id() const override { return id_; }
  SnapshotPtr snapshot() const override { return image(); }
  UidRange claim_recent() override;
  UidRange peek_recent() const override;
  std::shared_ptr<const Derived> derived() const override;
  void keep(std::shared_ptr<const Derived> derived) override;

  ImagePtr image() const;
  std::size_t memory() const;  // bytes
  Uid first_recent() const;
  void publish(ImagePtr image);
  // Tells every view; called without any lock of the registry.
  void notify();
  void attach(View& view);
  void detach(View& view);
  // The lowest mod-sequence that a view has not gone past, or the highest number if there is no view.
  ModSeq least_seen() const;

 private:
  Registry& registry_;
  const MailboxId id_;
  mutable std::mutex mutex_;  // of the three below
  ImagePtr image_;
  std::shared_ptr<const Derived> derived_;
  Uid first_recent_;
  mutable std::mutex views_mutex_;
  std::vector<View*> views_;
};
using EntryPtr = std::shared_ptr<Entry>;

class View final : public OpenMailbox {
 public:
  View(Registry& registry, EntryPtr entry, std::function<void()> on_change);
  ~View() override;
  Mailbox& mailbox() override { return *entry_; }
  void seen(const SnapshotPtr& snapshot) override;

 private:
  friend class Entry;
  Registry& registry_;
  EntryPtr entry_;
  std::function<void()> on_change_;
  std::atomic<ModSeq> seen_{0};
};

class Registry {
 public:
  using Loader = std::function<std::optional<LoadedMailbox>()>;

  // `on_seen` is called when a view goes forward or away.
  Registry(std::size_t cache_bytes, std::function<void()> on_seen);

  // Null if there is no such mailbox.
  EntryPtr get(MailboxId mailbox, const Loader& load);
  EntryPtr find(MailboxId mailbox);
  // The writer's, after a commit.
  void publish(MailboxId mailbox, const ImagePtr& image, Uid first_recent);
  // First recent UIDs that sessions claimed up to and that no commit has taken along yet.
  std::unordered_map<MailboxId, Uid> take_unsaved();
  void mark_unsaved(MailboxId mailbox, Uid first_recent);
  bool has_unsaved() const;
  // The lowest mod-sequence that a view of the mailbox has not gone past, or the highest number if it has none.
  ModSeq least_seen(MailboxId mailbox) const;
  void view_moved() const { on_seen_(); }
  // It takes more memory now, or less.
  void weigh(const Entry& entry);
  std::size_t size() const;

 private:
  struct Slot {
    EntryPtr entry;
    std::size_t bytes = 0;
    std::list<MailboxId>::iterator place;
  };
  void insert(EntryPtr entry);
  void weigh(Slot& slot);
  void shrink();

  const std::size_t cache_bytes_;
  const std::function<void()> on_seen_;
  std::mutex load_mutex_;
  mutable std::mutex mutex_;  // of all below
  std::unordered_map<MailboxId, Slot> slots_;
  std::list<MailboxId> order_;  // the longest unused last
  std::size_t bytes_ = 0;
  std::unordered_map<MailboxId, std::weak_ptr<Entry>> gone_;  // deleted, but perhaps still open
  std::unordered_map<MailboxId, Uid> unsaved_;
};

}  // namespace portreeve::store::sqlite
