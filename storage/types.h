// The nouns of the mail store.
// Threads: values and immutable objects; share them freely.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mime/summary.h"

namespace portreeve::store {

using AccountId = std::int64_t;
using MailboxId = std::int64_t;
using BodyId = std::int64_t;
using HeldId = std::int64_t;
using Uid = std::uint32_t;
using ModSeq = std::uint64_t;

enum class Errc {
  not_found,  // no such account, mailbox or message
  exists,
  invalid,    // a name or value that the store can't hold
  limit,      // a limit of the store: keywords, mailboxes, staging room
  quota,      // an account has as much mail as it may
  denied,     // by the rights on a mailbox; never of the store itself
  disk_full,  // below the reserve; reads and removals still work
  corrupt,
  io,
  closed,  // the store is shutting down; nothing was done
};

struct Error {
  Errc code;
  std::string detail;  // for the log, in words
};

template <class T = void>
using Result = std::expected<T, Error>;

// Called exactly once, on the store's writer thread, after the change is synced (or failed). It must be quick: hand the
// result to a loop and return.
template <class T>
using Done = std::move_only_function<void(Result<T>)>;

// --- flags
using Flags = std::uint64_t;  // system flags in the low bits, then the mailbox's keywords
constexpr Flags kSeen = 1;
constexpr Flags kAnswered = 2;
constexpr Flags kFlagged = 4;
constexpr Flags kDeleted = 8;
constexpr Flags kDraft = 16;
constexpr unsigned kFirstKeywordBit = 8;
constexpr Flags kAllFlags = ~Flags{0};
constexpr Flags kKeywordFlags = kAllFlags << kFirstKeywordBit;
constexpr std::size_t kMaxKeywords = 64 - kFirstKeywordBit;  // a mailbox; more get Errc::limit
constexpr std::size_t kMaxKeywordBytes = 128;

// Flags as a client names them. Keywords keep the case of their first use and compare without it.
struct FlagList {
  Flags system = 0;
  std::vector<std::string> keywords;
};

enum class FlagChange { replace, add, remove };

// --- messages of a mailbox
struct Message {
  Uid uid = 0;
  std::uint32_t size = 0;       // RFC822.SIZE
  std::uint32_t pop3_size = 0;  // with every line ended by CRLF
  std::uint32_t save_date = 0;  // Unix seconds: when it came into this mailbox; 0: before that was kept
  ModSeq mod_seq = 0;
  Flags flags = 0;
  std::int64_t internal_date = 0;  // Unix seconds
  BodyId body = 0;
  bool operator==(const Message&) const = default;
};

constexpr std::size_t kBlockMessages = 256;

// Up to kBlockMessages messages with ascending UIDs. Immutable once shared.
using Block = std::vector<Message>;

struct UidRange {
  Uid first = 0;
  Uid last = 0;  // inclusive, >= first
};
using UidSet = std::vector<UidRange>;  // ascending, disjoint

// The state of a mailbox at one commit. Snapshots share the blocks that didn't change between them.
class Snapshot {
 public:
  MailboxId mailbox = 0;
  std::uint32_t uid_validity = 0;
  Uid uid_next = 1;
  ModSeq highest_mod_seq = 1;
  bool is_deleted = false;  // the mailbox is gone
  std::vector<std::shared_ptr<const Block>> blocks;
  std::vector<std::uint32_t> ends;                           // messages in blocks[0..i]
  std::shared_ptr<const std::vector<std::string>> keywords;  // keyword i has flag bit kFirstKeywordBit + i

  std::uint32_t exists() const { return ends.empty() ? 0 : ends.back(); }
  // Sequence numbers count from 1. Precondition: 1 <= sequence <= exists().
  const Message& at(std::uint32_t sequence) const;
  // The sequence number of the message with this UID, or 0.
  std::uint32_t sequence_of(Uid uid) const;
  // The lowest sequence number whose UID is >= uid; exists() + 1 if none.
  std::uint32_t lower_bound(Uid uid) const;
  const Message* find(Uid uid) const;
  // Fills `ends` from `blocks`.
  void index();
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// --- mailboxes of an account
enum class SpecialUse : std::uint8_t { none, all, archive, drafts, flagged, junk, sent, trash };  // RFC 6154

struct MailboxStatus {
  std::uint32_t messages = 0;
  std::uint32_t unseen = 0;
  std::uint32_t deleted = 0;
  std::uint64_t bytes = 0;
  std::uint32_t uid_validity = 0;
  Uid uid_next = 1;
  ModSeq highest_mod_seq = 1;
};

// Names are UTF-8 in NFC, levels divided by kDelimiter, as many as there is room for, INBOX in capitals.
constexpr char kDelimiter = '/';
constexpr std::size_t kMaxMailboxNameBytes = 1000;

struct MailboxInfo {
  MailboxId id = 0;
  std::string name;
  SpecialUse special_use = SpecialUse::none;
  MailboxStatus status;
};

// All of an account's mailboxes by name, and the names it is subscribed to (which may not exist: RFC 3501 §6.3.6).
struct MailboxList {
  std::vector<MailboxInfo> mailboxes;   // sorted by name
  std::vector<std::string> subscribed;  // sorted
  const MailboxInfo* find(std::string_view name) const;
  const MailboxInfo* find(MailboxId id) const;
  bool is_subscribed(std::string_view name) const;
};
using MailboxListPtr = std::shared_ptr<const MailboxList>;

// A small text about a mailbox, or about an account.
struct Annotation {
  std::string entry;                 // its name; compared byte for byte
  std::optional<std::string> value;  // any bytes; nullopt: there is none, or it is to go
};
constexpr std::size_t kMaxAnnotations = 100;  // of one mailbox, or of the account itself
constexpr std::size_t kMaxAnnotationEntryBytes = 1000;
constexpr std::size_t kMaxAnnotationBytes = std::size_t{32} * 1024;         // one value
constexpr std::size_t kMaxAnnotationsBytes = std::size_t{4} * 1024 * 1024;  // all of an account

constexpr std::size_t kMaxAccessKeyBytes = 64;  // of a mailbox's secret

// --- accounts
// A SCRAM-SHA-256 verifier (RFC 5802 §3), in the text form of RFC 5803: "SCRAM-SHA-256$4096:salt$stored:server".
struct Account {
  AccountId id = 0;
  std::string address;  // its name: login and primary address, domain in lower case
  std::string verifier;
  std::int64_t created = 0;  // Unix seconds; since when the address means this account
  bool is_enabled = true;
  // 0: no limit.
  std::uint64_t quota_bytes = 0;      // of all its mail
  std::uint64_t quota_messages = 0;   // in all its mailboxes
  std::uint64_t quota_mailboxes = 0;  // INBOX among them
  bool is_from_file = false;          // the configuration file is the truth for it
};

// How much mail an account has. A message in two mailboxes counts twice.
struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
  std::uint64_t mailboxes = 0;
};

// Has the account room for `more`, beside what it has?
bool has_room_for(const Account& account, const Usage& used, const Usage& more);

// New limits of an account. Nullopt: as before; 0: none.
struct QuotaChange {
  std::optional<std::uint64_t> bytes = {};
  std::optional<std::uint64_t> messages = {};
  std::optional<std::uint64_t> mailboxes = {};
};

// An address that leads to others. Both kinds expand alike; mail through a list bears its owner as reverse-path, and a
// member may not send under a list's address (RFC 5321 §3.9).
struct Alias {
  enum class Kind : std::uint8_t { alias, list };
  std::string address;  // "sales@example.org"; "@example.org" catches all of the domain that is nobody's
  Kind kind = Kind::alias;
  std::vector<std::string> members = {};  // addresses, which may be aliases in turn
  std::string owner = {};                 // of a list: an address, or empty
  std::int64_t since = 0;                 // Unix seconds: when the address came to mean this
  bool is_from_file = false;
};

constexpr std::size_t kMaxAliasMembers = 10'000;
// Aliases that lead to aliases: more steps than this are taken for a loop.
constexpr std::size_t kMaxAliasDepth = 20;

// Who is who, as of one commit; in memory, so that RCPT and login look-ups don't leave the loop. Addresses compare by
// their key (storage/address.h): local parts without regard to case, domains by their A-labels.
class Directory {
 public:
  virtual ~Directory() = default;
  virtual bool has_domain(std::string_view domain) const = 0;
  virtual const Account* find(AccountId id) const = 0;
  // The account whose own address this is (its login name), or null. Aliases are not followed: see storage/resolve.h.
  virtual const Account* find_address(std::string_view address) const = 0;
  // Null if there is none of exactly this address; "@domain" is a domain's catch-all.
  virtual const Alias* find_alias(std::string_view address) const = 0;
  // May `delegate` send under the addresses of `owner`?
  virtual bool is_delegate(AccountId owner, AccountId delegate) const = 0;
  virtual std::vector<AccountId> delegates(AccountId owner) const = 0;
  // The first of the enabled accounts of a domain, or of all if `domain` is empty; null if there is none.
  virtual const Account* oldest_account(std::string_view domain) const = 0;
  virtual std::vector<Account> accounts() const = 0;     // sorted by address
  virtual std::vector<Alias> aliases() const = 0;        // sorted by address
  virtual std::vector<std::string> domains() const = 0;  // in A-labels, sorted
};
using DirectoryPtr = std::shared_ptr<const Directory>;

}  // namespace portreeve::store
