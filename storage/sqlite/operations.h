// What the store does to mail, as operations of a transaction. Each throws Failure and then has either changed nothing
// or is undone with its transaction. They may be run twice, so they take what they are given by const reference.
// Threads: the writer's.
#pragma once

#include "storage/sqlite/alias_rules.h"
#include "storage/sqlite/transaction.h"
#include "storage/store.h"

namespace portreeve::store::sqlite {

// --- messages (operations_messages.cc)
void stage(Transaction& transaction, BodyId body, std::uint32_t chunk, std::string_view bytes);
void drop_staging(Transaction& transaction, BodyId body);
// `bodies`, in step with the deliveries, are the ids for those messages that weren't staged.
std::vector<Appended> deliver_all(Transaction& transaction, const std::vector<Delivery>& deliveries,
                                  const std::vector<BodyId>& bodies);
FlagsChanged change_flags(Transaction& transaction, MailboxId mailbox, const UidSet& uids, FlagChange change,
                          const FlagList& flags, std::optional<ModSeq> unchanged_since, Flags changeable);
Expunged expunge(Transaction& transaction, MailboxId mailbox, const UidSet& uids, bool only_deleted);
Copied copy(Transaction& transaction, MailboxId from, const UidSet& uids, MailboxId to, Flags kept);
Copied move(Transaction& transaction, MailboxId from, const UidSet& uids, MailboxId to, Flags kept);

// --- messages held back (operations_held.cc)
HeldId hold(Transaction& transaction, const HeldMessage& message, BodyId body);
std::vector<Appended> release(Transaction& transaction, HeldId id, const std::vector<DeliveryTarget>& targets,
                              std::int64_t internal_date, const std::vector<Delivery>& reports,
                              const std::vector<BodyId>& bodies);
// All that the account has.
void drop_held(Transaction& transaction, AccountId account);
std::vector<Held> read_held(Connection& connection, std::int64_t until, std::size_t limit);

// --- mailboxes (operations_mailboxes.cc)
MailboxId create_mailbox(Transaction& transaction, AccountId account, std::string_view name, SpecialUse use);
void delete_mailbox(Transaction& transaction, AccountId account, std::string_view name);
void rename_mailbox(Transaction& transaction, AccountId account, std::string_view from, std::string_view to);
void set_subscribed(Transaction& transaction, AccountId account, std::string_view name, bool is_subscribed);

// --- access control lists (operations_acl.cc)
void set_acl(Transaction& transaction, MailboxId mailbox, const AclSubject& subject, AclChange change, Rights rights);
// Gives a new mailbox the entries of the one above it. Errc::limit: the owner has no room for them.
void inherit_acl(Transaction& transaction, AccountId owner, MailboxId parent, MailboxId mailbox);
// Of a mailbox that goes.
void drop_acl(Transaction& transaction, AccountId owner, MailboxId mailbox);
// Of an account that goes, from all mailboxes.
void drop_from_acls(Transaction& transaction, AccountId account);

// --- annotations (operations_annotations.cc)
void set_annotations(Transaction& transaction, AccountId account, MailboxId mailbox,
                     const std::vector<Annotation>& annotations);
void drop_annotations(Transaction& transaction, AccountId account, MailboxId mailbox);
// All of the account's, of itself and of any mailbox.
void drop_annotations(Transaction& transaction, AccountId account);
std::vector<Annotation> read_annotations(Connection& connection, AccountId account, MailboxId mailbox);

// --- keys to mailboxes (operations_access_keys.cc)
// The key that counts then.
std::string keep_access_key(Transaction& transaction, AccountId account, MailboxId mailbox, std::string_view key,
                            bool replaces);
void drop_access_keys(Transaction& transaction, AccountId account);
std::string read_access_key(Connection& connection, AccountId account, MailboxId mailbox);

// --- accounts (operations_accounts.cc)
// Throws Errc::not_found if there is no such account.
void check_account(Connection& db, AccountId account);
void add_domain(Transaction& transaction, std::string_view domain);
void remove_domain(Transaction& transaction, std::string_view domain);
// Its id.
AccountId add_account(Transaction& transaction, const Store::NewAccount& account);
void add_accounts(Transaction& transaction, const std::vector<Store::NewAccount>& accounts);
void set_verifier(Transaction& transaction, AccountId account, std::string_view verifier);
void set_quota(Transaction& transaction, AccountId account, const QuotaChange& change);
void set_enabled(Transaction& transaction, AccountId account, bool is_enabled);
void set_delegate(Transaction& transaction, AccountId owner, AccountId delegate, bool may);
void remove_account(Transaction& transaction, AccountId account);

// --- aliases (operations_aliases.cc)
void set_alias(Transaction& transaction, const Alias& alias);
// `before` is what the alias was; null: there was none.
void write_alias(Transaction& transaction, const AliasEntry& entry, const Alias* before);
void erase_alias(Transaction& transaction, std::string_view key);
void remove_alias(Transaction& transaction, std::string_view address);

// --- what the configuration file says (operations_file.cc)
void set_file_entries(Transaction& transaction, const Store::FileEntries& entries);

// --- notes (operations_notes.cc)
void save_note(Transaction& transaction, std::string_view name, std::string_view bytes);
std::string read_note(Connection& connection, std::string_view name);

}  // namespace portreeve::store::sqlite
