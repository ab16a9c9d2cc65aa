#include "protocols/pop3/maildrop.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace portreeve::pop3 {
namespace {

// Messages of 10, 20, 30, … octets with the given UIDs, two to a block.
store::SnapshotPtr snapshot_of(const std::vector<store::Uid>& uids) {
  auto snapshot = std::make_shared<store::Snapshot>();
  std::uint32_t size = 0;
  for (std::size_t at = 0; at < uids.size(); at += 2) {
    store::Block block;
    for (std::size_t i = at; i < uids.size() && i < at + 2; ++i) {
      store::Message message;
      message.uid = uids[i];
      message.pop3_size = size += 10;
      block.push_back(message);
    }
    snapshot->blocks.push_back(std::make_shared<const store::Block>(std::move(block)));
  }
  snapshot->index();
  return snapshot;
}

std::string text_of(const store::UidSet& uids) {
  std::string text;
  for (const store::UidRange& range : uids) {
    text += std::to_string(range.first) + ":" + std::to_string(range.last) + " ";
  }
  return text;
}

TEST(Maildrop, CountsWhatIsNotMarked) {
  Maildrop drop(snapshot_of({3, 5, 9}));
  EXPECT_EQ(drop.count(), 3U);
  EXPECT_EQ(drop.bytes(), 60U);
  EXPECT_FALSE(drop.has_marks());
  drop.mark(2);
  EXPECT_EQ(drop.count(), 2U);
  EXPECT_EQ(drop.bytes(), 40U);
  EXPECT_TRUE(drop.has_marks());
  EXPECT_EQ(drop.find(2), nullptr);
  EXPECT_EQ(drop.find(3)->uid, 9U);
  drop.unmark_all();
  EXPECT_EQ(drop.count(), 3U);
  EXPECT_EQ(drop.bytes(), 60U);
  EXPECT_FALSE(drop.has_marks());
  EXPECT_EQ(drop.find(2)->uid, 5U);
}

TEST(Maildrop, FindsNothingOutside) {
  const Maildrop drop(snapshot_of({7}));
  EXPECT_EQ(drop.find(0), nullptr);
  EXPECT_EQ(drop.find(1)->uid, 7U);
  EXPECT_EQ(drop.find(2), nullptr);
  EXPECT_EQ(drop.find(4294967295U), nullptr);
}

TEST(Maildrop, MayBeEmpty) {
  Maildrop drop(snapshot_of({}));
  EXPECT_EQ(drop.count(), 0U);
  EXPECT_EQ(drop.bytes(), 0U);
  EXPECT_EQ(drop.find(1), nullptr);
  EXPECT_TRUE(drop.marked().empty());
  EXPECT_FALSE(drop.has_marks());
}

TEST(Maildrop, GathersMarksIntoRanges) {
  struct Case {
    std::vector<std::uint32_t> marks;
    std::string uids;
  };
  // Numbers 1 to 6.
  const std::vector<store::Uid> uids{2, 3, 8, 9, 10, 20};
  const std::vector<Case> cases{
      {{}, ""},
      {{1}, "2:2 "},
      {{6}, "20:20 "},
      {{1, 2}, "2:3 "},
      {{2, 3}, "3:8 "},
      {{1, 3}, "2:2 8:8 "},
      {{4, 3, 5}, "8:10 "},
      {{1, 2, 3, 4, 5, 6}, "2:20 "},
      {{6, 1}, "2:2 20:20 "},
  };
  for (const Case& c : cases) {
    Maildrop drop(snapshot_of(uids));
    for (const std::uint32_t number : c.marks) drop.mark(number);
    EXPECT_EQ(text_of(drop.marked()), c.uids);
  }
}

}  // namespace
}  // namespace portreeve::pop3
