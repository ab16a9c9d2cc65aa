// What the store does to mail, as operations of a transaction. Each throws Failure and then has either changed nothing
// or is undone with its transaction. They may be run twice, so they take what they are given by const reference.
// Threads: the writer's.
#pragma once

#include "storage/sqlite/transaction.h"
#include "storage/store.h"

namespace portreeve::store::sqlite {

// --- messages (operations_messages.cc)
void stage(Transaction& transaction, BodyId body, std::uint32_t chunk, std::string_view bytes);
void drop_staging(Transaction& transaction, BodyId body);
// `body` is the id for a message that wasn't staged.
std::vector<Appended> deliver(Transaction& transaction, const Delivery& delivery, BodyId body);
FlagsChanged change_flags(Transaction& transaction, MailboxId mailbox, const UidSet& uids, FlagChange change,
                          const FlagList& flags);
Expunged expunge(Transaction& transaction, MailboxId mailbox, const UidSet& uids, bool only_deleted);
Copied copy(Transaction& transaction, MailboxId from, const UidSet& uids, MailboxId to);
Copied move(Transaction& transaction, MailboxId from, const UidSet& uids, MailboxId to);

// --- mailboxes (operations_mailboxes.cc)
MailboxId create_mailbox(Transaction& transaction, AccountId account, std::string_view name, SpecialUse use);
void delete_mailbox(Transaction& transaction, AccountId account, std::string_view name);
void rename_mailbox(Transaction& transaction, AccountId account, std::string_view from, std::string_view to);
void set_subscribed(Transaction& transaction, AccountId account, std::string_view name, bool is_subscribed);

// --- accounts (operations_accounts.cc)
void add_domain(Transaction& transaction, std::string_view domain);
void remove_domain(Transaction& transaction, std::string_view domain);
void add_accounts(Transaction& transaction, const std::vector<Store::NewAccount>& accounts);
void set_verifier(Transaction& transaction, AccountId account, std::string_view verifier);
void remove_account(Transaction& transaction, AccountId account);

}  // namespace portreeve::store::sqlite
