#include "storage/sqlite/registry.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace portreeve::store::sqlite {

Entry::Entry(Registry& registry, LoadedMailbox loaded)
    : registry_(registry),
      id_(loaded.image->mailbox),
      image_(std::move(loaded.image)),
      first_recent_(loaded.first_recent) {}

ImagePtr Entry::image() const {
  const std::lock_guard lock(mutex_);
  return image_;
}

Uid Entry::first_recent() const {
  const std::lock_guard lock(mutex_);
  return first_recent_;
}

UidRange Entry::claim_recent() {
  UidRange claimed;
  {
    const std::lock_guard lock(mutex_);
    claimed = {first_recent_, image_->uid_next - 1};
    first_recent_ = image_->uid_next;
  }
  if (claimed.first <= claimed.last) registry_.mark_unsaved(id_, claimed.last + 1);
  return claimed;
}

UidRange Entry::peek_recent() const {
  const std::lock_guard lock(mutex_);
  return {first_recent_, image_->uid_next - 1};
}

std::shared_ptr<const Mailbox::Derived> Entry::derived() const {
  const std::lock_guard lock(mutex_);
  return derived_;
}

void Entry::keep(std::shared_ptr<const Derived> derived) {
  {
    const std::lock_guard lock(mutex_);
    derived_.swap(derived);
  }
  registry_.weigh(*this);
}

std::size_t Entry::memory() const {
  const std::lock_guard lock(mutex_);
  return image_->memory() + (derived_ ? derived_->memory() : 0);
}

void Entry::publish(ImagePtr image) {
  const std::lock_guard lock(mutex_);
  // The old image goes after the lock, if it goes at all: freeing a large one takes a while.
  image_.swap(image);
}

void Entry::notify() {
  const std::lock_guard lock(views_mutex_);
  for (View* view : views_) view->on_change_();
}

void Entry::attach(View& view) {
  const std::lock_guard lock(views_mutex_);
  views_.push_back(&view);
}

void Entry::detach(View& view) {
  const std::lock_guard lock(views_mutex_);
  std::erase(views_, &view);
}

ModSeq Entry::least_seen() const {
  const std::lock_guard lock(views_mutex_);
  ModSeq least = std::numeric_limits<ModSeq>::max();
  for (const View* view : views_) least = std::min(least, view->seen_.load());
  return least;
}

// The view is attached with seen_ at 0, which keeps everything, before the snapshot that it begins with is read.
View::View(Registry& registry, EntryPtr entry, std::function<void()> on_change)
    : registry_(registry), entry_(std::move(entry)), on_change_(std::move(on_change)) {
  entry_->attach(*this);
  seen_ = entry_->image()->highest_mod_seq;
}

View::~View() {
  entry_->detach(*this);
  registry_.view_moved();
}

void View::seen(const SnapshotPtr& snapshot) {
  if (snapshot->highest_mod_seq <= seen_) return;
  seen_ = snapshot->highest_mod_seq;
  registry_.view_moved();
}

Registry::Registry(std::size_t cache_bytes, std::function<void()> on_seen)
    : cache_bytes_(cache_bytes), on_seen_(std::move(on_seen)) {}

EntryPtr Registry::find(MailboxId mailbox) {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(mailbox);
  if (found == slots_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second.place);
  return found->second.entry;
}

EntryPtr Registry::get(MailboxId mailbox, const Loader& load) {
  if (EntryPtr entry = find(mailbox)) return entry;
  const std::lock_guard loading(load_mutex_);
  if (EntryPtr entry = find(mailbox)) return entry;
  auto loaded = load();
  if (!loaded) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto unsaved = unsaved_.find(mailbox);
    if (unsaved != unsaved_.end()) loaded->first_recent = std::max(loaded->first_recent, unsaved->second);
  }
  auto entry = std::make_shared<Entry>(*this, std::move(*loaded));
  insert(entry);
  return entry;
}

void Registry::insert(EntryPtr entry) {
  const std::lock_guard lock(mutex_);
  const MailboxId id = entry->id();
  order_.push_front(id);
  const auto slot = slots_.emplace(id, Slot{std::move(entry), 0, order_.begin()}).first;
  weigh(slot->second);
  shrink();
}

// Precondition: mutex_ is held.
void Registry::weigh(Slot& slot) {
  const std::size_t bytes = slot.entry->memory();
  bytes_ += bytes - slot.bytes;
  slot.bytes = bytes;
}

void Registry::weigh(const Entry& entry) {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(entry.id());
  if (slot == slots_.end() || slot->second.entry.get() != &entry) return;  // deleted meanwhile
  weigh(slot->second);
  shrink();
}

// Precondition: mutex_ is held. Nobody else can take an entry meanwhile, so a count of one stays one.
void Registry::shrink() {
  constexpr int kLookedAt = 64;  // open ones may be many
  for (int i = 0; i < kLookedAt && bytes_ > cache_bytes_ && !order_.empty(); ++i) {
    const auto slot = slots_.find(order_.back());
    if (slot->second.entry.use_count() > 1) {
      order_.splice(order_.begin(), order_, slot->second.place);
      continue;
    }
    bytes_ -= slot->second.bytes;
    order_.pop_back();
    slots_.erase(slot);
  }
}

void Registry::publish(MailboxId mailbox, const ImagePtr& image, Uid first_recent) {
  EntryPtr entry = find(mailbox);
  if (!entry) {
    if (image->is_deleted) return;
    // New in this commit: under the loaders' lock, so that none of them puts an older state in its place.
    const std::lock_guard loading(load_mutex_);
    if (entry = find(mailbox); !entry) {
      insert(std::make_shared<Entry>(*this, LoadedMailbox{image, first_recent}));
      return;
    }
  }
  entry->publish(image);
  {
    const std::lock_guard lock(mutex_);
    const auto slot = slots_.find(mailbox);
    if (slot != slots_.end()) {
      weigh(slot->second);
      if (image->is_deleted) {
        std::erase_if(gone_, [](const auto& item) { return item.second.expired(); });
        gone_.emplace(mailbox, entry);
        bytes_ -= slot->second.bytes;
        order_.erase(slot->second.place);
        slots_.erase(slot);
      }
      shrink();
    }
  }
  entry->notify();
}

ModSeq Registry::least_seen(MailboxId mailbox) const {
  EntryPtr entry;
  {
    const std::lock_guard lock(mutex_);
    const auto slot = slots_.find(mailbox);
    if (slot != slots_.end()) entry = slot->second.entry;
    const auto gone = gone_.find(mailbox);
    if (gone != gone_.end()) entry = gone->second.lock();
  }
  return entry ? entry->least_seen() : std::numeric_limits<ModSeq>::max();
}

std::unordered_map<MailboxId, Uid> Registry::take_unsaved() {
  const std::lock_guard lock(mutex_);
  return std::exchange(unsaved_, {});
}

void Registry::mark_unsaved(MailboxId mailbox, Uid first_recent) {
  const std::lock_guard lock(mutex_);
  Uid& unsaved = unsaved_[mailbox];
  unsaved = std::max(unsaved, first_recent);
}

bool Registry::has_unsaved() const {
  const std::lock_guard lock(mutex_);
  return !unsaved_.empty();
}

std::size_t Registry::size() const {
  const std::lock_guard lock(mutex_);
  return slots_.size();
}

}  // namespace portreeve::store::sqlite
