#include "protocols/imap/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <sstream>
#include <string>

namespace portreeve::imap {
namespace {

using store::Block;
using store::Message;
using store::Snapshot;
using store::SnapshotPtr;
using store::Uid;
using testing::ElementsAre;
using testing::IsEmpty;

// "1 2 3*, 4 5" is two blocks; a star marks \Seen. Equal block texts share one block, as successive snapshots do.
class Mailbox {
 public:
  SnapshotPtr state(const std::string& text, bool is_deleted = false) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->is_deleted = is_deleted;
    std::istringstream blocks(text);
    for (std::string block; std::getline(blocks, block, ',');) snapshot->blocks.push_back(make_block(block));
    snapshot->index();
    return snapshot;
  }

 private:
  std::shared_ptr<const Block> make_block(const std::string& text) {
    auto& block = blocks_[text];
    if (block) return block;
    Block messages;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      Message message;
      message.uid = static_cast<Uid>(std::stoul(word));
      message.flags = word.back() == '*' ? store::kSeen : 0;
      messages.push_back(message);
    }
    return block = std::make_shared<const Block>(std::move(messages));
  }

  std::map<std::string, std::shared_ptr<const Block>> blocks_;
};

std::string text_of(const Snapshot& snapshot) {
  std::string out;
  for (std::uint32_t sequence = 1; sequence <= snapshot.exists(); ++sequence) {
    const Message& message = snapshot.at(sequence);
    if (!out.empty()) out += ' ';
    out += std::to_string(message.uid) + ((message.flags & store::kSeen) != 0 ? "*" : "");
  }
  return out;
}

std::string join(const std::vector<std::uint32_t>& numbers) {
  std::string out;
  for (const std::uint32_t number : numbers) out += (out.empty() ? "" : " ") + std::to_string(number);
  return out;
}

struct AdvanceCase {
  const char* name;
  const char* from;
  const char* to;
  bool may_expunge;
  const char* expunged;
  bool has_new;
  const char* flags;
  const char* view;  // afterwards
};

std::ostream& operator<<(std::ostream& out, const AdvanceCase& c) { return out << c.name; }

class Advance : public testing::TestWithParam<AdvanceCase> {};

TEST_P(Advance, TellsWhatChanged) {
  const AdvanceCase& c = GetParam();
  Mailbox mailbox;
  View view(mailbox.state(c.from));
  const std::uint32_t before = view.messages().exists();
  const Changes changes = view.advance(mailbox.state(c.to), c.may_expunge);
  EXPECT_EQ(join(changes.expunged), c.expunged);
  EXPECT_EQ(changes.has_new_messages, c.has_new);
  EXPECT_EQ(changes.first_new, c.has_new ? before - changes.expunged.size() + 1 : 0);
  EXPECT_EQ(join(changes.flags), c.flags);
  EXPECT_EQ(text_of(view.messages()), c.view);
}

INSTANTIATE_TEST_SUITE_P(
    View, Advance,
    testing::Values(
        // Nothing.
        AdvanceCase{"same", "1 2, 3 4", "1 2, 3 4", true, "", false, "", "1 2 3 4"},
        AdvanceCase{"same_in_other_blocks", "1 2, 3 4", "1 2 3, 4", true, "", false, "", "1 2 3 4"},
        AdvanceCase{"empty", "", "", true, "", false, "", ""},
        // New mail.
        AdvanceCase{"first", "", "1", true, "", true, "", "1"},
        AdvanceCase{"in_a_block", "1 2", "1 2 3", true, "", true, "", "1 2 3"},
        AdvanceCase{"in_a_new_block", "1 2", "1 2, 7", false, "", true, "", "1 2 7"},
        // Flags.
        AdvanceCase{"set", "1 2, 3 4", "1 2, 3* 4", true, "", false, "3", "1 2 3* 4"},
        AdvanceCase{"cleared_and_set", "1* 2, 3 4", "1 2, 3 4*", false, "", false, "1 4", "1 2 3 4*"},
        AdvanceCase{"with_new_mail", "1 2", "1* 2 3*", true, "", true, "1", "1* 2 3*"},
        // Expunges that may be told: highest first, and what follows has moved up.
        AdvanceCase{"first_gone", "1 2 3", "2 3", true, "1", false, "", "2 3"},
        AdvanceCase{"last_gone", "1 2 3", "1 2", true, "3", false, "", "1 2"},
        AdvanceCase{"block_gone", "1 2, 3 4, 5", "1 2, 5", true, "4 3", false, "", "1 2 5"},
        AdvanceCase{"all_gone", "1 2, 3", "", true, "3 2 1", false, "", ""},
        AdvanceCase{"gone_and_new", "1 2 3", "1 3 4", true, "2", true, "", "1 3 4"},
        AdvanceCase{"all_gone_and_new", "1 2", "9", true, "2 1", true, "", "9"},
        AdvanceCase{"flags_after_gone", "1 2 3 4", "2 4*", true, "3 1", false, "2", "2 4*"},
        AdvanceCase{"flags_before_gone", "1 2 3 4", "1* 4", true, "3 2", false, "1", "1* 4"},
        // Expunges that may not be told stay.
        AdvanceCase{"ghost_first", "1 2 3", "2 3", false, "", false, "", "1 2 3"},
        AdvanceCase{"ghost_last", "1* 2 3*", "1* 2", false, "", false, "", "1* 2 3*"},
        AdvanceCase{"ghosts_between_blocks", "1 2, 3 4, 5 6", "1 2, 5 6", false, "", false, "", "1 2 3 4 5 6"},
        AdvanceCase{"ghosts_before_new_mail", "1 2 3", "1 9", false, "", true, "", "1 2 3 9"},
        AdvanceCase{"all_ghosts", "1 2, 3", "", false, "", false, "", "1 2 3"},
        AdvanceCase{"ghosts_and_flags", "1 2 3 4", "2* 4*", false, "", false, "2 4", "1 2* 3 4*"}),
    [](const auto& info) { return info.param.name; });

TEST(View, TellsWhatIsGoneByUidToo) {
  Mailbox mailbox;
  View view(mailbox.state("1 2, 3 4, 9"));
  EXPECT_THAT(view.advance(mailbox.state("1, 4"), false).vanished, IsEmpty());
  EXPECT_THAT(view.advance(mailbox.state("1"), true).vanished, ElementsAre(NumberRange{2, 4}, NumberRange{9, 9}));
}

TEST(View, IsSettledUpToWhatWasToldWhole) {
  Mailbox mailbox;
  const auto state = [&](const char* text, store::ModSeq mod_seq) {
    auto snapshot = std::make_shared<Snapshot>(*mailbox.state(text));
    snapshot->highest_mod_seq = mod_seq;
    return snapshot;
  };
  View view(state("1 2", 5));
  EXPECT_EQ(view.settled_mod_seq(), 5U);
  view.advance(state("1* 2", 6), false);
  EXPECT_EQ(view.settled_mod_seq(), 6U);
  view.advance(state("2*", 8), false);
  EXPECT_EQ(view.settled_mod_seq(), 6U);
  view.advance(state("2*", 9), true);
  EXPECT_EQ(view.settled_mod_seq(), 9U);
}

TEST(View, TellsOfGhostsLater) {
  Mailbox mailbox;
  View view(mailbox.state("1 2, 3 4"));
  EXPECT_TRUE(view.advance(mailbox.state("1, 4"), false).empty());
  EXPECT_TRUE(view.has_ghosts());
  EXPECT_EQ(view.settled(), nullptr);

  // More goes while the first are not told yet, and one comes.
  const Changes more = view.advance(mailbox.state("4*, 5"), false);
  EXPECT_TRUE(more.has_new_messages);
  EXPECT_THAT(more.flags, ElementsAre(4));
  EXPECT_EQ(text_of(view.messages()), "1 2 3 4* 5");

  const SnapshotPtr last = mailbox.state("4*, 5");
  const Changes told = view.advance(last, true);
  EXPECT_THAT(told.expunged, ElementsAre(3, 2, 1));
  EXPECT_FALSE(told.has_new_messages);
  EXPECT_THAT(told.flags, IsEmpty());
  EXPECT_EQ(text_of(view.messages()), "4* 5");
  EXPECT_EQ(view.settled(), last);
}

TEST(View, TellsOfGhostsWithoutNews) {
  Mailbox mailbox;
  const SnapshotPtr latest = mailbox.state("2");
  View view(mailbox.state("1 2"));
  view.advance(latest, false);
  EXPECT_TRUE(view.advance(latest, false).empty());
  EXPECT_THAT(view.advance(latest, true).expunged, ElementsAre(1));
  EXPECT_TRUE(view.advance(latest, true).empty());
}

TEST(View, SharesBlocksWithoutGhosts) {
  Mailbox mailbox;
  View view(mailbox.state("1 2, 3 4, 5 6"));
  const SnapshotPtr latest = mailbox.state("1 2, 4, 5 6");
  view.advance(latest, false);
  ASSERT_EQ(view.messages().blocks.size(), 3U);
  EXPECT_EQ(view.messages().blocks[0], latest->blocks[0]);
  EXPECT_NE(view.messages().blocks[1], latest->blocks[1]);
  EXPECT_EQ(view.messages().blocks[2], latest->blocks[2]);
}

TEST(View, SeesADeletedMailboxEmptied) {
  Mailbox mailbox;
  View view(mailbox.state("1 2"));
  const SnapshotPtr gone = mailbox.state("1 2", true);
  EXPECT_TRUE(view.advance(gone, false).empty());
  EXPECT_TRUE(view.is_deleted());
  EXPECT_EQ(text_of(view.messages()), "1 2");
  EXPECT_THAT(view.advance(gone, true).expunged, ElementsAre(2, 1));
  EXPECT_EQ(View(gone).messages().exists(), 0U);
}

TEST(View, TellsOfNewKeywords) {
  const auto with = [](std::vector<std::string> keywords) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->keywords = std::make_shared<const std::vector<std::string>>(std::move(keywords));
    return snapshot;
  };
  View view(std::make_shared<Snapshot>());
  EXPECT_FALSE(view.advance(with({}), true).has_new_keywords);
  EXPECT_TRUE(view.advance(with({"$Forwarded"}), true).has_new_keywords);
  EXPECT_FALSE(view.advance(with({"$Forwarded"}), true).has_new_keywords);
  EXPECT_TRUE(view.advance(with({"$Forwarded", "$Junk"}), true).has_new_keywords);
}

TEST(View, CountsRecent) {
  Mailbox mailbox;
  View view(mailbox.state("1 2, 5 6"));
  EXPECT_EQ(view.recent(), 0U);
  view.add_recent({2, 5});
  EXPECT_EQ(view.recent(), 2U);
  view.add_recent({9, 8});  // nothing new
  EXPECT_EQ(view.recent(), 2U);

  // Another session claimed 7.
  view.advance(mailbox.state("1 2, 5 6 7 8"), true);
  view.add_recent({8, 8});
  EXPECT_EQ(view.recent(), 3U);
  EXPECT_TRUE(view.is_recent(2));
  EXPECT_FALSE(view.is_recent(1));
  EXPECT_FALSE(view.is_recent(6));
  EXPECT_FALSE(view.is_recent(7));
  EXPECT_TRUE(view.is_recent(8));

  view.set_recent({6, UINT32_MAX});
  EXPECT_EQ(view.recent(), 3U);
  EXPECT_FALSE(view.is_recent(2));
  view.set_recent({2, 1});
  EXPECT_EQ(view.recent(), 0U);
}

TEST(View, KeepsABoundedNumberOfRecentRanges) {
  Mailbox mailbox;
  View view(mailbox.state("1 9999"));
  for (Uid uid = 1; uid < 10'000; uid += 2) view.add_recent({uid, uid});
  EXPECT_FALSE(view.is_recent(1));
  EXPECT_TRUE(view.is_recent(9999));
}

}  // namespace
}  // namespace portreeve::imap
