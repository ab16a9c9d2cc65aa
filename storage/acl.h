// Who may do what with a mailbox besides its owner (RFC 4314): rights, entries, and all of them as of one commit.
//
// An owner has all rights on their mailboxes, always; there are no entries for them. What others have is what the
// entries for them and for everybody give together, less what the negative ones take away.
// Threads: values and immutable objects; share them freely.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "storage/types.h"

namespace portreeve::store {

// --- rights (RFC 4314 §2.1)
using Rights = std::uint16_t;
constexpr Rights kLookup = 1;            // l
constexpr Rights kRead = 2;              // r
constexpr Rights kKeepSeen = 4;          // s
constexpr Rights kWrite = 8;             // w: flags other than \Seen and \Deleted
constexpr Rights kInsert = 16;           // i
constexpr Rights kPost = 32;             // p
constexpr Rights kCreateMailbox = 64;    // k
constexpr Rights kDeleteMailbox = 128;   // x
constexpr Rights kDeleteMessages = 256;  // t: \Deleted
constexpr Rights kExpunge = 512;         // e
constexpr Rights kAdminister = 1024;     // a
constexpr Rights kAllRights = 2 * 1024 - 1;

// Bit i of Rights is the letter i.
constexpr std::string_view kRightLetters = "lrswipkxtea";

// The flags that these rights let one change.
constexpr Flags changeable_flags(Rights rights) {
  Flags flags = (rights & kWrite) != 0 ? ~(kSeen | kDeleted) : 0;
  if ((rights & kKeepSeen) != 0) flags |= kSeen;
  if ((rights & kDeleteMessages) != 0) flags |= kDeleted;
  return flags;
}

// --- entries
// Whom an entry is about.
struct AclSubject {
  AccountId account = 0;     // 0: everybody who has an account
  bool is_negative = false;  // it takes the rights away
  auto operator<=>(const AclSubject&) const = default;
};

struct AclEntry {
  AclSubject subject;
  Rights rights = 0;  // never 0 in a list
  bool operator==(const AclEntry&) const = default;
};

enum class AclChange : std::uint8_t { replace, add, remove };

constexpr std::size_t kMaxAclEntries = 100;            // of one mailbox
constexpr std::size_t kMaxAccountAclEntries = 10'000;  // of all mailboxes of an account

// --- all of them
// The entries of all mailboxes of one account; only those that have some are there, each with its entries in order.
class OwnerAcls {
 public:
  using Entries = std::map<MailboxId, std::vector<AclEntry>>;
  explicit OwnerAcls(Entries entries);

  const Entries& entries() const { return entries_; }
  // May be true for somebody who in the end has no right.
  bool names(AccountId account) const;

 private:
  Entries entries_;
  std::vector<AccountId> named_;  // sorted; by entries that give rights
};

class Acls {
 public:
  using Owners = std::map<AccountId, std::shared_ptr<const OwnerAcls>>;

  struct Shared {
    AccountId owner = 0;
    MailboxId mailbox = 0;
    Rights rights = 0;
  };

  Acls() = default;
  explicit Acls(Owners owners) : owners_(std::move(owners)) {}

  // With those of `changed` in the place of what their owners had; null: they have none.
  Acls with(const Owners& changed) const;

  // What `account` may do. `mailbox` must be of `owner`; the entries are looked for there only.
  Rights rights(AccountId owner, MailboxId mailbox, AccountId account) const;
  // Valid as long as this.
  std::span<const AclEntry> entries(AccountId owner, MailboxId mailbox) const;
  // False: there is no mailbox of `owner` on which `account` has a right.
  bool shares(AccountId owner, AccountId account) const;
  // What `account` may do with one or another of the owner's mailboxes.
  Rights rights_anywhere(AccountId owner, AccountId account) const;
  // The mailboxes of others on which the account has any right, by owner and id.
  std::vector<Shared> shared_with(AccountId account) const;

 private:
  Owners owners_;
};
using AclsPtr = std::shared_ptr<const Acls>;

}  // namespace portreeve::store
