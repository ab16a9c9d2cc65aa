// A store that does nothing: every call fails the test. Fakes derive from it and say what their test is about.
// Threads: any.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/store.h"

namespace portreeve::testing {

class UselessStore : public store::Store {
 public:
  store::DirectoryPtr directory() const override { return useless(), nullptr; }
  void add_domain(std::string, store::Done<void> done) override { done(useless()); }
  void remove_domain(std::string, store::Done<void> done) override { done(useless()); }
  void add_accounts(std::vector<NewAccount>, store::Done<void> done) override { done(useless()); }
  void set_verifier(store::AccountId, std::string, store::Done<void> done) override { done(useless()); }
  void set_quota(store::AccountId, store::QuotaChange, store::Done<void> done) override { done(useless()); }
  void set_enabled(store::AccountId, bool, store::Done<void> done) override { done(useless()); }
  void set_delegate(store::AccountId, store::AccountId, bool, store::Done<void> done) override { done(useless()); }
  void set_alias(store::Alias, store::Done<void> done) override { done(useless()); }
  void remove_alias(std::string, store::Done<void> done) override { done(useless()); }
  void set_file_entries(FileEntries, store::Done<void> done) override { done(useless()); }
  store::Usage usage(store::AccountId) const override { return useless(), store::Usage(); }
  void watch_quotas(std::vector<unsigned>, std::function<void(store::AccountId, unsigned)>) override { useless(); }
  void remove_account(store::AccountId, store::Done<void> done) override { done(useless()); }

  store::Result<store::MailboxListPtr> mailboxes(store::AccountId) override { return useless(); }
  store::MailboxId inbox(store::AccountId) const override { return useless(), 0; }
  void create_mailbox(store::AccountId, std::string, store::SpecialUse, store::Done<store::MailboxId> done) override {
    done(useless());
  }
  void delete_mailbox(store::AccountId, std::string, store::Done<void> done) override { done(useless()); }
  void rename_mailbox(store::AccountId, std::string, std::string, store::Done<void> done) override { done(useless()); }
  void set_subscribed(store::AccountId, std::string, bool, store::Done<void> done) override { done(useless()); }
  store::AclsPtr acls() const override { return useless(), nullptr; }
  void set_acl(store::MailboxId, store::AclSubject, store::AclChange, store::Rights, store::Done<void> done) override {
    done(useless());
  }
  void set_annotations(store::AccountId, store::MailboxId, std::vector<store::Annotation>,
                       store::Done<void> done) override {
    done(useless());
  }
  store::Result<std::vector<store::Annotation>> annotations(store::AccountId, store::MailboxId) override {
    return useless();
  }
  void keep_access_key(store::AccountId, store::MailboxId, std::string, bool, store::Done<std::string> done) override {
    done(useless());
  }
  void drop_access_keys(store::AccountId, store::Done<void> done) override { done(useless()); }
  store::Result<std::string> access_key(store::AccountId, store::MailboxId) override { return useless(); }
  std::unique_ptr<store::AccountWatch> watch_account(
      store::AccountId, std::function<void(std::span<const store::ChangedAnnotation>)>) override {
    return useless(), nullptr;
  }
  store::Result<std::unique_ptr<store::OpenMailbox>> open(store::MailboxId, std::function<void()>) override {
    return useless();
  }
  store::Result<store::SnapshotPtr> snapshot(store::MailboxId) override { return useless(); }

  store::BodyId new_staging() override { return useless(), 0; }
  void stage(store::BodyId, std::uint32_t, std::string, store::Done<void> done) override { done(useless()); }
  void drop_staging(store::BodyId) override { useless(); }
  void deliver_all(std::vector<store::Delivery>, store::Done<std::vector<store::Appended>> done) override {
    done(useless());
  }

  void hold(store::HeldMessage, store::Done<store::HeldId> done) override { done(useless()); }
  std::optional<std::int64_t> next_release() const override { return std::nullopt; }
  store::Result<std::vector<store::Held>> held(std::int64_t, std::size_t) override { return useless(); }
  void release(store::HeldId, std::vector<store::DeliveryTarget>, std::int64_t, std::vector<store::Delivery>,
               store::Done<std::vector<store::Appended>> done) override {
    done(useless());
  }

  void change_flags(store::MailboxId, store::UidSet, store::FlagChange, store::FlagList, std::optional<store::ModSeq>,
                    store::Flags, store::Done<store::FlagsChanged> done) override {
    done(useless());
  }
  void expunge(store::MailboxId, store::UidSet, bool, store::Done<store::Expunged> done) override { done(useless()); }
  void copy(store::MailboxId, store::UidSet, store::MailboxId, store::Flags, store::Done<store::Copied> done) override {
    done(useless());
  }
  void move(store::MailboxId, store::UidSet, store::MailboxId, store::Flags, store::Done<store::Copied> done) override {
    done(useless());
  }

  store::Result<std::optional<store::UidSet>> expunged_since(store::MailboxId, store::ModSeq) override {
    return useless();
  }
  store::Result<mime::Summary> summary(store::BodyId) override { return useless(); }
  store::Result<void> summaries(const std::vector<store::BodyId>&,
                                const std::function<bool(std::size_t, const mime::Summary*)>&) override {
    return useless();
  }
  store::Result<void> read_body(store::BodyId, std::uint64_t, std::uint64_t, std::string&) override {
    return useless();
  }

  void save_note(std::string, std::string, store::Done<void> done) override { done(useless()); }
  store::Result<std::string> note(std::string_view) override { return useless(); }

  void backup(std::string, store::Done<void> done) override { done(useless()); }
  void check(bool, store::Done<std::vector<Finding>> done) override { done(useless()); }
  bool has_room() const override { return true; }
  void close() override {}

 private:
  static std::unexpected<store::Error> useless() {
    ADD_FAILURE() << "not a call that this test is about";
    return std::unexpected(store::Error{.code = store::Errc::io, .detail = "useless"});
  }
};

}  // namespace portreeve::testing
