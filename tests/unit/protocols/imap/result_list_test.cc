// How a result that is kept up to date changes, and where messages come to stand in a sorted one.
#include "protocols/imap/result_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "message_store.h"
#include "protocols/imap/result_placer.h"

namespace portreeve::imap {
namespace {

std::string shown(ResultChange change, const std::vector<ResultPiece>& pieces) {
  std::string out;
  write_result_change(out, "t", true, change, pieces);
  return out;
}

// What RFC 5267 §4.3.3 and §4.3.4 have the client do.
void follow(ResultList& theirs, ResultChange change, const std::vector<ResultPiece>& pieces) {
  for (const ResultPiece& piece : pieces) {
    if (change == ResultChange::added) {
      if (piece.position == 0) {
        theirs.insert(theirs.end(), piece.numbers.begin(), piece.numbers.end());
        std::ranges::sort(theirs);
      } else {
        ASSERT_LE(piece.position, theirs.size() + 1);
        theirs.insert(theirs.begin() + (piece.position - 1), piece.numbers.begin(), piece.numbers.end());
      }
    } else if (piece.position == 0) {
      std::erase_if(theirs,
                    [&](store::Uid uid) { return std::ranges::find(piece.numbers, uid) != piece.numbers.end(); });
    } else {
      const auto begin = theirs.begin() + (piece.position - 1);
      ASSERT_TRUE(std::equal(piece.numbers.begin(), piece.numbers.end(), begin));
      theirs.erase(begin, begin + static_cast<std::ptrdiff_t>(piece.numbers.size()));
    }
  }
}

TEST(ResultList, OfTheMailboxsOrderHasNoPlaces) {
  ResultList result{2, 4, 6};
  EXPECT_EQ(shown(ResultChange::added, put_in(result, std::vector<Placed>{{0, 1}, {0, 5}, {0, 7}}, false)),
            "* ESEARCH (TAG \"t\") UID ADDTO (0 1,5,7)\r\n");
  EXPECT_EQ(result, (ResultList{1, 2, 4, 5, 6, 7}));
  EXPECT_EQ(members(result, std::vector<store::Uid>{2, 3, 7}, false), (std::vector<store::Uid>{2, 7}));
  EXPECT_EQ(shown(ResultChange::removed, take_out(result, std::vector<store::Uid>{1, 2, 6}, false)),
            "* ESEARCH (TAG \"t\") UID REMOVEFROM (0 1:2,6)\r\n");
  EXPECT_EQ(result, (ResultList{4, 5, 7}));
  EXPECT_EQ(shown(ResultChange::removed, take_out(result, {}, false)), "");
}

TEST(ResultList, ThatIsSortedHasPlaces) {
  ResultList result{9, 3, 5};
  EXPECT_EQ(shown(ResultChange::added, put_in(result, std::vector<Placed>{{0, 7}, {0, 8}, {2, 2}, {3, 1}}, true)),
            "* ESEARCH (TAG \"t\") UID ADDTO (1 7:8 5 2 7 1)\r\n");
  EXPECT_EQ(result, (ResultList{7, 8, 9, 3, 2, 5, 1}));
  EXPECT_EQ(members(result, std::vector<store::Uid>{1, 4, 7}, true), (std::vector<store::Uid>{1, 7}));
  EXPECT_EQ(shown(ResultChange::removed, take_out(result, std::vector<store::Uid>{1, 2, 3, 8}, true)),
            "* ESEARCH (TAG \"t\") UID REMOVEFROM (7 1 4 3,2 2 8)\r\n");
  EXPECT_EQ(result, (ResultList{7, 9, 5}));
}

TEST(ResultList, IsToldInShortLines) {
  ResultList result;
  std::vector<Placed> added;
  for (store::Uid uid = 1; uid <= 5000; ++uid) added.push_back({0, 3 * uid});
  const auto pieces = put_in(result, added, true);
  ResultList theirs;
  follow(theirs, ResultChange::added, pieces);
  EXPECT_EQ(theirs, result);
  const std::string lines = shown(ResultChange::added, pieces);
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find("\r\n", begin);
    EXPECT_LT(end - begin, 8000U);
    begin = end + 2;
  }
}

TEST(ResultList, IsWhatAClientMakesOfTheChanges) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const bool is_sorted = round % 2 == 0;
    std::vector<store::Uid> uids(1 + random() % 40);
    std::iota(uids.begin(), uids.end(), 1U);
    std::ranges::shuffle(uids, random);
    const auto middle = uids.begin() + static_cast<std::ptrdiff_t>(random() % uids.size());
    ResultList ours(uids.begin(), middle);
    std::vector<Placed> added;
    for (auto uid = middle; uid != uids.end(); ++uid) added.push_back({random() % (ours.size() + 1), *uid});
    if (is_sorted) {
      std::ranges::sort(added, {}, &Placed::before);
    } else {
      std::ranges::sort(ours);
      std::ranges::sort(added, {}, &Placed::uid);
    }
    ResultList theirs = ours;
    follow(theirs, ResultChange::added, put_in(ours, added, is_sorted));
    ASSERT_EQ(theirs, ours);
    std::vector<store::Uid> gone;
    for (store::Uid uid = 1; uid <= uids.size(); ++uid) {
      if (random() % 2 == 0) gone.push_back(uid);
    }
    follow(theirs, ResultChange::removed, take_out(ours, gone, is_sorted));
    ASSERT_EQ(theirs, ours);
  }
}

class ResultPlacerTest : public ::testing::Test {
 protected:
  std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> sequences) {
    Sorter sorter(store_, *messages_, std::move(sequences), criteria_, {});
    while (!sorter.is_done()) EXPECT_TRUE(sorter.go_on());
    return sorter.take_sequences();
  }
  // Has what is added by placing in the order in which all are sorted.
  void check(std::vector<std::uint32_t> present, const std::vector<std::uint32_t>& added) {
    ResultList result;
    for (const std::uint32_t sequence : sorted(present)) result.push_back(messages_->at(sequence).uid);
    ResultPlacer placer(store_, *messages_, result, criteria_, {}, added);
    while (!placer.is_done()) ASSERT_TRUE(placer.go_on());
    put_in(result, placer.take_placed(), true);
    present.insert(present.end(), added.begin(), added.end());
    std::ranges::sort(present);
    ResultList expected;
    for (const std::uint32_t sequence : sorted(present)) expected.push_back(messages_->at(sequence).uid);
    EXPECT_EQ(result, expected);
  }

  MessageStore store_;
  store::SnapshotPtr messages_;
  std::vector<SortCriterion> criteria_;
};

TEST_F(ResultPlacerTest, PutsFewByHalvingAndManyBySorting) {
  std::mt19937 random(11);
  for (int i = 0; i < 120; ++i)
    store_.add("Subject: s" + std::to_string(random() % 30) + "\r\n\r\n").internal_date =
        static_cast<int>(random() % 9);
  messages_ = store_.snapshot_of_all();
  for (const bool is_reverse : {false, true}) {
    criteria_ = {{SortKey::subject, is_reverse}, {SortKey::arrival, !is_reverse}};
    for (int round = 0; round < 20; ++round) {
      std::vector<std::uint32_t> present;
      std::vector<std::uint32_t> added;
      for (std::uint32_t sequence = 1; sequence <= 120; ++sequence) {
        if (random() % 100 < (round % 2 == 0 ? 4U : 50U)) {
          added.push_back(sequence);
        } else if (random() % 10 != 0) {
          present.push_back(sequence);
        }
      }
      check(present, added);
    }
    check({}, {1, 2, 3});
    check({1, 2, 3}, {});
  }
}

TEST_F(ResultPlacerTest, LeavesOutWhatIsGone) {
  for (int i = 0; i < 40; ++i) store_.add("Subject: " + std::string(1, static_cast<char>('a' + i % 20)) + "\r\n\r\n");
  messages_ = store_.snapshot_of_all();
  criteria_ = {{SortKey::subject, false}};
  store_.lose(40);
  std::vector<std::uint32_t> present(38);
  std::iota(present.begin(), present.end(), 1U);
  ResultList result;
  for (const std::uint32_t sequence : sorted(present)) result.push_back(messages_->at(sequence).uid);
  ResultPlacer placer(store_, *messages_, result, criteria_, {}, {39, 40});
  while (!placer.is_done()) ASSERT_TRUE(placer.go_on());
  const auto placed = placer.take_placed();
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed.front().uid, 390U);
}

}  // namespace
}  // namespace portreeve::imap
