// A store with accounts and stagings in memory, and nothing else. Staging is answered from a thread of its own, as the
// real store's writer does.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/async/worker_pool.h"
#include "storage/store.h"

namespace portreeve::session::testing {

class FakeDirectory final : public store::Directory {
 public:
  explicit FakeDirectory(std::map<std::string, store::Account, std::less<>> by_address)
      : by_address_(std::move(by_address)) {}
  bool has_domain(std::string_view) const override { return true; }
  const store::Account* find(store::AccountId) const override { return nullptr; }
  const store::Account* find_address(std::string_view address) const override {
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return nullptr;
    // Aliases lead to the account itself.
    return &by_address_.find(found->second.address)->second;
  }
  std::vector<store::Account> accounts() const override { return {}; }
  std::vector<std::string> domains() const override { return {}; }

 private:
  std::map<std::string, store::Account, std::less<>> by_address_;
};

class FakeStore final : public store::Store {
 public:
  using Account = store::Account;
  using AccountId = store::AccountId;
  using MailboxId = store::MailboxId;
  using BodyId = store::BodyId;
  template <class T>
  using Done = store::Done<T>;
  template <class T = void>
  using Result = store::Result<T>;

  void set_accounts(std::map<std::string, Account, std::less<>> by_address) {
    directory_ = std::make_shared<FakeDirectory>(std::move(by_address));
  }

  store::DirectoryPtr directory() const override { return directory_; }

  BodyId new_staging() override { return next_staging_++; }
  void stage(BodyId body, std::uint32_t chunk, std::string bytes, Done<void> done) override {
    writer_.submit([this, body, chunk, bytes = std::move(bytes), done = std::move(done)]() mutable {
      if (chunk == refused_chunk) return done(std::unexpected(store::Error{store::Errc::limit, "no room"}));
      staged[body].push_back({chunk, std::move(bytes)});
      done({});
    });
  }
  void drop_staging(BodyId body) override { dropped.push_back(body); }

  std::map<BodyId, std::vector<std::pair<std::uint32_t, std::string>>> staged;
  std::vector<BodyId> dropped;
  std::uint32_t refused_chunk = ~0U;

  // --- what no test here calls
  void add_domain(std::string, Done<void>) override { unexpected(); }
  void remove_domain(std::string, Done<void>) override { unexpected(); }
  void add_accounts(std::vector<NewAccount>, Done<void>) override { unexpected(); }
  void set_verifier(AccountId, std::string, Done<void>) override { unexpected(); }
  void remove_account(AccountId, Done<void>) override { unexpected(); }
  Result<store::MailboxListPtr> mailboxes(AccountId) override { return unexpected(); }
  MailboxId inbox(AccountId) const override { return 0; }
  void create_mailbox(AccountId, std::string, store::SpecialUse, Done<MailboxId>) override { unexpected(); }
  void delete_mailbox(AccountId, std::string, Done<void>) override { unexpected(); }
  void rename_mailbox(AccountId, std::string, std::string, Done<void>) override { unexpected(); }
  void set_subscribed(AccountId, std::string, bool, Done<void>) override { unexpected(); }
  Result<std::unique_ptr<store::OpenMailbox>> open(MailboxId, std::function<void()>) override { return unexpected(); }
  Result<store::SnapshotPtr> snapshot(MailboxId) override { return unexpected(); }
  void deliver(store::Delivery, Done<std::vector<store::Appended>>) override { unexpected(); }
  void change_flags(MailboxId, store::UidSet, store::FlagChange, store::FlagList, Done<store::FlagsChanged>) override {
    unexpected();
  }
  void expunge(MailboxId, store::UidSet, bool, Done<store::Expunged>) override { unexpected(); }
  void copy(MailboxId, store::UidSet, MailboxId, Done<store::Copied>) override { unexpected(); }
  void move(MailboxId, store::UidSet, MailboxId, Done<store::Copied>) override { unexpected(); }
  Result<mime::Summary> summary(BodyId) override { return unexpected(); }
  Result<void> summaries(const std::vector<BodyId>&,
                         const std::function<bool(std::size_t, const mime::Summary*)>&) override {
    return unexpected();
  }
  Result<void> read_body(BodyId, std::uint64_t, std::uint64_t, std::string&) override { return unexpected(); }
  void backup(std::string, Done<void>) override { unexpected(); }
  void check(bool, Done<std::vector<Finding>>) override { unexpected(); }
  bool has_room() const override { return true; }
  void close() override {}

 private:
  static std::unexpected<store::Error> unexpected() {
    ADD_FAILURE() << "not a call that this test is about";
    return std::unexpected(store::Error{store::Errc::io, "fake"});
  }

  store::DirectoryPtr directory_ = std::make_shared<FakeDirectory>(std::map<std::string, Account, std::less<>>{});
  BodyId next_staging_ = 7;
  async::WorkerPool writer_{"fake writer", 1};
};

}  // namespace portreeve::session::testing
