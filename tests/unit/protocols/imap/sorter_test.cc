#include "protocols/imap/sorter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <sstream>
#include <string>

#include "protocols/imap/parser.h"
#include "tests/unit/protocols/imap/message_store.h"

namespace portreeve::imap {
namespace {

class Sorting : public ::testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  std::string sort(const std::string& criteria) {
    const std::string line = "a SORT (" + criteria + ") UTF-8 ALL\r\n";
    Parser parser{Limits{}};
    Step step = parser.next(line);
    const auto* command = std::get_if<Command>(&step.event);
    if (command == nullptr) return "not parsed: " + line;
    const store::SnapshotPtr messages = store.snapshot_of_all();
    std::vector<std::uint32_t> sequences(messages->exists());
    std::iota(sequences.begin(), sequences.end(), 1U);
    Sorter sorter(store, *messages, sequences, std::get<Sort>(command->body).criteria);
    needs_store = sorter.needs_store();
    while (!sorter.is_done()) {
      if (!sorter.go_on()) return "failed";
    }
    has_missed = sorter.has_missed();
    std::string out;
    for (const std::uint32_t sequence : sorter.take_sequences()) out += std::to_string(sequence) + " ";
    return out;
  }

  void SetUp() override {
    store
        .add(
            "Date: Wed, 17 Jul 1996 10:00:00 +0000\r\nSubject: Re: [x] bananas\r\nFrom: Zoe <ann@example.test>\r\n"
            "To: \"=?utf-8?Q?=C3=89mile?=\" <e@example.test>\r\n\r\nlonger than all the others, by far and far\r\n")
        .internal_date = 300;
    store
        .add(
            "Date: Wed, 17 Jul 1996 12:00:00 +0500\r\nSubject: apples\r\nFrom: BOB@example.test\r\nCc: "
            "z@example.test\r\n"
            "To: Dora <d@example.test>\r\n\r\n")
        .internal_date = 100;
    store.add("Subject: =?utf-8?Q?=C3=A9clair?=\r\nFrom: \"carol\" <carol@example.test>\r\n\r\nx\r\n").internal_date =
        200;
    store.add("Subject: BANANAS (fwd)\r\nDate: nonsense\r\nTo: team: f@example.test;\r\n\r\n").internal_date = 200;
  }

  MessageStore store;
  bool needs_store = false;
  bool has_missed = false;
};

TEST_P(Sorting, PutsInOrder) { EXPECT_EQ(sort(GetParam().first), GetParam().second) << GetParam().first; }

INSTANTIATE_TEST_SUITE_P(Imap, Sorting,
                         ::testing::Values(std::pair{"ARRIVAL", "2 3 4 1 "}, std::pair{"REVERSE ARRIVAL", "1 3 4 2 "},
                                           std::pair{"REVERSE SIZE", "1 2 3 4 "},
                                           // In UTC; without a date that can be read, the internal one.
                                           std::pair{"DATE", "3 4 2 1 "}, std::pair{"REVERSE DATE", "1 2 3 4 "},
                                           std::pair{"ARRIVAL REVERSE SIZE", "2 3 4 1 "},
                                           std::pair{"ARRIVAL SIZE", "2 4 3 1 "},
                                           // Base subjects, by i;unicode-casemap.
                                           std::pair{"SUBJECT", "2 1 4 3 "}, std::pair{"REVERSE SUBJECT", "3 1 4 2 "},
                                           std::pair{"SUBJECT ARRIVAL", "2 4 1 3 "},
                                           // Mailboxes; nothing stands before everything.
                                           std::pair{"FROM", "4 1 2 3 "}, std::pair{"CC", "1 3 4 2 "},
                                           std::pair{"TO", "3 2 1 4 "},
                                           // RFC 5957: names, or addresses; groups have names too.
                                           std::pair{"DISPLAYFROM", "4 2 3 1 "}, std::pair{"DISPLAYTO", "3 2 1 4 "},
                                           std::pair{"REVERSE TO SUBJECT DISPLAYFROM", "4 1 2 3 "}));

TEST_F(Sorting, ReadsNothingForWhatMemoryKnows) {
  sort("ARRIVAL REVERSE SIZE");
  EXPECT_FALSE(needs_store);
  sort("SIZE DATE");
  EXPECT_TRUE(needs_store);
  EXPECT_EQ(store.reads, 0);
}

TEST_F(Sorting, LeavesOutWhatIsGone) {
  store.lose(3);
  EXPECT_EQ(sort("DATE"), "4 2 1 ");
  EXPECT_TRUE(has_missed);
}

TEST_F(Sorting, KeepsTheMailboxsOrderAmongEquals) {
  for (int i = 0; i < 10'000; ++i) store.add("Subject: x\r\n\r\n").internal_date = i % 7;
  const std::string sorted = sort("REVERSE ARRIVAL");
  std::istringstream in(sorted);
  const store::SnapshotPtr messages = store.snapshot_of_all();
  std::vector<std::uint32_t> sequences{std::istream_iterator<std::uint32_t>(in), {}};
  ASSERT_EQ(sequences.size(), messages->exists());
  EXPECT_TRUE(std::ranges::is_sorted(sequences, {}, [&](std::uint32_t sequence) {
    return std::pair(-messages->at(sequence).internal_date, sequence);
  }));
}

TEST(Sorter, TakesAnEmptyMailbox) {
  MessageStore store;
  const store::SnapshotPtr messages = store.snapshot_of_all();
  Sorter sorter(store, *messages, {}, {{.key = SortKey::subject}});
  while (!sorter.is_done()) ASSERT_TRUE(sorter.go_on());
  EXPECT_TRUE(sorter.take_sequences().empty());
}

}  // namespace
}  // namespace portreeve::imap
