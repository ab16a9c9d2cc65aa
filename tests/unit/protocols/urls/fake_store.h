// Two accounts, one mailbox of each with one message in it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "storage/store.h"
#include "tests/support/plain_directory.h"
#include "tests/support/useless_store.h"

namespace portreeve::urls::testing {

constexpr store::AccountId kAlice = 1;
constexpr store::AccountId kBob = 2;
constexpr store::MailboxId kInbox = 10;  // Alice's
constexpr store::Uid kUid = 5;
constexpr std::uint32_t kValidity = 7;

class FakeDirectory final : public portreeve::testing::PlainDirectory {
 public:
  explicit FakeDirectory(std::vector<store::Account> people) : people_(std::move(people)) {}
  bool has_domain(std::string_view domain) const override { return domain == "example.test"; }
  const store::Account* find(store::AccountId id) const override {
    const auto found = std::ranges::find(people_, id, &store::Account::id);
    return found == people_.end() ? nullptr : &*found;
  }
  const store::Account* find_address(std::string_view address) const override {
    const auto found = std::ranges::find(people_, address, &store::Account::address);
    return found == people_.end() ? nullptr : &*found;
  }
  std::vector<store::Account> accounts() const override { return people_; }
  std::vector<std::string> domains() const override { return {"example.test"}; }

 private:
  std::vector<store::Account> people_;
};

class FakeStore final : public portreeve::testing::UselessStore {
 public:
  std::string message;
  std::string key;
  bool is_alice_enabled = true;
  bool is_broken = false;               // its disk
  std::uint64_t readable = UINT64_MAX;  // bytes of the message that are still there
  mutable int opened = 0;               // mailboxes held open

  store::DirectoryPtr directory() const override {
    return std::make_shared<FakeDirectory>(std::vector<store::Account>{
        {.id = kAlice, .address = "alice@example.test", .verifier = {}, .is_enabled = is_alice_enabled},
        {.id = kBob, .address = "bob@example.test", .verifier = {}}});
  }
  store::Result<store::MailboxListPtr> mailboxes(store::AccountId account) override {
    if (is_broken) return broken();
    auto list = std::make_shared<store::MailboxList>();
    store::MailboxInfo info;
    info.id = account * kInbox;
    info.name = "INBOX";
    list->mailboxes.push_back(info);
    return list;
  }
  store::Result<std::string> access_key(store::AccountId account, store::MailboxId mailbox) override {
    return account == kAlice && mailbox == kInbox ? key : std::string();
  }
  store::Result<std::unique_ptr<store::OpenMailbox>> open(store::MailboxId mailbox, std::function<void()>) override {
    if (mailbox != kInbox) return std::unexpected(store::Error{store::Errc::not_found, "no such mailbox"});
    return std::make_unique<Open>(*this);
  }
  store::Result<mime::Summary> summary(store::BodyId) override { return mime::summarize(message); }
  store::Result<void> read_body(store::BodyId, std::uint64_t offset, std::uint64_t length, std::string& out) override {
    EXPECT_GT(opened, 0) << "the message could have been removed";
    if (is_broken) return broken();
    const std::string_view there = std::string_view(message).substr(0, readable);
    if (offset < there.size()) out += there.substr(offset, length);
    return {};
  }

 private:
  class Open final : public store::OpenMailbox, public store::Mailbox {
   public:
    explicit Open(FakeStore& store) : store_(store) { ++store_.opened; }
    ~Open() override { --store_.opened; }
    store::Mailbox& mailbox() override { return *this; }
    void seen(const store::SnapshotPtr&) override {}
    store::MailboxId id() const override { return kInbox; }
    store::SnapshotPtr snapshot() const override {
      auto snapshot = std::make_shared<store::Snapshot>();
      snapshot->mailbox = kInbox;
      snapshot->uid_validity = kValidity;
      snapshot->uid_next = kUid + 1;
      snapshot->blocks.push_back(std::make_shared<const store::Block>(store::Block{
          store::Message{.uid = kUid, .size = static_cast<std::uint32_t>(store_.message.size()), .body = 3}}));
      snapshot->index();
      return snapshot;
    }
    store::UidRange claim_recent() override { return {1, 0}; }
    store::UidRange peek_recent() const override { return {1, 0}; }
    std::shared_ptr<const Derived> derived() const override { return nullptr; }
    void keep(std::shared_ptr<const Derived>) override {}

   private:
    FakeStore& store_;
  };
  static std::unexpected<store::Error> broken() { return std::unexpected(store::Error{store::Errc::io, "broken"}); }
};

}  // namespace portreeve::urls::testing
