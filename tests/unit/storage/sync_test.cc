// What clients that resynchronize rely on: mod-sequences decide changes, and expunges are remembered.
#include <gmock/gmock.h>

#include "storage/sqlite/expunged.h"
#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SyncTest : public StoreTest {
 protected:
  SyncTest() : inbox_(store_->inbox(add_account("alice@example.test"))) {}

  void deliver_many(int count) {
    for (int i = 0; i < count; ++i) deliver(inbox_, "x");
  }
  ModSeq highest() { return snapshot(inbox_)->highest_mod_seq; }
  Result<FlagsChanged> flag_unchanged(UidSet uids, FlagChange change, FlagList flags, ModSeq since) {
    return wait<FlagsChanged>([&](auto done) {
      store_->change_flags(inbox_, std::move(uids), change, std::move(flags), since, std::move(done));
    });
  }
  // "2:4,7", or "?" if that is no longer known.
  std::string expunged_since(ModSeq since) {
    const auto uids = store_->expunged_since(inbox_, since);
    if (!uids) return uids.error().detail;
    if (!*uids) return "?";
    std::string shown;
    for (const UidRange& range : **uids) {
      if (!shown.empty()) shown += ',';
      shown += std::to_string(range.first);
      if (range.last != range.first) shown += ":" + std::to_string(range.last);
    }
    return shown;
  }

  const MailboxId inbox_;
};

const FlagList kSeenFlag{.system = kSeen, .keywords = {}};

TEST_F(SyncTest, WhatHasChangedSinceIsLeftAlone) {
  deliver_many(4);
  const ModSeq before = highest();
  ASSERT_TRUE(flag(inbox_, {{2, 2}}, FlagChange::add, {.system = kFlagged, .keywords = {}}));
  const auto changed = flag_unchanged({{1, 3}}, FlagChange::add, kSeenFlag, before);
  ASSERT_TRUE(changed);
  EXPECT_THAT(changed->changed, ElementsAre(1, 3));
  EXPECT_THAT(changed->failed, ElementsAre(2));
  EXPECT_EQ(show(inbox_), "1S 2F 3S 4");
  EXPECT_EQ(changed->after->at(1).mod_seq, before + 2);
}

TEST_F(SyncTest, AConditionThatAllFailChangesNothing) {
  deliver_many(2);
  const ModSeq before = highest();
  const auto changed = flag_unchanged({kAll}, FlagChange::replace, {.system = kSeen, .keywords = {"new"}}, 0);
  ASSERT_TRUE(changed);
  EXPECT_THAT(changed->changed, IsEmpty());
  EXPECT_THAT(changed->failed, ElementsAre(1, 2));
  EXPECT_EQ(highest(), before);
  EXPECT_THAT(*snapshot(inbox_)->keywords, IsEmpty());
}

TEST_F(SyncTest, TwoConditionalChangesAtOnceDontBothWin) {
  deliver_many(1);
  const ModSeq before = highest();
  std::promise<Result<FlagsChanged>> promises[2];
  for (auto& promise : promises) {
    store_->change_flags(inbox_, {{1, 1}}, FlagChange::add,
                         {.system = &promise == promises ? kFlagged : kSeen, .keywords = {}}, before,
                         [&promise](Result<FlagsChanged> result) { promise.set_value(std::move(result)); });
  }
  EXPECT_THAT(promises[0].get_future().get()->failed, IsEmpty());
  EXPECT_THAT(promises[1].get_future().get()->failed, ElementsAre(1));
  EXPECT_EQ(show(inbox_), "1F");
}

TEST_F(SyncTest, ExpungesAreRememberedOverARestart) {
  deliver_many(9);
  const ModSeq first = highest();
  ASSERT_TRUE(expunge(inbox_, {{2, 4}}, false));
  const ModSeq second = highest();
  ASSERT_TRUE(expunge(inbox_, {{5, 5}, {8, 8}}, false));
  ASSERT_TRUE(move(inbox_, {{9, 9}}, create(1, "Else")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(expunged_since(0), "2:4,5,8,9");
    EXPECT_EQ(expunged_since(first), "2:4,5,8,9");
    EXPECT_EQ(expunged_since(second), "5,8,9");
    EXPECT_EQ(expunged_since(highest()), "");
    EXPECT_EQ(expunged_since(UINT64_MAX), "");
    reopen();
  }
}

TEST_F(SyncTest, ItIsKnownHowFarBackExpungesAreRemembered) {
  constexpr Uid kCount = kMaxExpungedRows + 100;
  std::vector<Delivery> deliveries;
  for (Uid uid = 1; uid <= kCount; ++uid) deliveries.push_back(delivery_of("x", {{inbox_, {}}}));
  ASSERT_TRUE(
      wait<std::vector<Appended>>([&](auto done) { store_->deliver_all(std::move(deliveries), std::move(done)); }));
  const ModSeq before = highest();
  // With a change between, so that none of them has an even number, as those of the trims are.
  ASSERT_EQ(before % 2, 1U);
  for (Uid uid = 1; uid < kCount; ++uid) {
    const FlagChange change = uid % 2 == 1 ? FlagChange::add : FlagChange::remove;
    store_->change_flags(inbox_, {{kCount, kCount}}, change, kSeenFlag, [](const auto&) {});
    store_->expunge(inbox_, {{uid, uid}}, false, [](const auto&) {});
  }
  ASSERT_TRUE(flag(inbox_, {kAll}, FlagChange::add, {.system = kFlagged, .keywords = {}}));
  ASSERT_TRUE(expunge(inbox_, {kAll}, false));
  reopen();
  EXPECT_LE(count("expunged"), kMaxExpungedRows + 64);
  EXPECT_EQ(expunged_since(0), "?");
  EXPECT_EQ(expunged_since(before), "?");
  EXPECT_EQ(highest(), before + 2 * kCount);
  EXPECT_EQ(expunged_since(highest() - 1), std::to_string(kCount));
  EXPECT_EQ(expunged_since(highest() - 3), std::to_string(kCount - 1) + "," + std::to_string(kCount));
}

// Clients take them for the identity of what they name (RFC 8474 §3).
TEST_F(SyncTest, IdsOfMailboxesAndBodiesNeverComeAgain) {
  const MailboxId gone = create(1, "Other");
  deliver(inbox_, "x");
  const BodyId body = snapshot(inbox_)->at(1).body;
  ASSERT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(1, "Other", std::move(done)); }));
  ASSERT_TRUE(expunge(inbox_, {kAll}, false));
  store_->settle();
  reopen();
  EXPECT_GT(create(1, "Other"), gone);
  deliver(inbox_, "x");
  EXPECT_GT(snapshot(inbox_)->at(1).body, body);
}

TEST_F(SyncTest, ADeletedMailboxLeavesNothingBehind) {
  const MailboxId other = create(1, "Other");
  deliver(other, "x");
  ASSERT_TRUE(expunge(other, {kAll}, false));
  ASSERT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(1, "Other", std::move(done)); }));
  EXPECT_EQ(count("expunged"), 0);
}

}  // namespace
}  // namespace portreeve::store::sqlite
