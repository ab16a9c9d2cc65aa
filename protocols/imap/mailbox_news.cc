#include "protocols/imap/mailbox_news.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>

#include "protocols/imap/mailboxes.h"
#include "protocols/imap/other_users.h"
#include "protocols/imap/response.h"

namespace portreeve::imap {
namespace {

using store::MailboxInfo;
using store::MailboxList;
using store::MailboxStatus;

bool is_at_or_below(std::string_view name, std::string_view top) {
  return name.starts_with(top) && (name.size() == top.size() || name[top.size()] == store::kDelimiter);
}

// Mailboxes of one list that the other hasn't under the same name and id; both are sorted by name.
std::vector<const MailboxInfo*> missing_in(const MailboxList& other, const MailboxList& list) {
  std::vector<const MailboxInfo*> missing;
  auto theirs = other.mailboxes.begin();
  for (const MailboxInfo& mailbox : list.mailboxes) {
    while (theirs != other.mailboxes.end() && theirs->name < mailbox.name) ++theirs;
    const bool is_there = theirs != other.mailboxes.end() && theirs->name == mailbox.name && theirs->id == mailbox.id;
    if (!is_there) missing.push_back(&mailbox);
  }
  return missing;
}

// Which mailboxes went and came, by name.
class Difference {
 public:
  Difference(const MailboxList& before, const MailboxList& after)
      : went_(missing_in(after, before)), came_(missing_in(before, after)) {
    for (const MailboxInfo* mailbox : went_) by_id_.emplace(mailbox->id, mailbox);
    for (const MailboxInfo* mailbox : came_) {
      if (const MailboxInfo* old = renamed_from(*mailbox)) renames_.emplace(old->name, mailbox->name);
    }
  }
  const std::vector<const MailboxInfo*>& went() const { return went_; }
  const std::vector<const MailboxInfo*>& came() const { return came_; }
  // Null: it wasn't there.
  const MailboxInfo* renamed_from(const MailboxInfo& mailbox) const {
    const auto old = by_id_.find(mailbox.id);
    return old == by_id_.end() ? nullptr : old->second;
  }
  bool is_renamed(const MailboxInfo& went) const { return renames_.contains(went.name); }
  // RFC 5465 §5.4: children that went along aren't told of.
  bool went_along(std::string_view old_name, std::string_view new_name) const {
    for (std::string_view top = parent_of(old_name); !top.empty(); top = parent_of(top)) {
      const auto parent = renames_.find(top);
      if (parent == renames_.end() || !is_at_or_below(new_name, parent->second)) continue;
      if (old_name.substr(top.size()) == new_name.substr(parent->second.size())) return true;
    }
    return false;
  }

 private:
  std::vector<const MailboxInfo*> went_;
  std::vector<const MailboxInfo*> came_;
  std::unordered_map<store::MailboxId, const MailboxInfo*> by_id_;  // of those that went
  std::map<std::string_view, std::string_view> renames_;
};

// The names that LIST is to tell of.
class ListNews {
 public:
  ListNews(const NewsContext& context, const MailboxList& before, const MailboxList& after)
      : context_(context), before_(before), after_(after), watched_(context.groups, either_) {
    std::ranges::set_union(before.subscribed, after.subscribed, std::back_inserter(either_.subscribed));
  }

  void gather() {
    const Difference difference(before_, after_);
    for (const MailboxInfo* mailbox : difference.went()) {
      if (!difference.is_renamed(*mailbox)) add_made_or_deleted(mailbox->name);
    }
    for (const MailboxInfo* mailbox : difference.came()) {
      const MailboxInfo* old = difference.renamed_from(*mailbox);
      if (old == nullptr) {
        add_made_or_deleted(mailbox->name);
      } else if (!difference.went_along(old->name, mailbox->name)) {
        add(mailbox->name, kMailboxName, old->name);
      }
    }
    std::vector<std::string_view> subscriptions;
    std::ranges::set_symmetric_difference(before_.subscribed, after_.subscribed, std::back_inserter(subscriptions));
    for (const std::string_view name : subscriptions) {
      if (std::ranges::find(context_.own.subscriptions, name) == context_.own.subscriptions.end())
        add(name, kSubscriptionChange);
    }
    // Made by this session, and deleted by another at once, or the other way round.
    for (const OwnChanges::Name& own : context_.own.names) {
      if (own.exists != (after_.find(own.name) != nullptr)) insert(own.name, kMailboxName, {});
    }
  }

  void write(std::string& out) const {
    for (const auto& [name, old_name] : lines_) {
      const MailboxInfo* mailbox = after_.find(name);
      ListLine line;
      line.name = name;
      line.old_name = old_name;
      // The list has the account's own alone.
      line.is_non_existent = mailbox == nullptr && !is_other_users(name);
      line.has_children = has_children(after_, name);
      line.is_subscribed = after_.is_subscribed(name);
      if (mailbox != nullptr) line.special_use = to_codec(mailbox->special_use);
      write_list(out, line, context_.form);
    }
  }

 private:
  // RFC 5465 §5.4: the direct parent, whether it exists or not, is affected too.
  void add_made_or_deleted(std::string_view name) {
    add(name, kMailboxName);
    if (const std::string_view parent = parent_of(name); !parent.empty()) add(parent, kMailboxName);
  }

  void add(std::string_view name, Event event, std::string_view old_name = {}) {
    const auto is_own = [&](const OwnChanges::Name& own) { return is_at_or_below(own.name, name); };
    if (event == kMailboxName && std::ranges::any_of(context_.own.names, is_own)) return;
    insert(name, event, old_name);
  }

  void insert(std::string_view name, Event event, std::string_view old_name) {
    if (!is_wanted(name, event) && (old_name.empty() || !is_wanted(old_name, event))) return;
    std::string_view& told = lines_[name];
    if (!old_name.empty()) told = old_name;
  }

  bool is_wanted(std::string_view name, Event event) const { return (watched_.of(name) & event) != 0; }

  const NewsContext& context_;
  const MailboxList& before_;
  const MailboxList& after_;
  MailboxList either_;  // what was or is subscribed
  const Watched watched_;
  std::map<std::string_view, std::string_view> lines_;  // names, and what they were
};

bool is_own(const OwnChanges& own, const MailboxInfo& mailbox, const MailboxStatus& was) {
  const MailboxStatus& is = mailbox.status;
  if (own.closed == mailbox.id) return is.uid_next == was.uid_next;
  return own.added && own.added->mailbox == mailbox.id && is.uid_next == own.added->last + 1 &&
         is.messages == was.messages + own.added->messages &&
         is.highest_mod_seq == was.highest_mod_seq + own.added->steps;
}

using StatusValues = std::vector<std::pair<StatusItem, std::uint64_t>>;

void write_values(std::string& out, const NewsContext& context, const MailboxInfo& mailbox, bool with_messages,
                  bool with_uid_validity, bool with_unseen, bool with_mod_seq) {
  const MailboxStatus& status = mailbox.status;
  StatusValues values;
  if (with_messages) {
    values.emplace_back(StatusItem::messages, status.messages);
    values.emplace_back(StatusItem::uid_next, status.uid_next);
  }
  if (with_uid_validity) values.emplace_back(StatusItem::uid_validity, status.uid_validity);
  if (with_unseen) values.emplace_back(StatusItem::unseen, status.unseen);
  if (with_mod_seq) values.emplace_back(StatusItem::highest_mod_seq, status.highest_mod_seq);
  write_status(out, mailbox.name, values, context.form);
}

}  // namespace

Events events_of(std::span<const EventGroup> groups) {
  Events events = 0;
  for (const EventGroup& group : groups) {
    if (!group.is_about_selected()) events |= group.events;
  }
  return events;
}

Watched::Watched(std::span<const EventGroup> groups, const MailboxList& mailboxes) {
  groups_.reserve(groups.size());
  for (const EventGroup& group : groups)
    groups_.push_back({MailboxChoice(std::span(&group.mailboxes, 1), mailboxes), group.events});
}

Events Watched::of(std::string_view mailbox) const {
  Events events = 0;
  for (const Group& group : groups_) {
    if (!group.mailboxes.has(mailbox)) continue;
    if (group.events == 0) break;
    events |= group.events;
  }
  return events;
}

void write_list_news(std::string& out, const NewsContext& context, const MailboxList& before,
                     const MailboxList& after) {
  ListNews news(context, before, after);
  news.gather();
  news.write(out);
}

void write_status_news(std::string& out, const NewsContext& context, const MailboxList& before,
                       const MailboxList& after) {
  const Difference difference(before, after);
  const Watched watched(context.groups, after);
  auto previous = before.mailboxes.begin();
  for (const MailboxInfo& mailbox : after.mailboxes) {
    while (previous != before.mailboxes.end() && previous->name < mailbox.name) ++previous;
    const bool had_name = previous != before.mailboxes.end() && previous->name == mailbox.name;
    const MailboxInfo* was = had_name && previous->id == mailbox.id ? &*previous : difference.renamed_from(mailbox);
    if (mailbox.id == context.selected) continue;
    const MailboxStatus old = was != nullptr ? was->status : MailboxStatus();
    const MailboxStatus& now = mailbox.status;
    // RFC 5465 §5.1: another mailbox of this name has another UIDVALIDITY.
    const bool is_another = had_name && was == nullptr;
    const bool has_messages = now.messages != old.messages || now.uid_next != old.uid_next;
    const bool has_flags = now.unseen != old.unseen ||
                           (context.has_condstore && was != nullptr && now.highest_mod_seq != old.highest_mod_seq);
    if (!is_another && !has_messages && !has_flags) continue;
    const Events events = watched.of(mailbox.name);
    const bool watches_flags = (events & kFlagChange) != 0;
    const bool is_told = (events & kMessageNew) != 0 && (has_messages || is_another || watches_flags);
    if (!is_told || (was != nullptr && is_own(context.own, mailbox, old))) continue;
    write_values(out, context, mailbox, has_messages || is_another, watches_flags || is_another, watches_flags,
                 context.has_condstore);
  }
}

void write_metadata_news(std::string& out, const NewsContext& context,
                         std::span<const store::ChangedAnnotation> annotations, const MailboxList& mailboxes) {
  const Watched watched(context.groups, mailboxes);
  for (auto next = annotations.begin(); next != annotations.end();) {
    const store::MailboxId id = next->mailbox;
    std::vector<std::string_view> entries;
    for (; next != annotations.end() && next->mailbox == id; ++next) {
      if (std::ranges::find(context.own.annotations, *next) == context.own.annotations.end())
        entries.push_back(next->entry);
    }
    const MailboxInfo* mailbox = id == 0 ? nullptr : mailboxes.find(id);
    if (entries.empty() || (id != 0 && mailbox == nullptr)) continue;
    const std::string_view name = mailbox == nullptr ? std::string_view() : std::string_view(mailbox->name);
    const bool is_wanted = mailbox == nullptr ? (events_of(context.groups) & kServerMetadataChange) != 0
                                              : (watched.of(name) & kMailboxMetadataChange) != 0;
    if (is_wanted) write_changed_metadata(out, name, entries, context.form);
  }
}

void write_watched_status(std::string& out, const NewsContext& context, const MailboxList& mailboxes) {
  const Watched watched(context.groups, mailboxes);
  for (const MailboxInfo& mailbox : mailboxes.mailboxes) {
    if (mailbox.id == context.selected) continue;
    const Events events = watched.of(mailbox.name);
    const bool watches_flags = (events & kFlagChange) != 0;
    if ((events & kMessageNew) != 0) write_values(out, context, mailbox, true, true, watches_flags, watches_flags);
  }
}

}  // namespace portreeve::imap
