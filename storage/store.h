// The mail store: accounts, mailboxes, messages.
//
// Promises. A change is reported done only once it is synced; what was reported survives SIGKILL and a power cut.
// UIDs of a mailbox only rise, and a UIDVALIDITY is never used again for the same name. A body is stored once, however
// many mailboxes have it.
//
// Knows no loop, protocol or peer. Changes are queued to one writer thread, which commits what is waiting as one
// transaction and then calls each Done. Reads are plain calls that may touch the disk: make them on a worker, save the
// ones marked "in memory". All calls may come from any thread.
//
// Lifetime: close() (or the destructor) finishes what is queued; Done calls may come until it returns. Mailbox objects
// and snapshots must be gone by then.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/mime/summary_codec.h"
#include "storage/acl.h"
#include "storage/types.h"

namespace portreeve::store {

// --- what a message is made of when it comes in
// `tail` is the whole message, or what follows the staged chunks of a big one.
struct IncomingBody {
  BodyId staged = 0;  // from Store::new_staging(), or 0
  std::uint32_t staged_chunks = 0;
  std::string tail;
  mime::Summary summary;  // of all of it
};

struct DeliveryTarget {
  MailboxId mailbox = 0;
  FlagList flags = {};
  // Not empty: if the mailbox's account has a mailbox of this name, exactly or but for ASCII case, that one instead.
  std::string folder = {};
  // With Quota::refuses_each: targets of one group but 0 get it together or not at all.
  std::uint32_t group = 0;
  // Without room it is passed over, whatever the Quota says, unless that leaves nobody of its group.
  bool may_be_left_out = false;
};

// What an account without room under its quota does to a delivery.
enum class Quota : std::uint8_t {
  refuses_all,   // Errc::quota, and nobody gets the message
  refuses_each,  // those with room get it; the others' Appended says why not
  is_ignored,    // for the server's own notices and reports
};

// A message that another takes the place of.
struct Replaced {
  MailboxId mailbox = 0;
  Uid uid = 0;
};

struct Delivery {
  IncomingBody body;
  // All or none, save for Quota::refuses_each. A mailbox that is named more than once gets it once.
  std::vector<DeliveryTarget> targets;
  std::int64_t internal_date = 0;  // Unix seconds
  Quota quota = Quota::refuses_all;
  // It goes in the same transaction, and makes room under the quota. Errc::not_found if it isn't there.
  std::optional<Replaced> replaces = {};
};

struct Appended {
  MailboxId mailbox = 0;
  std::uint32_t uid_validity = 0;
  Uid uid = 0;
  std::optional<Errc> refused = {};  // set: not there. Errc::quota, or not_found if the account went away.
};

// A message that is to be delivered later (RFC 4865). `envelope` is the protocol's own text; the store only keeps it.
struct HeldMessage {
  AccountId account = 0;        // whose it is
  std::int64_t release_at = 0;  // Unix seconds
  int priority = 0;             // of those that are due, the highest goes first
  std::string envelope;
  IncomingBody body;
};
constexpr std::size_t kMaxHeldMessages = 1000;                             // of one account
constexpr std::uint64_t kMaxHeldBytes = std::uint64_t{256} * 1024 * 1024;  // of one account's messages
constexpr std::size_t kMaxHeldEnvelopeBytes = std::size_t{4} * 1024 * 1024;

struct Held {
  HeldId id = 0;
  AccountId account = 0;
  std::int64_t release_at = 0;
  int priority = 0;
  std::string envelope;
  BodyId body = 0;
  std::uint64_t size = 0;
};

struct FlagsChanged {
  SnapshotPtr after;
  std::vector<Uid> changed;  // those whose flags are other than before
  std::vector<Uid> failed;   // ascending: left alone, as they had changed after `unchanged_since`
};

struct Copied {
  std::uint32_t uid_validity = 0;  // of the destination
  std::vector<Uid> from;           // what was there to copy, ascending
  std::vector<Uid> to;             // in step with `from`, ascending
};

struct Expunged {
  SnapshotPtr after;
  std::vector<Uid> uids;  // ascending
};

// What an index knows of a body and a key that is looked for in its texts.
enum class SearchHint : std::uint8_t {
  unknown,  // nothing: look yourself
  maybe,    // look yourself
  absent,   // no text of it holds the key
};

// An open mailbox: its current state, and news of changes. Held while a session has it selected; bodies that its
// readers may still want are kept meanwhile.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual MailboxId id() const = 0;
  virtual SnapshotPtr snapshot() const = 0;  // in memory; the newest
  // In memory. The range of UIDs that are \Recent to this session; later sessions don't get them. Only for sessions
  // that select read-write; peek_recent() for EXAMINE.
  virtual UidRange claim_recent() = 0;  // first > last: none
  virtual UidRange peek_recent() const = 0;

  // What somebody worked out about the messages and would have to work out again. It is kept as long as the mailbox is
  // in memory, and counts with it; the last one given stays.
  class Derived {
   public:
    virtual ~Derived() = default;
    virtual std::size_t memory() const = 0;  // bytes
  };
  virtual std::shared_ptr<const Derived> derived() const = 0;  // null: none
  virtual void keep(std::shared_ptr<const Derived> derived) = 0;
};

// Keeps a session's claim on an open mailbox. Destroying it ends the news.
class OpenMailbox {
 public:
  virtual ~OpenMailbox() = default;
  virtual Mailbox& mailbox() = 0;
  // Bodies of messages expunged after `snapshot` are kept until the session calls this with a later one: tell the
  // store what the session has told its client.
  virtual void seen(const SnapshotPtr& snapshot) = 0;
};

// An annotation that was set or removed; of the account itself if `mailbox` is 0.
struct ChangedAnnotation {
  MailboxId mailbox = 0;
  std::string entry;
  auto operator<=>(const ChangedAnnotation&) const = default;
};

// Keeps the watch on an account. Destroying it ends the news; no call comes afterwards.
class AccountWatch {
 public:
  virtual ~AccountWatch() = default;
};

class Store {
 public:
  virtual ~Store() = default;

  // --- who is who (in memory)
  virtual DirectoryPtr directory() const = 0;
  virtual void add_domain(std::string domain, Done<void> done) = 0;
  // Errc::invalid while accounts or aliases use it.
  virtual void remove_domain(std::string domain, Done<void> done) = 0;
  // Makes the account with its mailboxes: INBOX, Drafts, Sent, Junk, Trash, Archive, subscribed, special-use marked.
  // Its domain is added if it is new. One transaction for all.
  struct NewAccount {
    std::string address;
    std::string verifier;
    std::uint64_t quota_bytes = 0;
    std::uint64_t quota_messages = 0;
    std::uint64_t quota_mailboxes = 0;  // what the account begins with it gets in any case
  };
  virtual void add_accounts(std::vector<NewAccount> accounts, Done<void> done) = 0;
  virtual void set_verifier(AccountId account, std::string verifier, Done<void> done) = 0;
  // Mail and mailboxes that are above a new limit stay.
  virtual void set_quota(AccountId account, QuotaChange change, Done<void> done) = 0;
  // A disabled account takes no mail and lets nobody in; its mail stays.
  virtual void set_enabled(AccountId account, bool is_enabled, Done<void> done) = 0;
  virtual void set_delegate(AccountId owner, AccountId delegate, bool may, Done<void> done) = 0;
  // Makes the alias or replaces it; its domain is added if it is new. `since` 0 is now, or what it was if one of the
  // members stays. Errc::exists: an account has the address.
  // Errc::invalid: a member is no address, is of no domain here (nothing is sent on yet), or leads back to it.
  virtual void set_alias(Alias alias, Done<void> done) = 0;
  virtual void remove_alias(std::string address, Done<void> done) = 0;
  // What the configuration file says of accounts and aliases, the whole of it; it is the truth for what it names. An
  // account or alias of the store that it names becomes the file's; the file's accounts that it no longer names are
  // disabled and the store's from then on, the file's aliases that it no longer names go. What is so already is not
  // written. All or nothing.
  struct FileAccount {
    std::string address;
    std::string verifier;
    std::uint64_t quota_bytes = 0;
    std::uint64_t quota_messages = 0;
    std::uint64_t quota_mailboxes = 0;
    bool is_enabled = true;
    std::vector<std::string> delegates = {};  // addresses of accounts
  };
  struct FileEntries {
    std::vector<FileAccount> accounts;
    std::vector<Alias> aliases;
  };
  virtual void set_file_entries(FileEntries entries, Done<void> done) = 0;
  virtual Usage usage(AccountId account) const = 0;  // in memory
  // `call` is told, from the writer's thread after a commit by which an account's usage rose past one of `percents` of
  // its quota, of the highest that was passed. Set once, before any session begins; it must not call back into the
  // store.
  virtual void watch_quotas(std::vector<unsigned> percents, std::function<void(AccountId, unsigned)> call) = 0;
  // With all its mail and what is held for it. Aliases that lead to it stay, and lead to nobody.
  virtual void remove_account(AccountId account, Done<void> done) = 0;

  // --- mailboxes
  virtual Result<MailboxListPtr> mailboxes(AccountId account) = 0;
  // In memory; 0 if the account has none, which only happens while it is being removed.
  virtual MailboxId inbox(AccountId account) const = 0;
  // Missing parents are made too (RFC 3501 §6.3.3). Errc::quota: the account may not have so many.
  virtual void create_mailbox(AccountId account, std::string name, SpecialUse use, Done<MailboxId> done) = 0;
  // Errc::invalid for INBOX. Children stay.
  virtual void delete_mailbox(AccountId account, std::string name, Done<void> done) = 0;
  // With its children. INBOX: its messages move to the new mailbox, and it stays (RFC 3501 §6.3.5).
  virtual void rename_mailbox(AccountId account, std::string from, std::string to, Done<void> done) = 0;
  virtual void set_subscribed(AccountId account, std::string name, bool is_subscribed, Done<void> done) = 0;

  // In memory. `on_change` is called from the writer's thread after each commit that changed what mailboxes() tells of
  // the account (names, counts, subscriptions), or annotations, which it is given; it must not call back into the
  // store.
  virtual std::unique_ptr<AccountWatch> watch_account(
      AccountId account, std::function<void(std::span<const ChangedAnnotation>)> on_change) = 0;

  // What others than the owners may do with mailboxes; in memory. Entries go along when a mailbox is renamed and go
  // when it is deleted; a new mailbox has those of the one above it.
  virtual AclsPtr acls() const = 0;
  // Changes the entry of one subject; one that is left without rights goes. Errc::invalid for the owner, who has all
  // rights anyway; Errc::not_found: no such mailbox or account; Errc::limit: there are as many entries as there may be.
  virtual void set_acl(MailboxId mailbox, AclSubject subject, AclChange change, Rights rights, Done<void> done) = 0;

  // The account's annotations of a mailbox, which may be another's; of the account itself if `mailbox` is 0. They go
  // along when the mailbox is renamed, and go when it is deleted. All or nothing; Errc::limit if there would be too
  // many, or too much.
  virtual void set_annotations(AccountId account, MailboxId mailbox, std::vector<Annotation> annotations,
                               Done<void> done) = 0;
  // Sorted by entry. Empty if there is no such mailbox.
  virtual Result<std::vector<Annotation>> annotations(AccountId account, MailboxId mailbox) = 0;

  // Secrets by which an account lets others at messages of a mailbox (RFC 4467 §2.2): each account has its own to each
  // mailbox, and none until it asks for one. They go when the mailbox or the account is deleted.
  // Keeps `key`, in the place of an older one if that `replaces`. The result is the key that counts from then on.
  virtual void keep_access_key(AccountId account, MailboxId mailbox, std::string key, bool replaces,
                               Done<std::string> done) = 0;
  virtual void drop_access_keys(AccountId account, Done<void> done) = 0;
  virtual Result<std::string> access_key(AccountId account, MailboxId mailbox) = 0;  // empty if there is none

  // `on_change` is called from the writer's thread after each commit that changed the mailbox, until the OpenMailbox
  // is destroyed; it must not call back into the store.
  virtual Result<std::unique_ptr<OpenMailbox>> open(MailboxId mailbox, std::function<void()> on_change) = 0;
  // Reads without opening: for the counts of POP3's login, and for tests.
  virtual Result<SnapshotPtr> snapshot(MailboxId mailbox) = 0;

  // --- messages in
  // Big bodies go in chunk by chunk before the delivery that makes them visible. Chunks are kStagedChunkBytes each; the
  // last may be smaller if no tail follows.
  // A staging that is not handed to deliver() must be dropped; what a crash leaves is swept at the next start.
  static constexpr std::size_t kStagedChunkBytes = std::size_t{256} * 1024;
  virtual BodyId new_staging() = 0;
  // Errc::limit when all stagings together pass the server's cap.
  virtual void stage(BodyId body, std::uint32_t chunk, std::string bytes, Done<void> done) = 0;
  virtual void drop_staging(BodyId body) = 0;
  // All of them in one transaction, or none; the result has their targets one after the other.
  virtual void deliver_all(std::vector<Delivery> deliveries, Done<std::vector<Appended>> done) = 0;
  void deliver(Delivery delivery, Done<std::vector<Appended>> done) {
    std::vector<Delivery> one;
    one.push_back(std::move(delivery));
    deliver_all(std::move(one), std::move(done));
  }

  // --- messages held back
  // Errc::limit: the account has as many messages held, or as much of them, as it may.
  virtual void hold(HeldMessage message, Done<HeldId> done) = 0;
  // When the next one is due, in Unix seconds; in memory.
  virtual std::optional<std::int64_t> next_release() const = 0;
  // Those due by `until`: by priority, then by time; at most `limit`, and fewer if their envelopes are long.
  virtual Result<std::vector<Held>> held(std::int64_t until, std::size_t limit) = 0;
  // Delivers it to the targets, along with `reports`, and holds it no longer. No targets: it goes. The result has the
  // message's targets first. Errc::quota: one of them has no room, and nothing was changed; Errc::not_found: it is held
  // no longer, or one of them is gone.
  virtual void release(HeldId id, std::vector<DeliveryTarget> targets, std::int64_t internal_date,
                       std::vector<Delivery> reports, Done<std::vector<Appended>> done) = 0;

  // --- messages changed
  // `unchanged_since`: only of messages whose mod-sequence isn't higher (RFC 7162 §3.1.3), as the change finds them.
  // `changeable`: bits outside stay as they are; keywords are all changeable or none.
  virtual void change_flags(MailboxId mailbox, UidSet uids, FlagChange change, FlagList flags,
                            std::optional<ModSeq> unchanged_since, Flags changeable, Done<FlagsChanged> done) = 0;
  void change_flags(MailboxId mailbox, UidSet uids, FlagChange change, FlagList flags,
                    std::optional<ModSeq> unchanged_since, Done<FlagsChanged> done) {
    change_flags(mailbox, std::move(uids), change, std::move(flags), unchanged_since, kAllFlags, std::move(done));
  }
  void change_flags(MailboxId mailbox, UidSet uids, FlagChange change, FlagList flags, Done<FlagsChanged> done) {
    change_flags(mailbox, std::move(uids), change, std::move(flags), std::nullopt, std::move(done));
  }
  // Removes the messages of `uids` that have \Deleted; all of them if not `only_deleted` (POP3's QUIT).
  virtual void expunge(MailboxId mailbox, UidSet uids, bool only_deleted, Done<Expunged> done) = 0;
  // Internal dates come along, and those flags that `kept` has: system flags one by one, keywords all or none.
  // Errc::limit if the destination has no room for a keyword.
  virtual void copy(MailboxId from, UidSet uids, MailboxId to, Flags kept, Done<Copied> done) = 0;
  virtual void move(MailboxId from, UidSet uids, MailboxId to, Flags kept, Done<Copied> done) = 0;
  void copy(MailboxId from, UidSet uids, MailboxId to, Done<Copied> done) {
    copy(from, std::move(uids), to, kAllFlags, std::move(done));
  }
  void move(MailboxId from, UidSet uids, MailboxId to, Done<Copied> done) {
    move(from, std::move(uids), to, kAllFlags, std::move(done));
  }

  // --- messages gone (on a worker)
  // The UIDs of all that left the mailbox by a mod-sequence above `since`, up to now; perhaps more than one snapshot
  // shows as gone. Nullopt: that is longer ago than what is kept of it, which is the last thousand expunges.
  virtual Result<std::optional<UidSet>> expunged_since(MailboxId mailbox, ModSeq since) = 0;

  // --- messages out (on a worker)
  virtual Result<mime::Summary> summary(BodyId body) = 0;
  // Calls `take` for each body, in the order asked, in one short read transaction; false ends it. A missing one is
  // given as null.
  virtual Result<void> summaries(const std::vector<BodyId>& bodies,
                                 const std::function<bool(std::size_t, const mime::Summary*)>& take) = 0;
  // The same without making copies: a view is good until `take` returns.
  virtual Result<void> summary_views(const std::vector<BodyId>& bodies,
                                     const std::function<bool(std::size_t, const mime::SummaryView*)>& take) {
    return summaries(bodies, [&](std::size_t i, const mime::Summary* summary) {
      if (summary == nullptr) return take(i, nullptr);
      const std::string packed = mime::encode(*summary);
      const auto view = mime::view_summary(packed);
      return take(i, view ? &*view : nullptr);
    });
  }
  // Appends bytes [offset, offset + length) of the body to `out`; fewer at its end.
  virtual Result<void> read_body(BodyId body, std::uint64_t offset, std::uint64_t length, std::string& out) = 0;
  // The same for many: `read` is called after each with its index and whether the body is there; false ends it. A store
  // may do with fewer transactions than read_body() would.
  struct BodyRange {
    BodyId body = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };
  virtual Result<void> read_bodies(const std::vector<BodyRange>& ranges, std::string& out,
                                   const std::function<bool(std::size_t, bool)>& read) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const auto done = read_body(ranges[i].body, ranges[i].offset, ranges[i].length, out);
      if (!done && done.error().code != Errc::not_found) return done;
      if (!read(i, done.has_value())) break;
    }
    return {};
  }

  // --- search (on a worker)
  // What is known of the texts of bodies of a mailbox (mime::header_text() of the header, and what
  // mime::any_body_text() gives) and a key, both folded by mime::fold(). Fills `hints` in step with `bodies`. A search
  // for which much is unknown sets off that it is known later. Never fails: what goes wrong makes hints unknown.
  virtual void search_hints(MailboxId mailbox, std::span<const BodyId> bodies, std::string_view key,
                            std::vector<SearchHint>& hints) {
    (void)mailbox;
    (void)key;
    hints.assign(bodies.size(), SearchHint::unknown);
  }

  // --- notes: small things that outlive a restart, by name
  static constexpr std::size_t kMaxNoteBytes = std::size_t{4} * 1024 * 1024;
  virtual void save_note(std::string name, std::string bytes, Done<void> done) = 0;
  virtual Result<std::string> note(std::string_view name) = 0;  // empty if there is none

  // --- upkeep
  // One consistent file, made while the store is in use; refuses to overwrite.
  virtual void backup(std::string path, Done<void> done) = 0;
  struct Finding {
    std::string what;  // in words: which account, mailbox, message
    bool is_mendable = false;
    bool is_mended = false;
  };
  // Looks at everything. With `mend`, puts right what it can.
  virtual void check(bool mend, Done<std::vector<Finding>> done) = 0;
  // False below the free-space reserve: deliveries are refused with Errc::disk_full. In memory.
  virtual bool has_room() const = 0;

  virtual void close() = 0;
};

}  // namespace portreeve::store
