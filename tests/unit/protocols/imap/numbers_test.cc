#include "protocols/imap/numbers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace portreeve::imap {
namespace {

// UIDs in blocks of two.
store::Snapshot mailbox(const std::vector<store::Uid>& uids) {
  store::Snapshot snapshot;
  for (std::size_t i = 0; i < uids.size(); ++i) {
    if (i % 2 == 0) snapshot.blocks.push_back(std::make_shared<store::Block>());
    store::Message message;
    message.uid = uids[i];
    std::const_pointer_cast<store::Block>(snapshot.blocks.back())->push_back(message);
  }
  snapshot.index();
  return snapshot;
}

struct ResolveCase {
  const char* set;
  Numbers numbers;
  std::vector<store::Uid> uids;  // of the mailbox
  const char* sequences;         // null: refused
  const char* resolved_uids = "";
};

std::ostream& operator<<(std::ostream& out, const ResolveCase& c) {
  return out << (c.numbers == Numbers::uid ? "UID " : "") << c.set << " of " << c.uids.size();
}

class Resolve : public testing::TestWithParam<ResolveCase> {};

TEST_P(Resolve, FindsWhatIsMeant) {
  const ResolveCase& c = GetParam();
  const store::Snapshot messages = mailbox(c.uids);
  const auto set = SequenceSet::parse(c.set);
  ASSERT_TRUE(set);
  const auto sequences = resolve(*set, c.numbers, messages);
  ASSERT_EQ(sequences.has_value(), c.sequences != nullptr);
  if (!sequences) return;
  std::string text;
  write_set(text, *sequences);
  EXPECT_EQ(text, c.sequences);

  std::vector<NumberRange> ranges;
  for (const store::UidRange& range : uids_of(*sequences, messages)) ranges.push_back({range.first, range.last});
  std::string uids;
  write_set(uids, ranges);
  EXPECT_EQ(uids, c.resolved_uids);
}

constexpr Numbers kSeq = Numbers::sequence;
constexpr Numbers kUid = Numbers::uid;

INSTANTIATE_TEST_SUITE_P(
    Numbers, Resolve,
    testing::Values(
        // Sequence numbers.
        ResolveCase{"1", kSeq, {5, 6, 9}, "1", "5"}, ResolveCase{"2:3", kSeq, {5, 6, 9}, "2:3", "6:9"},
        ResolveCase{"3,1", kSeq, {5, 6, 9}, "1,3", "5,9"}, ResolveCase{"*", kSeq, {5, 6, 9}, "3", "9"},
        ResolveCase{"*:2", kSeq, {5, 6, 9}, "2:3", "6:9"},
        // Above EXISTS.
        ResolveCase{"4", kSeq, {5, 6, 9}, nullptr}, ResolveCase{"1:4", kSeq, {5, 6, 9}, nullptr},
        ResolveCase{"4:*", kSeq, {5, 6, 9}, nullptr}, ResolveCase{"1", kSeq, {}, nullptr},
        // In an empty mailbox '*' is nobody.
        ResolveCase{"1:*", kSeq, {}, ""}, ResolveCase{"*", kSeq, {}, ""},
        // UIDs that aren't there are passed over.
        ResolveCase{"6", kUid, {5, 6, 9}, "2", "6"}, ResolveCase{"7", kUid, {5, 6, 9}, ""},
        ResolveCase{"1:100", kUid, {5, 6, 9}, "1:3", "5:9"}, ResolveCase{"6:8", kUid, {5, 6, 9}, "2", "6"},
        ResolveCase{"1:4,10:4294967295", kUid, {5, 6, 9}, ""}, ResolveCase{"9:4294967295", kUid, {5, 6, 9}, "3", "9"},
        // "559:*" always means the last one too (RFC 3501 §6.4.8).
        ResolveCase{"559:*", kUid, {5, 6, 9}, "3", "9"}, ResolveCase{"*", kUid, {5, 6, 9}, "3", "9"},
        ResolveCase{"1:*", kUid, {}, ""}, ResolveCase{"5", kUid, {}, ""},
        // Neighbours by number, though not by UID.
        ResolveCase{"5,9,6", kUid, {5, 6, 9}, "1:3", "5:9"}));

TEST(Numbers, CountsAndNamesAll) {
  const std::vector<NumberRange> ranges{{1, 1}, {3, 6}};
  EXPECT_EQ(count(ranges), 5U);
  EXPECT_TRUE(all_uids(mailbox({})).empty());
  const store::UidSet all = all_uids(mailbox({5, 6, 9}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].first, 5U);
  EXPECT_EQ(all[0].last, 9U);
}

}  // namespace
}  // namespace portreeve::imap
