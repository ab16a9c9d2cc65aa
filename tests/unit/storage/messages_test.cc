// Messages in, changed and out.
#include <gmock/gmock.h>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MessagesTest : public StoreTest {
 protected:
  MessagesTest() : account_(add_account("alice@example.test")), inbox_(store_->inbox(account_)) {}

  void deliver_many(MailboxId mailbox, int count) {
    for (int i = 0; i < count; ++i) deliver(mailbox, "Subject: " + std::to_string(i) + "\r\n\r\ntext\r\n");
  }

  const AccountId account_;
  const MailboxId inbox_;
};

TEST_F(MessagesTest, MessagesAreSavedWhenTheyComeIntoTheirMailbox) {
  deliver(inbox_, "one");
  const std::uint32_t saved = snapshot(inbox_)->at(1).save_date;
  EXPECT_GT(saved, 1'700'000'000U);
  const MailboxId work = create(account_, "Work");
  ASSERT_TRUE(copy(inbox_, {kAll}, work));
  ASSERT_TRUE(move(inbox_, {kAll}, work));
  ASSERT_TRUE(flag(work, {kAll}, FlagChange::add, {.system = kSeen, .keywords = {}}));
  reopen();
  EXPECT_GE(snapshot(work)->at(1).save_date, saved);
  EXPECT_GE(snapshot(work)->at(2).save_date, snapshot(work)->at(1).save_date);
  EXPECT_EQ(snapshot(work)->at(1).internal_date, 1'700'000'000);
}

TEST_F(MessagesTest, DeliveryIsThereByteForByteWithItsSummary) {
  const std::string text = "From: a@b.test\r\nSubject: hello\r\n\r\nbare\nline\r\n";
  EXPECT_EQ(deliver(inbox_, text), 1U);
  const SnapshotPtr state = snapshot(inbox_);
  ASSERT_EQ(state->exists(), 1U);
  const Message& message = state->at(1);
  EXPECT_EQ(message.size, text.size());
  EXPECT_EQ(message.pop3_size, text.size() + 1);
  EXPECT_EQ(message.internal_date, 1'700'000'000);
  EXPECT_EQ(body(message.body), text);
  EXPECT_EQ(store_->summary(message.body).value().envelope, mime::summarize(text).envelope);
  reopen();
  EXPECT_EQ(snapshot(inbox_)->at(1), message);
  EXPECT_EQ(body(message.body), text);
}

TEST_F(MessagesTest, AnEmptyMessageIsAMessage) {
  deliver(inbox_, "");
  EXPECT_EQ(body(snapshot(inbox_)->at(1).body), "");
}

TEST_F(MessagesTest, OneBodyServesManyMailboxes) {
  const AccountId bob = add_account("bob@example.test");
  const auto appended = wait<std::vector<Appended>>([&](auto done) {
    store_->deliver(delivery_of("x", {{inbox_, {}}, {store_->inbox(bob), {.system = kSeen, .keywords = {}}}}),
                    std::move(done));
  });
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->size(), 2U);
  EXPECT_EQ(snapshot(inbox_)->at(1).body, snapshot(store_->inbox(bob))->at(1).body);
  EXPECT_EQ(show(store_->inbox(bob)), "1S");
  EXPECT_EQ(count("chunk"), 1);
}

TEST_F(MessagesTest, ADeliveryToAMissingMailboxChangesNothing) {
  const auto appended = wait<std::vector<Appended>>(
      [&](auto done) { store_->deliver(delivery_of("x", {{inbox_, {}}, {999, {}}}), std::move(done)); });
  EXPECT_EQ(code(appended), Errc::not_found);
  EXPECT_EQ(show(inbox_), "");
  EXPECT_EQ(count("chunk"), 0);
}

TEST_F(MessagesTest, UidsOnlyRise) {
  deliver_many(inbox_, 3);
  ASSERT_TRUE(expunge(inbox_, {kAll}, false));
  reopen();
  EXPECT_EQ(deliver(inbox_, "x"), 4U);
  ASSERT_TRUE(expunge(inbox_, {{4, 4}}, false));
  reopen();
  EXPECT_EQ(deliver(inbox_, "x"), 5U);
}

TEST_F(MessagesTest, FlagsAreReplacedAddedAndRemoved) {
  deliver_many(inbox_, 3);
  const FlagList seen{.system = kSeen, .keywords = {}};
  struct Row {
    UidSet uids;
    FlagChange change;
    FlagList flags;
    std::vector<Uid> changed;
    std::string after;
  };
  const std::vector<Row> rows = {
      {{{1, 2}}, FlagChange::add, seen, {1, 2}, "1S 2S 3"},
      {{{1, 3}}, FlagChange::add, seen, {3}, "1S 2S 3S"},
      {{{2, 2}}, FlagChange::replace, {.system = kFlagged, .keywords = {"$Work"}}, {2}, "1S 2F[$Work] 3S"},
      {{{1, 2}}, FlagChange::add, {.system = 0, .keywords = {"$work"}}, {1}, "1S[$Work] 2F[$Work] 3S"},
      {{{1, 9}}, FlagChange::remove, {.system = kSeen, .keywords = {"$WORK"}}, {1, 2, 3}, "1 2F 3"},
      {{{1, 9}}, FlagChange::remove, {.system = 0, .keywords = {"unknown"}}, {}, "1 2F 3"},
      {{{5, 9}}, FlagChange::add, seen, {}, "1 2F 3"},
      {{}, FlagChange::add, seen, {}, "1 2F 3"},
  };
  for (const Row& row : rows) {
    const auto changed = flag(inbox_, row.uids, row.change, row.flags);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->changed, row.changed) << row.after;
    EXPECT_EQ(show(inbox_), row.after);
  }
  reopen();
  EXPECT_EQ(show(inbox_), "1 2F 3");
}

TEST_F(MessagesTest, AChangeRaisesTheModSequenceOfWhatItChanged) {
  deliver_many(inbox_, 2);
  const ModSeq before = snapshot(inbox_)->highest_mod_seq;
  const auto changed = flag(inbox_, {{2, 2}}, FlagChange::add, {.system = kSeen, .keywords = {}});
  EXPECT_EQ(changed->after->highest_mod_seq, before + 1);
  EXPECT_EQ(changed->after->find(2)->mod_seq, before + 1);
  EXPECT_LE(changed->after->find(1)->mod_seq, before);
  const auto unchanged = flag(inbox_, {{2, 2}}, FlagChange::add, {.system = kSeen, .keywords = {}});
  EXPECT_EQ(unchanged->after->highest_mod_seq, before + 1);
}

TEST_F(MessagesTest, KeywordsHaveALimitAndUnusedOnesMakeRoom) {
  deliver_many(inbox_, 2);
  FlagList all;
  for (std::size_t i = 0; i < kMaxKeywords; ++i) all.keywords.push_back("k" + std::to_string(i));
  ASSERT_TRUE(flag(inbox_, {{1, 1}}, FlagChange::replace, all));
  const FlagList one_more{.system = 0, .keywords = {"more"}};
  EXPECT_EQ(code(flag(inbox_, {{2, 2}}, FlagChange::add, one_more)), Errc::limit);
  ASSERT_TRUE(flag(inbox_, {{1, 1}}, FlagChange::remove, {.system = 0, .keywords = {"k7", "k9"}}));
  ASSERT_TRUE(flag(inbox_, {{2, 2}}, FlagChange::add, {.system = 0, .keywords = {"more", "most"}}));
  EXPECT_THAT(show(inbox_), testing::EndsWith("2[more][most]"));
  EXPECT_EQ(code(flag(inbox_, {{1, 1}}, FlagChange::add, {.system = 0, .keywords = {"a b"}})), Errc::invalid);
  EXPECT_EQ(code(flag(inbox_, {{1, 1}}, FlagChange::add, {.system = 0, .keywords = {""}})), Errc::invalid);
}

TEST_F(MessagesTest, ExpungeTakesWhatIsDeleted) {
  deliver_many(inbox_, 5);
  ASSERT_TRUE(flag(inbox_, {{2, 4}}, FlagChange::add, {.system = kDeleted, .keywords = {}}));
  auto expunged = expunge(inbox_, {{1, 3}});
  ASSERT_TRUE(expunged);
  EXPECT_THAT(expunged->uids, ElementsAre(2, 3));
  EXPECT_EQ(expunged->after->exists(), 3U);
  EXPECT_EQ(show(inbox_), "1 4D 5");
  EXPECT_THAT(expunge(inbox_, {{1, 1}})->uids, IsEmpty());
  EXPECT_THAT(expunge(inbox_, {{5, 5}, {1, 1}}, false)->uids, ElementsAre(1, 5));
  reopen();
  EXPECT_EQ(show(inbox_), "4D");
}

TEST_F(MessagesTest, CopyKeepsFlagsAndKeywords) {
  const MailboxId work = create(account_, "Work");
  deliver_many(inbox_, 3);
  deliver(work, "x", {.system = 0, .keywords = {"other"}});
  ASSERT_TRUE(flag(inbox_, {{2, 3}}, FlagChange::add, {.system = kSeen, .keywords = {"mine", "other"}}));
  const auto copied = copy(inbox_, {{2, 9}}, work);
  ASSERT_TRUE(copied);
  EXPECT_THAT(copied->from, ElementsAre(2, 3));
  EXPECT_THAT(copied->to, ElementsAre(2, 3));
  EXPECT_EQ(copied->uid_validity, snapshot(work)->uid_validity);
  EXPECT_EQ(show(work), "1[other] 2S[other][mine] 3S[other][mine]");
  EXPECT_EQ(snapshot(work)->find(2)->body, snapshot(inbox_)->find(2)->body);
  EXPECT_EQ(count("chunk"), 4);
  EXPECT_THAT(copy(inbox_, {{7, 9}}, work)->from, IsEmpty());
  EXPECT_EQ(code(copy(inbox_, {kAll}, 999)), Errc::not_found);
}

TEST_F(MessagesTest, CopyIntoTheSameMailbox) {
  deliver_many(inbox_, 2);
  EXPECT_THAT(copy(inbox_, {kAll}, inbox_)->to, ElementsAre(3, 4));
  EXPECT_EQ(snapshot(inbox_)->find(3)->body, snapshot(inbox_)->find(1)->body);
}

TEST_F(MessagesTest, MoveTakesThemAway) {
  const MailboxId work = create(account_, "Work");
  deliver_many(inbox_, 3);
  const auto moved = move(inbox_, {{1, 2}}, work);
  ASSERT_TRUE(moved);
  EXPECT_THAT(moved->from, ElementsAre(1, 2));
  EXPECT_THAT(moved->to, ElementsAre(1, 2));
  EXPECT_EQ(show(inbox_), "3");
  EXPECT_EQ(show(work), "1 2");
  EXPECT_THAT(move(inbox_, {kAll}, inbox_)->to, ElementsAre(4));
  EXPECT_EQ(show(inbox_), "4");
  store_->settle();
  EXPECT_EQ(body(snapshot(work)->at(1).body), "Subject: 0\r\n\r\ntext\r\n");
}

TEST_F(MessagesTest, ManyBlocks) {
  const MailboxId work = create(account_, "Work");
  deliver(inbox_, "x");
  // Doubles until there are 1024.
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(copy(inbox_, {kAll}, inbox_));
  EXPECT_EQ(snapshot(inbox_)->exists(), 1024U);
  EXPECT_EQ(snapshot(inbox_)->blocks.size(), 4U);
  // Every third goes: 3, 6, 9, …
  UidSet third;
  for (Uid uid = 3; uid <= 1024; uid += 3) third.push_back({uid, uid});
  EXPECT_EQ(expunge(inbox_, third, false)->uids.size(), 341U);
  const SnapshotPtr state = snapshot(inbox_);
  EXPECT_EQ(state->exists(), 683U);
  for (std::uint32_t i = 1; i <= state->exists(); ++i) {
    const Uid uid = state->at(i).uid;
    ASSERT_EQ(uid, i + (i - 1) / 2);
    ASSERT_EQ(state->sequence_of(uid), i);
    ASSERT_EQ(state->lower_bound(uid), i);
  }
  EXPECT_EQ(state->sequence_of(3), 0U);
  EXPECT_EQ(state->lower_bound(3), 3U);
  EXPECT_EQ(state->lower_bound(2000), state->exists() + 1);
  EXPECT_EQ(state->find(3), nullptr);
  ASSERT_TRUE(move(inbox_, {{100, 900}}, work));
  const std::string left = show(inbox_);
  const std::string moved = show(work);
  reopen();
  EXPECT_EQ(show(inbox_), left);
  EXPECT_EQ(show(work), moved);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(MessagesTest, AMailboxThatShrinksBitByBitEndsInFewBlocks) {
  deliver(inbox_, "x");
  for (int i = 0; i < 11; ++i) ASSERT_TRUE(copy(inbox_, {kAll}, inbox_));
  UidSet most;
  for (Uid uid = 1; uid <= 2048; ++uid) {
    if (uid % 100 != 0) most.push_back({uid, uid});
  }
  ASSERT_TRUE(expunge(inbox_, most, false));
  EXPECT_EQ(snapshot(inbox_)->exists(), 20U);
  EXPECT_EQ(snapshot(inbox_)->blocks.size(), 1U);
  const std::string left = show(inbox_);
  reopen();
  EXPECT_EQ(show(inbox_), left);
}

TEST_F(MessagesTest, CountsAreRight) {
  deliver_many(inbox_, 4);
  flag(inbox_, {{1, 2}}, FlagChange::add, {.system = kSeen, .keywords = {}});
  flag(inbox_, {{2, 3}}, FlagChange::add, {.system = kDeleted, .keywords = {}});
  expunge(inbox_, {{2, 2}});
  for (int i = 0; i < 2; ++i) {
    const MailboxListPtr list = store_->mailboxes(account_).value();
    const MailboxStatus& status = list->find("INBOX")->status;
    EXPECT_EQ(status.messages, 3U);
    EXPECT_EQ(status.unseen, 2U);
    EXPECT_EQ(status.deleted, 1U);
    EXPECT_EQ(status.bytes, 3U * 20);
    EXPECT_EQ(status.uid_next, 5U);
    EXPECT_EQ(status.highest_mod_seq, snapshot(inbox_)->highest_mod_seq);
    reopen();
  }
}

TEST_F(MessagesTest, BodiesAreReadFromAnyOffset) {
  std::string text;
  while (text.size() < 3 * Store::kStagedChunkBytes) text += std::to_string(text.size()) + "\r\n";
  deliver(inbox_, text);
  const BodyId id = snapshot(inbox_)->at(1).body;
  const std::uint64_t chunk = Store::kStagedChunkBytes;
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> rows = {{0, 0},
                                                                     {0, 1},
                                                                     {0, chunk},
                                                                     {1, chunk},
                                                                     {chunk - 1, 2},
                                                                     {chunk, chunk},
                                                                     {5, 2 * chunk},
                                                                     {chunk + 7, 2 * chunk},
                                                                     {text.size() - 3, 99},
                                                                     {text.size(), 9},
                                                                     {text.size() + 9, 9},
                                                                     {1 << 30, 9}};
  for (const auto& [offset, length] : rows) {
    std::string out = "+";
    ASSERT_TRUE(store_->read_body(id, offset, length, out));
    EXPECT_EQ(out, "+" + (offset < text.size() ? text.substr(offset, length) : "")) << offset << "+" << length;
  }
  std::string out;
  EXPECT_EQ(code(store_->read_body(id + 1, 0, 9, out)), Errc::not_found);
  EXPECT_EQ(code(store_->summary(id + 1)), Errc::not_found);

  // Several at once, with one that isn't there between them; and no further than is wanted.
  out.clear();
  std::string seen;
  const std::vector<Store::BodyRange> ranges{{id, 1, 3}, {id + 1, 0, 9}, {id, 0, 2}, {id, 0, 2}};
  ASSERT_TRUE(store_->read_bodies(ranges, out, [&](std::size_t i, bool is_there) {
    seen += std::to_string(i) + (is_there ? "+" : "-") + std::to_string(out.size()) + " ";
    return i < 2;
  }));
  EXPECT_EQ(seen, "0+3 1-3 2+5 ");
}

TEST_F(MessagesTest, SummariesComeInTheOrderAsked) {
  deliver_many(inbox_, 3);
  const SnapshotPtr state = snapshot(inbox_);
  std::vector<std::string> seen;
  const std::vector<BodyId> asked = {state->at(3).body, 12345, state->at(1).body, state->at(2).body};
  ASSERT_TRUE(store_->summaries(asked, [&](std::size_t i, const mime::Summary* summary) {
    seen.push_back(std::to_string(i) + (summary == nullptr ? "-" : "+"));
    return i < 2;
  }));
  EXPECT_THAT(seen, ElementsAre("0+", "1-", "2+"));
}

TEST_F(MessagesTest, ViewsOfSummariesComeInTheOrderAsked) {
  deliver_many(inbox_, 4);
  const SnapshotPtr state = snapshot(inbox_);
  const BodyId first = state->at(1).body;
  const auto view = [&](const std::vector<BodyId>& asked, std::size_t most) {
    std::string seen;
    EXPECT_TRUE(store_->summary_views(asked, [&](std::size_t i, const mime::SummaryView* summary) {
      seen += std::to_string(i);
      if (summary == nullptr) {
        seen += '-';
      } else {
        mime::Summary whole;
        EXPECT_TRUE(store_->summaries({asked[i]}, [&](std::size_t, const mime::Summary* found) {
          whole = *found;
          return true;
        }));
        seen += summary->envelope == whole.envelope && summary->date == whole.date ? '=' : '!';
      }
      return i + 1 < most;
    }));
    return seen;
  };
  // Close together, with gaps before, within and behind; far apart; and in no order.
  EXPECT_EQ(view({first, first + 1, first + 3}, 9), "0=1=2=");
  EXPECT_EQ(view({first - 1, first, first + 3, first + 4}, 9), "0-1=2=3-");
  EXPECT_EQ(view({first, first + 3, first + 12345}, 9), "0=1=2-");
  EXPECT_EQ(view({first + 3, 12345, first, first + 1}, 9), "0=1-2=3=");
  EXPECT_EQ(view({first, first}, 9), "0=1=");
  EXPECT_EQ(view({first, first + 1, first + 2}, 2), "0=1=");
  EXPECT_EQ(view({first + 2, first + 1, first}, 1), "0=");
  EXPECT_EQ(view({}, 9), "");
}

TEST_F(MessagesTest, RecentIsClaimedOnce) {
  deliver_many(inbox_, 2);
  {
    const auto view = store_->open(inbox_, [] {}).value();
    EXPECT_EQ(view->mailbox().peek_recent().last, 2U);
    const UidRange claimed = view->mailbox().claim_recent();
    EXPECT_EQ(claimed.first, 1U);
    EXPECT_EQ(claimed.last, 2U);
    EXPECT_GT(view->mailbox().claim_recent().first, view->mailbox().claim_recent().last);
    deliver(inbox_, "x");
    EXPECT_EQ(view->mailbox().peek_recent().first, 3U);
  }
  reopen();
  EXPECT_EQ(store_->open(inbox_, [] {}).value()->mailbox().peek_recent().first, 3U);
}

TEST_F(MessagesTest, NewsReachesEveryOpenViewUntilItIsGone) {
  int first = 0;
  int second = 0;
  auto one = store_->open(inbox_, [&] { ++first; }).value();
  {
    const auto two = store_->open(inbox_, [&] { ++second; }).value();
    deliver(inbox_, "x");
  }
  deliver(inbox_, "x");
  deliver(mailbox(account_, "Sent"), "x");
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 1);
  EXPECT_EQ(one->mailbox().snapshot()->exists(), 2U);
}

TEST_F(MessagesTest, WrongSummariesAreRefused) {
  Delivery delivery = delivery_of("hello", {{inbox_, {}}});
  delivery.body.tail += "more";
  const auto appended =
      wait<std::vector<Appended>>([&](auto done) { store_->deliver(std::move(delivery), std::move(done)); });
  EXPECT_EQ(code(appended), Errc::invalid);
}

}  // namespace
}  // namespace portreeve::store::sqlite
