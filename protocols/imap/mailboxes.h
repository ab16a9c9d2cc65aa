// Looking up mailboxes for a handler, on a worker where the disk may be touched: those of the account, and those of
// others on which it has rights (RFC 4314), which are named as other_users.h says.
// Threads: the connection's loop, save what says that it runs on a worker.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "protocols/imap/context.h"
#include "protocols/imap/flags.h"
#include "storage/store.h"

namespace portreeve::imap {

// The account's own.
async::Task<store::Result<store::MailboxListPtr>> read_mailboxes(Context& context);

// A mailbox that a name leads to, and what the account may do with it.
struct Located {
  store::MailboxId id = 0;
  store::AccountId owner = 0;
  store::Rights rights = store::kAllRights;
  std::string name;  // as its owner calls it
};
// Errc::not_found also where the account has none of the rights in `any_of` and may not even look the mailbox up (RFC
// 4314 §6); Errc::denied where it may. `name` must live until the task ends.
async::Task<store::Result<Located>> locate(Context& context, const std::string& name, store::Rights any_of);
// On a worker.
store::Result<Located> look_up(const Context& context, const std::string& name, store::Rights any_of);
// One that the account may read.
async::Task<store::Result<store::MailboxId>> find_mailbox(Context& context, const std::string& name);

// All that the account may look up: its own, and the others', under the names that it knows them by.
struct Visible {
  store::MailboxListPtr list;
  std::map<store::MailboxId, store::Acls::Shared> shared;  // those of others

  store::Rights rights(store::MailboxId mailbox) const;
  std::optional<store::AccountId> owner(store::MailboxId mailbox) const;  // nullopt: the account itself
};
// The first on a worker, the second from the loop.
store::Result<Visible> read_visible(const Context& context);
async::Task<store::Result<Visible>> read_visible_mailboxes(Context& context);

// RFC 5464 §3.3: besides "l", one of these makes a mailbox's annotations known.
constexpr store::Rights kMetadataRights =
    store::kRead | store::kKeepSeen | store::kWrite | store::kInsert | store::kPost;

// What the account may be told of a mailbox's annotations, sorted by entry: its private ones, and the shared ones,
// which are kept with the owner's. On a worker.
store::Result<std::vector<store::Annotation>> annotations_of(const Context& context, store::AccountId owner,
                                                             store::MailboxId mailbox);

// Where a mailbox that isn't there yet would be: whose it would be, and its name there. Errc::denied where the account
// can't make one, be the owner, or the mailbox above, known or not.
struct Place {
  store::AccountId owner = 0;
  std::string name;
};
async::Task<store::Result<Place>> find_place(Context& context, const std::string& name);

// Without the flags that `changeable` doesn't have.
FlagList only(FlagList flags, store::Flags changeable);

// Does a mailbox exist below `name`?
bool has_children(const store::MailboxList& list, std::string_view name);

SpecialUse to_codec(store::SpecialUse use);
store::SpecialUse to_store(SpecialUse use);
store::FlagList to_store(const FlagList& flags);

}  // namespace portreeve::imap
