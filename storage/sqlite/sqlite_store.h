// The store over SQLite: puts the parts together. Threads: as store.h says.
#pragma once

#include "storage/sqlite/backup.h"
#include "storage/sqlite/checker.h"
#include "storage/sqlite/checkpointer.h"
#include "storage/sqlite/hooks.h"
#include "storage/sqlite/search_index.h"
#include "storage/sqlite/shared.h"
#include "storage/sqlite/upkeep.h"
#include "storage/sqlite/writer.h"
#include "storage/store.h"

namespace portreeve::store::sqlite {

class SqliteStore final : public Store {
 public:
  // Throws Failure.
  explicit SqliteStore(const Options& options, const Hooks& hooks = {});
  ~SqliteStore() override;

  DirectoryPtr directory() const override { return shared_.directory.get(); }
  void add_domain(std::string domain, Done<void> done) override;
  void remove_domain(std::string domain, Done<void> done) override;
  void add_accounts(std::vector<NewAccount> accounts, Done<void> done) override;
  void set_verifier(AccountId account, std::string verifier, Done<void> done) override;
  void set_quota(AccountId account, QuotaChange change, Done<void> done) override;
  void set_enabled(AccountId account, bool is_enabled, Done<void> done) override;
  void set_delegate(AccountId owner, AccountId delegate, bool may, Done<void> done) override;
  void set_alias(Alias alias, Done<void> done) override;
  void remove_alias(std::string address, Done<void> done) override;
  void set_file_entries(FileEntries entries, Done<void> done) override;
  Usage usage(AccountId account) const override { return shared_.usages.get(account); }
  void watch_quotas(std::vector<unsigned> percents, std::function<void(AccountId, unsigned)> call) override;
  void remove_account(AccountId account, Done<void> done) override;

  Result<MailboxListPtr> mailboxes(AccountId account) override;
  MailboxId inbox(AccountId account) const override { return shared_.directory.get()->inbox(account); }
  void create_mailbox(AccountId account, std::string name, SpecialUse use, Done<MailboxId> done) override;
  void delete_mailbox(AccountId account, std::string name, Done<void> done) override;
  void rename_mailbox(AccountId account, std::string from, std::string to, Done<void> done) override;
  void set_subscribed(AccountId account, std::string name, bool is_subscribed, Done<void> done) override;

  std::unique_ptr<AccountWatch> watch_account(
      AccountId account, std::function<void(std::span<const ChangedAnnotation>)> on_change) override {
    return std::make_unique<Watch>(shared_.watches, account, std::move(on_change));
  }
  Result<std::unique_ptr<OpenMailbox>> open(MailboxId mailbox, std::function<void()> on_change) override;
  Result<SnapshotPtr> snapshot(MailboxId mailbox) override;

  BodyId new_staging() override { return shared_.next_body++; }
  void stage(BodyId body, std::uint32_t chunk, std::string bytes, Done<void> done) override;
  void drop_staging(BodyId body) override;
  void deliver_all(std::vector<Delivery> deliveries, Done<std::vector<Appended>> done) override;

  void hold(HeldMessage message, Done<HeldId> done) override;
  std::optional<std::int64_t> next_release() const override;
  Result<std::vector<Held>> held(std::int64_t until, std::size_t limit) override;
  void release(HeldId id, std::vector<DeliveryTarget> targets, std::int64_t internal_date,
               std::vector<Delivery> reports, Done<std::vector<Appended>> done) override;

  using Store::change_flags;
  void change_flags(MailboxId mailbox, UidSet uids, FlagChange change, FlagList flags,
                    std::optional<ModSeq> unchanged_since, Flags changeable, Done<FlagsChanged> done) override;
  void expunge(MailboxId mailbox, UidSet uids, bool only_deleted, Done<Expunged> done) override;
  using Store::copy;
  void copy(MailboxId from, UidSet uids, MailboxId to, Flags kept, Done<Copied> done) override;
  using Store::move;
  void move(MailboxId from, UidSet uids, MailboxId to, Flags kept, Done<Copied> done) override;

  Result<std::optional<UidSet>> expunged_since(MailboxId mailbox, ModSeq since) override;

  Result<mime::Summary> summary(BodyId body) override;
  Result<void> summary_views(const std::vector<BodyId>& bodies,
                             const std::function<bool(std::size_t, const mime::SummaryView*)>& take) override;
  Result<void> summaries(const std::vector<BodyId>& bodies,
                         const std::function<bool(std::size_t, const mime::Summary*)>& take) override;
  Result<void> read_body(BodyId body, std::uint64_t offset, std::uint64_t length, std::string& out) override;
  Result<void> read_bodies(const std::vector<BodyRange>& ranges, std::string& out,
                           const std::function<bool(std::size_t, bool)>& read) override;

  AclsPtr acls() const override { return shared_.acls.get(); }
  void set_acl(MailboxId mailbox, AclSubject subject, AclChange change, Rights rights, Done<void> done) override;
  void search_hints(MailboxId mailbox, std::span<const BodyId> bodies, std::string_view key,
                    std::vector<SearchHint>& hints) override {
    search_index_.search_hints(mailbox, bodies, key, hints);
  }

  void set_annotations(AccountId account, MailboxId mailbox, std::vector<Annotation> annotations,
                       Done<void> done) override;
  Result<std::vector<Annotation>> annotations(AccountId account, MailboxId mailbox) override;
  void keep_access_key(AccountId account, MailboxId mailbox, std::string key, bool replaces,
                       Done<std::string> done) override;
  void drop_access_keys(AccountId account, Done<void> done) override;
  Result<std::string> access_key(AccountId account, MailboxId mailbox) override;
  void save_note(std::string name, std::string bytes, Done<void> done) override;
  Result<std::string> note(std::string_view name) override;

  void backup(std::string path, Done<void> done) override;
  void check(bool mend, Done<std::vector<Finding>> done) override;
  bool has_room() const override { return shared_.disk.has_room(); }
  void close() override;

  // Waits until all bodies that may go are gone; for tests.
  void settle() { upkeep_.settle(); }
  SearchIndex& search_index() { return search_index_; }

 private:
  EntryPtr entry(MailboxId mailbox);
  template <class T>
  Done<T> dropping(std::vector<BodyId> staged, Done<T> done);
  std::vector<BodyId> new_bodies(const std::vector<Delivery>& deliveries);
  Lane lane_for(MailboxId mailbox, const UidSet& uids);
  template <class T, class Work>
  void submit(std::size_t bytes, Work work, Done<T> done) {
    writer_->submit<T>(Lane::normal, bytes, std::move(work), std::move(done));
  }

  Ownership ownership_;
  Shared shared_;
  Upkeep upkeep_;
  SearchIndex search_index_;
  std::atomic<bool> is_backing_up_ = false;
  // The writer's connection is the last to be closed, which leaves no WAL behind.
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Readers> readers_;
  std::unique_ptr<Checker> checker_;
  std::unique_ptr<Checkpointer> checkpointer_;
};

}  // namespace portreeve::store::sqlite
