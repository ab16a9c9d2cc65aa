// One group of operations on its way into the database.
//
// Operations read and change mailboxes through drafts, other tables through SQL. flush() then writes each touched
// block once, however many operations touched it; publish(), after the commit, shows the new state to readers.
// Threads: the writer's.
#pragma once

#include <ctime>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "storage/sqlite/draft.h"
#include "storage/sqlite/shared.h"

namespace portreeve::store::sqlite {

class Transaction {
 public:
  Transaction(Connection& connection, Shared& shared) : connection_(connection), shared_(shared) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Connection& db() { return connection_; }
  Shared& shared() { return shared_; }

  // Throws Errc::not_found if it is gone.
  Draft& mailbox(MailboxId mailbox);
  // Precondition: the account has none of this name.
  MailboxId add_mailbox(AccountId account, std::string_view name, SpecialUse use);
  void remove_mailbox(MailboxId mailbox);

  // The messages were taken out of a mailbox by its newest mod-sequence, and perhaps nothing refers to them any longer.
  void doom(const Image& mailbox, const std::vector<Message>& messages);
  // The same, but another mailbox has them now.
  void hold(const Image& mailbox, const std::vector<Message>& messages);
  // Bodies that nothing ever referred to.
  void doom_unseen(std::vector<BodyId> bodies);
  // More than one message may refer to these from now on.
  void share(const std::vector<BodyId>& bodies);
  // To be called before a body's first row is written, so that its id is never given out again.
  void use_body(BodyId body);

  // Who is who as this transaction leaves it so far; entries are valid until the next change or as long as this is
  // held.
  std::shared_ptr<const DirectoryImage> directory();
  void directory_changed() {
    is_directory_changed_ = true;
    directory_ = nullptr;
  }
  // An account's mail, with what this transaction did to it so far.
  Usage usage(AccountId account) const;
  // Unix seconds: what comes into a mailbox now is saved at this time.
  std::uint32_t now() const { return now_; }
  // Counts the account's mail anew at the end, from the rows.
  void recount_usage(AccountId account) { recounted_.emplace(account, Usage()); }
  void held_changed() { is_held_changed_ = true; }

  void list_changed(AccountId account) { changed_lists_.insert(account); }
  // `mailbox` 0: an annotation of the account itself.
  void annotation_changed(AccountId account, MailboxId mailbox, std::string entry) {
    annotations_[account].push_back({mailbox, std::move(entry)});
  }
  // Who may do what with the account's mailboxes.
  void acls_changed(AccountId owner) { changed_acls_.emplace(owner, nullptr); }
  void after_commit(std::function<void()> then) { after_commit_.push_back(std::move(then)); }

  // Rises with each change, so that an operation that failed can be told to have left no trace.
  std::uint64_t changes() const { return touches_ + static_cast<std::uint64_t>(connection_.total_changes()); }

  void flush();
  void publish();

 private:
  struct Work {
    EntryPtr entry;  // null: made by this transaction
    Draft draft;
  };
  std::uint32_t new_uid_validity();
  void write_shared();
  void write_recent();
  void publish_usage();
  void tell_watches();

  Connection& connection_;
  Shared& shared_;
  const std::uint32_t now_ = static_cast<std::uint32_t>(std::time(nullptr));
  std::uint64_t touches_ = 0;
  std::unordered_map<AccountId, Growth> growth_;
  std::map<MailboxId, Work> work_;
  std::set<AccountId> changed_lists_;
  std::map<AccountId, std::vector<ChangedAnnotation>> annotations_;
  Acls::Owners changed_acls_;
  bool is_directory_changed_ = false;
  std::shared_ptr<const DirectoryImage> directory_;  // null: not read yet
  std::map<AccountId, Usage> recounted_;
  bool is_held_changed_ = false;
  std::int64_t next_release_ = kNothingHeld;
  BodyId body_limit_ = 0;  // as the database has it; 0: not read yet
  std::vector<Release> releases_;
  std::vector<BodyId> shared_bodies_;
  std::unordered_map<MailboxId, Uid> recent_;
  std::vector<std::function<void()>> after_commit_;
  bool is_published_ = false;
};

// The bit map row that a body's mark lies in, and its place there.
constexpr std::int64_t kBodiesPerBitmap = 4096;

}  // namespace portreeve::store::sqlite
