// What a client that comes back is told to be gone, where the store remembers and where it doesn't.
#include "protocols/imap/sync.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tests/support/useless_store.h"

namespace portreeve::imap {
namespace {

class ExpungedStore final : public portreeve::testing::UselessStore {
 public:
  store::Result<std::optional<store::UidSet>> expunged_since(store::MailboxId, store::ModSeq) override {
    return expunged;
  }
  std::optional<store::UidSet> expunged;
};

store::Snapshot snapshot_of(std::initializer_list<store::Uid> uids, store::Uid uid_next) {
  store::Snapshot snapshot;
  snapshot.uid_next = uid_next;
  for (const store::Uid uid : uids) {
    if (snapshot.blocks.empty() || snapshot.blocks.back()->size() == 3)
      snapshot.blocks.push_back(std::make_shared<store::Block>());
    store::Message message;
    message.uid = uid;
    message.mod_seq = 100 + uid;
    std::const_pointer_cast<store::Block>(snapshot.blocks.back())->push_back(message);
  }
  snapshot.index();
  return snapshot;
}

std::string shown(const std::vector<NumberRange>& ranges) {
  std::string out;
  write_set(out, ranges);
  return out;
}

class VanishedTest : public ::testing::Test {
 protected:
  std::string vanished(const std::string& known, store::Uid settled = 0) {
    const auto ranges = SequenceSet::parse(known)->normalized(messages_.uid_next - 1);
    const auto uids = vanished_since(store_, messages_, 7, ranges, settled);
    return uids ? shown(*uids) : uids.error().detail;
  }

  store::Snapshot messages_ = snapshot_of({2, 3, 7, 8, 9}, 12);
  ExpungedStore store_;
};

TEST_F(VanishedTest, IsWhatTheStoreRemembersOfWhatIsKnown) {
  store_.expunged = {{4, 6}, {10, 10}};
  EXPECT_EQ(vanished("1:*"), "4:6,10");
  EXPECT_EQ(vanished("1:5"), "4:5");
  EXPECT_EQ(vanished("5:9,10:4294967295"), "5:6,10");
  EXPECT_EQ(vanished("1,7"), "");
  store_.expunged = store::UidSet();
  EXPECT_EQ(vanished("1:*"), "");
}

TEST_F(VanishedTest, IsNotWhatTheSessionIsStillToBeTold) {
  store_.expunged = {{3, 6}, {9, 15}};
  EXPECT_EQ(vanished("1:*"), "4:6,10:11");
}

TEST_F(VanishedTest, IsAllThatIsMissingWhereTheStoreRemembersNothing) {
  EXPECT_EQ(vanished("1:*"), "1,4:6,10:11");
  EXPECT_EQ(vanished("1:4,11:99"), "1,4,11");
  EXPECT_EQ(vanished("2:3,7"), "");
  EXPECT_EQ(vanished("1:*", 3), "4:6,10:11");
  EXPECT_EQ(vanished("1:*", 11), "");
  messages_ = snapshot_of({}, 4);
  EXPECT_EQ(vanished("1:*"), "1:3");
  messages_ = snapshot_of({}, 1);
  EXPECT_EQ(vanished("1:*"), "");
}

TEST(Sync, NumbersAndUidsThatStillMatchSettleWhatIsBelow) {
  const store::Snapshot messages = snapshot_of({2, 3, 7, 8, 9, 20}, 30);
  const auto settled = [&](const char* sequences, const char* uids) {
    return settled_uid(
        {.known_uids = {}, .known_sequences = *SequenceSet::parse(sequences), .their_uids = *SequenceSet::parse(uids)},
        messages);
  };
  EXPECT_EQ(settled("1", "2"), 2U);
  EXPECT_EQ(settled("1,3,6", "2,7,20"), 20U);
  EXPECT_EQ(settled("1:2,4:5", "2:3,8:9"), 9U);
  EXPECT_EQ(settled("1:4", "2:5"), 3U);
  EXPECT_EQ(settled("1,4", "2,7"), 2U);
  EXPECT_EQ(settled("3:5", "7:9"), 9U);
  EXPECT_EQ(settled("4:6", "7:9"), 0U);
  EXPECT_EQ(settled("7", "20"), 0U);
  EXPECT_EQ(settled("1:4294967295", "2:4294967295"), 3U);
  EXPECT_EQ(settled("5:1", "2:6"), 3U);
  EXPECT_EQ(settled("1,2", "2"), 2U);
  EXPECT_EQ(settled("1:2,6", "2:4,20"), 3U);
}

TEST(Sync, ChangesAreFoundAcrossBlocks) {
  const store::Snapshot messages = snapshot_of({2, 3, 7, 8, 9, 20}, 30);
  EXPECT_EQ(shown(changed_since(std::vector<NumberRange>{{1, 6}}, messages, 0)), "1:6");
  EXPECT_EQ(shown(changed_since(std::vector<NumberRange>{{1, 6}}, messages, 107)), "4:6");
  EXPECT_EQ(shown(changed_since(std::vector<NumberRange>{{1, 4}, {6, 6}}, messages, 106)), "3:4,6");
  EXPECT_EQ(shown(changed_since(std::vector<NumberRange>{{1, 6}}, messages, 120)), "");
  EXPECT_EQ(shown(changed_since({}, messages, 0)), "");
}

}  // namespace
}  // namespace portreeve::imap
