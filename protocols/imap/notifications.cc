#include "protocols/imap/notifications.h"

#include <algorithm>
#include <utility>

#include "protocols/imap/failure.h"
#include "protocols/imap/mailboxes.h"

namespace portreeve::imap {
namespace {

async::Task<> tell_selected(Context& context, bool may_expunge, bool with_uid) {
  Changes changes = context.selected->advance(may_expunge);
  if (context.notifications) {
    with_uid = true;  // RFC 5465 §5.1
    if ((selected_group(context)->events & kFlagChange) == 0) changes.flags.clear();
  }
  co_await tell_changes(context, std::move(changes), with_uid);
}

// RFC 5465 §5.8: as if NOTIFY NONE had come.
void overflow(Context& context) {
  context.tell(Reply::ok("Too much has changed; ask anew", "NOTIFICATIONOVERFLOW"));
  context.notifications = std::make_unique<Notifications>(std::vector<EventGroup>());
  if (context.selected) context.selected->is_listening = false;
}

async::Task<> tell_elsewhere(Context& context) {
  Notifications& notifications = *context.notifications;
  const OwnChanges own = std::exchange(notifications.own, {});
  const PendingNews::Taken taken = notifications.pending.take();
  if (!taken.is_changed) co_return;
  if (taken.has_overflowed) co_return overflow(context);
  auto list = co_await read_mailboxes(context);
  if (!list) {
    failure(context, "Cannot tell what changed", list.error());
    co_return overflow(context);
  }
  const store::MailboxListPtr before = std::exchange(notifications.known, std::move(*list));
  const NewsContext news{notifications.groups, own, context.selected ? context.selected->id() : 0,
                         context.is_condstore_enabled, context.name_form};
  write_list_news(context.out(), news, *before, *notifications.known);
  write_status_news(context.out(), news, *before, *notifications.known);
  write_metadata_news(context.out(), news, taken.annotations, *notifications.known);
}

}  // namespace

void PendingNews::add(std::span<const store::ChangedAnnotation> annotations) {
  const std::lock_guard lock(mutex_);
  is_changed_ = true;
  if (!keeps_annotations_) return;
  for (const store::ChangedAnnotation& annotation : annotations) {
    if (bytes_ > kMaxPendingBytes) return;
    if (annotations_.insert(annotation).second) bytes_ += sizeof(annotation) + annotation.entry.size();
  }
}

PendingNews::Taken PendingNews::take() {
  const std::lock_guard lock(mutex_);
  Taken taken{std::exchange(is_changed_, false),
              std::exchange(bytes_, 0) > kMaxPendingBytes,
              {annotations_.begin(), annotations_.end()}};
  annotations_.clear();
  return taken;
}

Notifications::Notifications(std::vector<EventGroup> groups_)
    : groups(std::move(groups_)),
      pending((events_of(groups) & (kMailboxMetadataChange | kServerMetadataChange)) != 0) {}

const EventGroup* selected_group(const Context& context) {
  if (!context.notifications) return nullptr;
  const auto& groups = context.notifications->groups;
  const auto group = std::ranges::find_if(groups, &EventGroup::is_about_selected);
  return group == groups.end() || group->events == 0 ? nullptr : &*group;
}

bool is_still(const Context& context) { return context.notifications && selected_group(context) == nullptr; }

bool listens_always(const Context& context) { return selected_group(context) != nullptr; }

bool may_expunge_at_rest(const Context& context) {
  const EventGroup* group = selected_group(context);
  return group != nullptr && group->mailboxes.kind == MailboxFilter::Kind::selected;
}

bool has_news(const Context& context, bool may_expunge) {
  return context.selected && !is_still(context) && context.selected->has_news(may_expunge);
}

async::Task<> tell_news(Context& context, bool may_expunge, bool with_uid) {
  if (has_news(context, may_expunge)) co_await tell_selected(context, may_expunge, with_uid);
  if (!context.is_over() && context.notifications && context.notifications->watch) co_await tell_elsewhere(context);
}

OwnChanges* own_changes(Context& context) {
  return context.notifications && context.notifications->watch ? &context.notifications->own : nullptr;
}

void note_own_messages(Context& context, store::MailboxId mailbox, std::size_t messages, store::Uid last,
                       store::ModSeq steps) {
  const auto count = static_cast<std::uint32_t>(messages);
  if (context.selected && context.selected->id() == mailbox) context.selected->own_new = {last + 1 - count, last};
  if (OwnChanges* own = own_changes(context)) own->added = {mailbox, count, last, steps};
}

void note_own_name(Context& context, const std::string& name, bool exists) {
  if (OwnChanges* own = own_changes(context)) own->names.push_back({name, exists});
}

}  // namespace portreeve::imap
