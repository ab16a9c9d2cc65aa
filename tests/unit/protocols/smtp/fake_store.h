// A store in memory for the session's tests: two accounts that take mail, one that doesn't, and deliveries kept as they
// were made. What isn't needed to take mail in aborts.
// Threads: the test prepares it before the session begins and looks at it between replies.
#pragma once

#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/auth/verifier.h"
#include "core/base/ascii.h"
#include "storage/store.h"

namespace portreeve::smtp {

class FakeDirectory final : public store::Directory {
 public:
  FakeDirectory() {
    const std::string verifier = auth::make_verifier("secret");
    accounts_ = {{1, "alice@example.test", verifier, 0, true},
                 {2, "bob@example.test", verifier, 0, true},
                 {3, "carol@example.test", verifier, 0, false},
                 {4,
                  "gr\xc3\xbc\xc3\x9f"
                  "e@example.test",
                  verifier, 0, true},
                 {5, "postmaster@second.test", verifier, 0, true}};
  }
  bool has_domain(std::string_view domain) const override {
    return base::equals_ignoring_case(domain, "example.test") || base::equals_ignoring_case(domain, "second.test");
  }
  const store::Account* find(store::AccountId id) const override {
    for (const store::Account& account : accounts_) {
      if (account.id == id) return &account;
    }
    return nullptr;
  }
  const store::Account* find_address(std::string_view address) const override {
    if (base::equals_ignoring_case(address, "alias@example.test")) return find(1);
    for (const store::Account& account : accounts_) {
      if (base::equals_ignoring_case(account.address, address)) return &account;
    }
    return nullptr;
  }
  std::vector<store::Account> accounts() const override { return accounts_; }
  std::vector<std::string> domains() const override { return {"example.test", "second.test"}; }

 private:
  std::vector<store::Account> accounts_;
};

class FakeStore final : public store::Store {
 public:
  struct Delivered {
    std::string text;  // chunks and tail
    std::vector<store::MailboxId> mailboxes;
    std::uint64_t size = 0;
  };

  store::Error failure{store::Errc::io, "tests want it"};
  bool fails_delivery = false;
  bool fails_staging = false;
  bool is_full = false;

  std::vector<Delivered> delivered() const {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }
  std::size_t stagings() const {
    const std::lock_guard lock(mutex_);
    return staged_.size();
  }

  store::DirectoryPtr directory() const override { return directory_; }
  store::MailboxId inbox(store::AccountId account) const override { return account * 10; }
  bool has_room() const override { return !is_full; }

  store::BodyId new_staging() override {
    const std::lock_guard lock(mutex_);
    staged_[++last_body_];
    return last_body_;
  }
  void stage(store::BodyId body, std::uint32_t, std::string bytes, store::Done<void> done) override {
    if (fails_staging) return done(std::unexpected(failure));
    {
      const std::lock_guard lock(mutex_);
      staged_[body] += bytes;
    }
    done({});
  }
  void drop_staging(store::BodyId body) override {
    const std::lock_guard lock(mutex_);
    staged_.erase(body);
  }
  void deliver(store::Delivery delivery, store::Done<std::vector<store::Appended>> done) override {
    if (fails_delivery) return done(std::unexpected(failure));
    {
      const std::lock_guard lock(mutex_);
      Delivered& kept = delivered_.emplace_back();
      if (delivery.body.staged != 0) kept.text = staged_.extract(delivery.body.staged).mapped();
      kept.text += delivery.body.tail;
      kept.size = delivery.body.summary.size;
      for (const auto& target : delivery.targets) kept.mailboxes.push_back(target.mailbox);
    }
    done(std::vector<store::Appended>(delivery.targets.size()));
  }
  void close() override {}

  // --- not for taking mail in
  void add_domain(std::string, store::Done<void>) override { std::abort(); }
  void remove_domain(std::string, store::Done<void>) override { std::abort(); }
  void add_accounts(std::vector<NewAccount>, store::Done<void>) override { std::abort(); }
  void set_verifier(store::AccountId, std::string, store::Done<void>) override { std::abort(); }
  void remove_account(store::AccountId, store::Done<void>) override { std::abort(); }
  store::Result<store::MailboxListPtr> mailboxes(store::AccountId) override { std::abort(); }
  void create_mailbox(store::AccountId, std::string, store::SpecialUse, store::Done<store::MailboxId>) override {
    std::abort();
  }
  void delete_mailbox(store::AccountId, std::string, store::Done<void>) override { std::abort(); }
  void rename_mailbox(store::AccountId, std::string, std::string, store::Done<void>) override { std::abort(); }
  void set_subscribed(store::AccountId, std::string, bool, store::Done<void>) override { std::abort(); }
  store::Result<std::unique_ptr<store::OpenMailbox>> open(store::MailboxId, std::function<void()>) override {
    std::abort();
  }
  store::Result<store::SnapshotPtr> snapshot(store::MailboxId) override { std::abort(); }
  void change_flags(store::MailboxId, store::UidSet, store::FlagChange, store::FlagList,
                    store::Done<store::FlagsChanged>) override {
    std::abort();
  }
  void expunge(store::MailboxId, store::UidSet, bool, store::Done<store::Expunged>) override { std::abort(); }
  void copy(store::MailboxId, store::UidSet, store::MailboxId, store::Done<store::Copied>) override { std::abort(); }
  void move(store::MailboxId, store::UidSet, store::MailboxId, store::Done<store::Copied>) override { std::abort(); }
  store::Result<mime::Summary> summary(store::BodyId) override { std::abort(); }
  store::Result<void> summaries(const std::vector<store::BodyId>&,
                                const std::function<bool(std::size_t, const mime::Summary*)>&) override {
    std::abort();
  }
  store::Result<void> read_body(store::BodyId, std::uint64_t, std::uint64_t, std::string&) override { std::abort(); }
  void backup(std::string, store::Done<void>) override { std::abort(); }
  void check(bool, store::Done<std::vector<Finding>>) override { std::abort(); }

 private:
  store::DirectoryPtr directory_ = std::make_shared<FakeDirectory>();
  mutable std::mutex mutex_;
  std::vector<Delivered> delivered_;             // guarded by mutex_
  std::map<store::BodyId, std::string> staged_;  // guarded by mutex_
  store::BodyId last_body_ = 0;                  // guarded by mutex_
};

}  // namespace portreeve::smtp
