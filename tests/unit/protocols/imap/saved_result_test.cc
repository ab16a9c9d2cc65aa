#include "protocols/imap/saved_result.h"

#include <gtest/gtest.h>

#include "command_text.h"
#include "tests/unit/protocols/imap/message_store.h"

namespace portreeve::imap {
namespace {

std::string text(std::span<const NumberRange> ranges) {
  std::string out;
  write_set(out, ranges);
  return out;
}

class SavedResult : public ::testing::Test {
 protected:
  // UIDs 10, 20, 30, 40, 50.
  void SetUp() override {
    for (int i = 0; i < 5; ++i) store.add("Subject: x\r\n\r\n");
    messages = store.snapshot_of_all();
  }
  MessageStore store;
  store::SnapshotPtr messages;
};

TEST_F(SavedResult, IsKeptAsUids) {
  EXPECT_EQ(text(saved_uids(std::vector<std::uint32_t>{}, *messages)), "");
  EXPECT_EQ(text(saved_uids(std::vector<std::uint32_t>{1, 2, 3, 5}, *messages)), "10:30,50");
  // In the order of a SORT.
  EXPECT_EQ(text(saved_uids(std::vector<std::uint32_t>{5, 1, 2}, *messages)), "10:20,50");
}

// RFC 5182 §2.4, RFC 9394 §3.2: MIN, MAX and PARTIAL save what they tell, unless something asks for all.
TEST_F(SavedResult, IsWhatWasToldOfIt) {
  const std::vector<std::uint32_t> found{1, 3, 4, 5};
  const auto saved = [&](const SearchReturn& returns) { return text(saved_uids(meant_by(returns, found), *messages)); };
  EXPECT_EQ(saved({.is_saved = true}), "10,30:50");
  EXPECT_EQ(saved({.has_all = true, .is_saved = true}), "10,30:50");
  EXPECT_EQ(saved({.has_min = true, .is_saved = true}), "10");
  EXPECT_EQ(saved({.has_min = true, .has_max = true, .is_saved = true}), "10,50");
  EXPECT_EQ(saved({.has_max = true, .has_count = true, .is_saved = true}), "10,30:50");
  EXPECT_EQ(saved({.has_relevancy = true, .is_saved = true}), "10,30:50");
  const Page page{.first = 2, .last = 3};
  EXPECT_EQ(saved({.is_saved = true, .page = page}), "30:40");
  EXPECT_EQ(saved({.has_min = true, .is_saved = true, .page = page}), "10,30:40");
  EXPECT_EQ(saved({.has_count = true, .is_saved = true, .page = page}), "10,30:50");
}

TEST_F(SavedResult, TakesTheFormOfItsPlace) {
  const std::vector<NumberRange> saved{{20, 30}, {50, 50}, {70, 70}};
  Command command;
  command.body = Fetch{.set = SequenceSet::saved(), .items = {}};
  insert_saved(command, saved, *messages);
  EXPECT_EQ(text(std::get<Fetch>(command.body).set.ranges()), "2:3,5");

  command.is_uid = true;
  command.body = Copy{.set = SequenceSet::saved(), .mailbox = {}};
  insert_saved(command, saved, *messages);
  EXPECT_EQ(text(std::get<Copy>(command.body).set.ranges()), "20:30,50,70");

  command.body = Expunge{.uids = SequenceSet::saved()};
  insert_saved(command, saved, *messages);
  EXPECT_EQ(text(std::get<Expunge>(command.body).uids->ranges()), "20:30,50,70");
}

TEST_F(SavedResult, IsFoundDeepInASearch) {
  const std::vector<NumberRange> saved{{20, 20}};
  const SearchKey plain{SearchNumbers{.set = SequenceSet::saved(), .is_uid = false}};
  const SearchKey uid{SearchNumbers{.set = SequenceSet::saved(), .is_uid = true}};
  Command command;
  command.body = Search{.returns = {}, .charset = {}, .key = {SearchNot{{SearchKey{SearchOr{{plain, uid}}}}}}};
  insert_saved(command, saved, *messages);
  EXPECT_EQ(describe(std::get<Search>(command.body).key), "(not (or number:2 uid:20))");
}

TEST_F(SavedResult, LeavesOtherSetsAlone) {
  Command command;
  command.body = Store{.set = *SequenceSet::parse("1:*"), .flags = {}};
  insert_saved(command, {}, *messages);
  EXPECT_EQ(std::get<Store>(command.body).set, *SequenceSet::parse("1:*"));
}

}  // namespace
}  // namespace portreeve::imap
