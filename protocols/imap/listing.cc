#include "protocols/imap/listing.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/response.h"

namespace portreeve::imap {
namespace {

// A name that may be listed.
struct Entry {
  const store::MailboxInfo* mailbox = nullptr;  // null: there is none of this name
  bool is_parent = false;                       // there is one below it
  bool is_subscribed = false;
  bool is_matched = false;      // by the patterns
  std::string_view given = {};  // by a pattern that spells this name otherwise
};
using Entries = std::map<std::string_view, Entry>;

// Of those that are in `entries`, the ones above them are there too: names may be hundreds of levels deep.
void add_parents(Entries& entries, std::string_view name, bool is_child_there) {
  while (true) {
    const std::size_t end = name.rfind(store::kDelimiter);
    if (end == std::string_view::npos || end == 0) return;
    name = name.substr(0, end);
    const auto [entry, is_new] = entries.try_emplace(name);
    if (is_child_there ? entry->second.is_parent : !is_new) return;
    entry->second.is_parent |= is_child_there;
  }
}

Entries existing(const store::MailboxList& mailboxes) {
  Entries entries;
  for (const store::MailboxInfo& mailbox : mailboxes.mailboxes) {
    entries[mailbox.name].mailbox = &mailbox;
    add_parents(entries, mailbox.name, true);
  }
  return entries;
}

void add_subscribed(Entries& entries, const store::MailboxList& mailboxes) {
  for (const std::string& name : mailboxes.subscribed) {
    entries[name].is_subscribed = true;
    add_parents(entries, name, false);
  }
}

class Lister {
 public:
  Lister(const List& command, Entries entries, NameForm form, bool is_rev2)
      : command_(command), entries_(std::move(entries)), form_(form), is_rev2_(is_rev2) {
    for (const std::string& pattern : command.patterns) patterns_.emplace_back(command.reference, pattern);
    for (auto& [name, entry] : entries_) match(name, entry);
  }

  void write(std::string& out, const ListedMailbox& listed) const {
    for (const auto& [name, entry] : entries_) {
      if (!entry.is_matched) continue;
      const bool has_hidden_child = command_.is_recursive_match && hides_selected_child(name);
      if (!is_selected(entry) && !has_hidden_child) continue;
      write_list(out, line(name, entry, has_hidden_child), form_);
      if (listed && entry.mailbox != nullptr) listed(*entry.mailbox);
    }
  }

 private:
  void match(std::string_view name, Entry& entry) const {
    const auto pattern = std::ranges::find_if(patterns_, [&](const ListPattern& each) { return each.matches(name); });
    if (pattern == patterns_.end()) return;
    entry.is_matched = true;
    if (pattern->literal_name() != name) entry.given = pattern->literal_name();
  }

  bool is_selected(const Entry& entry) const {
    if (command_.selects_subscribed && !entry.is_subscribed) return false;
    if (command_.selects_special_use)
      return entry.mailbox != nullptr && entry.mailbox->special_use != store::SpecialUse::none;
    return command_.selects_subscribed || entry.mailbox != nullptr || entry.is_parent;
  }

  // RFC 5258 §3.5: CHILDINFO tells of a child that the patterns don't list itself.
  bool hides_selected_child(std::string_view name) const {
    const std::string prefix = std::string(name) + store::kDelimiter;
    for (auto child = entries_.lower_bound(prefix); child != entries_.end() && child->first.starts_with(prefix);
         ++child) {
      if (is_selected(child->second) && !child->second.is_matched) return true;
    }
    return false;
  }

  ListLine line(std::string_view name, const Entry& entry, bool has_hidden_child) const {
    ListLine line;
    line.name = name;
    line.is_no_select = entry.mailbox == nullptr;
    line.is_non_existent = entry.mailbox == nullptr && is_extended();
    line.has_children = entry.is_parent;
    line.is_subscribed = entry.is_subscribed && (command_.selects_subscribed || command_.returns_subscribed);
    // Also where nobody asks: macOS Mail and Outlook never do, and use them.
    if (entry.mailbox != nullptr) line.special_use = to_codec(entry.mailbox->special_use);
    line.has_subscribed_child = has_hidden_child;
    if (is_rev2_) line.old_name = entry.given;
    return line;
  }

  bool is_extended() const {
    return is_rev2_ || command_.selects_subscribed || command_.selects_special_use || command_.returns_subscribed ||
           command_.returns_children || command_.returns_special_use || !command_.returns_status.empty() ||
           !command_.returns_metadata.empty() || command_.returns_my_rights || command_.patterns.size() > 1;
  }

  const List& command_;
  Entries entries_;
  const NameForm form_;
  const bool is_rev2_;
  std::vector<ListPattern> patterns_;
};

}  // namespace

void write_listing(std::string& out, const List& command, const store::MailboxList& mailboxes,
                   const ListedMailbox& listed, NameForm form, bool is_rev2) {
  // RFC 3501 §6.3.8: an empty name asks for the delimiter.
  if (command.patterns.size() == 1 && command.patterns.front().empty()) {
    write_list_root(out, false);
    return;
  }
  Entries entries = existing(mailboxes);
  add_subscribed(entries, mailboxes);
  Lister(command, std::move(entries), form, is_rev2).write(out, listed);
}

void write_mailbox_line(std::string& out, const store::MailboxList& mailboxes, const store::MailboxInfo& mailbox,
                        std::string_view old_name, NameForm form) {
  ListLine line;
  line.name = mailbox.name;
  line.has_children = has_children(mailboxes, mailbox.name);
  line.special_use = to_codec(mailbox.special_use);
  line.old_name = old_name;
  write_list(out, line, form);
}

void write_listing(std::string& out, const Lsub& command, const store::MailboxList& mailboxes, NameForm form) {
  if (command.pattern.empty()) {
    write_list_root(out, true);
    return;
  }
  Entries entries = existing(mailboxes);
  add_subscribed(entries, mailboxes);
  const ListPattern pattern(command.reference, command.pattern);
  const bool has_percent = command.pattern.find('%') != std::string::npos;
  const auto has_subscribed_child = [&](std::string_view name) {
    const std::string prefix = std::string(name) + store::kDelimiter;
    const auto child = std::ranges::lower_bound(mailboxes.subscribed, prefix);
    return child != mailboxes.subscribed.end() && child->starts_with(prefix);
  };
  for (const auto& [name, entry] : entries) {
    if (!pattern.matches(name)) continue;
    // RFC 3501 §6.3.9: "foo" stands for a subscribed "foo/bar" where '%' can't reach that.
    const bool stands_for_child = !entry.is_subscribed && has_percent && has_subscribed_child(name);
    if (!entry.is_subscribed && !stands_for_child) continue;
    ListLine line;
    line.is_lsub = true;
    line.name = name;
    line.is_no_select = stands_for_child || entry.mailbox == nullptr;
    line.has_children = entry.is_parent;
    if (entry.mailbox != nullptr) line.special_use = to_codec(entry.mailbox->special_use);
    write_list(out, line, form);
  }
}

}  // namespace portreeve::imap
