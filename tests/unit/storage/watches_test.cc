// Who watches an account is told of what changes in it, after the commit.
#include <gmock/gmock.h>

#include <mutex>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WatchesTest : public StoreTest {
 protected:
  WatchesTest() : alice_(add_account("alice@example.test")), bob_(add_account("bob@example.test")) {
    watch_ = store_->watch_account(alice_, [this](std::span<const ChangedAnnotation> annotations) {
      const std::lock_guard lock(mutex_);
      ++calls_;
      for (const auto& [mailbox, entry] : annotations) entries_.push_back(entry);
    });
  }
  ~WatchesTest() override { watch_.reset(); }

  // The calls since the last time. Watches are told before who waits for the change.
  int calls() {
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, 0);
  }
  std::vector<std::string> entries() {
    const std::lock_guard lock(mutex_);
    return std::exchange(entries_, {});
  }
  void annotate(AccountId account, MailboxId mailbox, std::vector<Annotation> annotations) {
    EXPECT_TRUE(wait<void>(
        [&](auto done) { store_->set_annotations(account, mailbox, std::move(annotations), std::move(done)); }));
  }

  AccountId alice_;
  AccountId bob_;
  std::mutex mutex_;
  int calls_ = 0;
  std::vector<std::string> entries_;
  std::unique_ptr<AccountWatch> watch_;
};

TEST_F(WatchesTest, AreToldOfMessagesAndMailboxes) {
  const MailboxId inbox = store_->inbox(alice_);
  const Uid uid = deliver(inbox, "Subject: a\r\n\r\n");
  EXPECT_EQ(calls(), 1);
  EXPECT_EQ(store_->mailboxes(alice_).value()->find(inbox)->status.messages, 1U);
  flag(inbox, {{uid, uid}}, FlagChange::add, {.system = kSeen, .keywords = {}});
  EXPECT_EQ(calls(), 1);
  const MailboxId made = create(alice_, "made");
  EXPECT_EQ(calls(), 1);
  copy(inbox, {kAll}, made);
  EXPECT_EQ(calls(), 1);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->rename_mailbox(alice_, "made", "named", std::move(done)); }));
  EXPECT_EQ(calls(), 1);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->set_subscribed(alice_, "named", true, std::move(done)); }));
  EXPECT_EQ(calls(), 1);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(alice_, "named", std::move(done)); }));
  EXPECT_EQ(calls(), 1);
  expunge(inbox, {kAll}, false);
  EXPECT_EQ(calls(), 1);
  EXPECT_THAT(entries(), IsEmpty());
}

TEST_F(WatchesTest, AreToldOfAnnotationsByName) {
  annotate(alice_, store_->inbox(alice_), {{"a", "1"}, {"b", std::nullopt}});
  EXPECT_EQ(calls(), 1);
  EXPECT_THAT(entries(), ElementsAre("a", "b"));
  annotate(alice_, 0, {{"c", "1"}});
  EXPECT_EQ(calls(), 1);
  EXPECT_THAT(entries(), ElementsAre("c"));
}

TEST_F(WatchesTest, AreNotToldOfOthersOrOfNothing) {
  deliver(store_->inbox(bob_), "Subject: a\r\n\r\n");
  annotate(bob_, 0, {{"c", "1"}});
  EXPECT_FALSE(wait<void>([&](auto done) { store_->delete_mailbox(alice_, "none", std::move(done)); }));
  EXPECT_EQ(calls(), 0);
  watch_.reset();
  deliver(store_->inbox(alice_), "Subject: a\r\n\r\n");
  EXPECT_EQ(calls(), 0);
}

}  // namespace
}  // namespace portreeve::store::sqlite
