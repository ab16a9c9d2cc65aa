// What a client that uses NOTIFY is told of mailboxes that it hasn't selected (RFC 5465 §5, §6), worked out from the
// account's list as the client knows it and as it is now: many changes between two looks are one line.
// Threads: values and pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/command.h"
#include "protocols/imap/mailbox_choice.h"
#include "protocols/imap/mailbox_name.h"
#include "storage/store.h"

namespace portreeve::imap {

// What the groups ask about any mailbox, selected ones aside.
Events events_of(std::span<const EventGroup> groups);

// What they ask about each. The groups and the list, of which the subscriptions count, must outlive it.
class Watched {
 public:
  Watched(std::span<const EventGroup> groups, const store::MailboxList& mailboxes);
  // All that those groups ask which the mailbox is in, up to the first that says NONE.
  Events of(std::string_view mailbox) const;

 private:
  struct Group {
    MailboxChoice mailboxes;
    Events events = 0;
  };
  std::vector<Group> groups_;
};

// What the session did itself, and so isn't told of (RFC 5465 §5); what others did at the same time is.
struct OwnChanges {
  struct Name {
    std::string name;
    bool exists = true;  // now
  };
  struct Added {
    store::MailboxId mailbox = 0;
    std::uint32_t messages = 0;
    store::Uid last = 0;
    store::ModSeq steps = 0;  // of the mailbox's mod-sequence
  };
  std::vector<Name> names;
  std::vector<std::string> subscriptions;
  std::optional<Added> added;
  store::MailboxId closed = 0;  // and perhaps expunged
  std::vector<store::ChangedAnnotation> annotations;
};

struct NewsContext {
  std::span<const EventGroup> groups;
  const OwnChanges& own;
  store::MailboxId selected = 0;  // its messages are news of another kind
  bool has_condstore = false;
  NameForm form = NameForm::modified_utf7;
};

// LIST: mailboxes made, deleted, renamed, and subscriptions.
void write_list_news(std::string& out, const NewsContext& context, const store::MailboxList& before,
                     const store::MailboxList& after);
// STATUS: messages and flags.
void write_status_news(std::string& out, const NewsContext& context, const store::MailboxList& before,
                       const store::MailboxList& after);
// METADATA, for annotations that are sorted.
void write_metadata_news(std::string& out, const NewsContext& context,
                         std::span<const store::ChangedAnnotation> annotations, const store::MailboxList& mailboxes);
// The STATUS of all that is watched, which NOTIFY SET STATUS asks for.
void write_watched_status(std::string& out, const NewsContext& context, const store::MailboxList& mailboxes);

}  // namespace portreeve::imap
