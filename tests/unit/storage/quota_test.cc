// How much mail an account has and may have; several deliveries at once.
#include <gmock/gmock.h>

#include <latch>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class QuotaTest : public StoreTest {
 protected:
  QuotaTest()
      : alice_(add_account("alice@example.test")),
        bob_(add_account("bob@example.test")),
        inbox_(store_->inbox(alice_)),
        bobs_(store_->inbox(bob_)) {}

  void limit(AccountId account, std::uint64_t bytes) {
    ASSERT_TRUE(wait<void>([&](auto done) { store_->set_quota(account, {.bytes = bytes}, std::move(done)); }));
  }
  std::uint64_t bytes(AccountId account) const { return store_->usage(account).bytes; }
  Result<std::vector<Appended>> post(std::size_t size, std::vector<DeliveryTarget> targets,
                                     Quota quota = Quota::refuses_all) {
    Delivery delivery = delivery_of(std::string(size, 'x'), std::move(targets));
    delivery.quota = quota;
    return wait<std::vector<Appended>>([&](auto done) { store_->deliver(std::move(delivery), std::move(done)); });
  }
  Result<std::vector<Appended>> post_all(std::vector<Delivery> deliveries) {
    return wait<std::vector<Appended>>([&](auto done) { store_->deliver_all(std::move(deliveries), std::move(done)); });
  }
  void change(AccountId account, QuotaChange change) {
    ASSERT_TRUE(wait<void>([&](auto done) { store_->set_quota(account, change, std::move(done)); }));
  }
  // What the rows say, after a restart.
  void expect_kept() {
    const std::uint64_t before = bytes(alice_);
    const std::uint64_t messages = store_->usage(alice_).messages;
    reopen();
    EXPECT_EQ(bytes(alice_), before);
    EXPECT_EQ(store_->usage(alice_).messages, messages);
    EXPECT_EQ(store_->usage(alice_).mailboxes, names(alice_).size());
  }

  const AccountId alice_;
  const AccountId bob_;
  const MailboxId inbox_;
  const MailboxId bobs_;
};

TEST_F(QuotaTest, UsageFollowsEveryChange) {
  EXPECT_EQ(bytes(alice_), 0U);
  ASSERT_TRUE(post(10, {{inbox_, {}}, {bobs_, {}}}));
  ASSERT_TRUE(post(20, {{inbox_, {}}}));
  EXPECT_EQ(bytes(alice_), 30U);
  EXPECT_EQ(bytes(bob_), 10U);
  EXPECT_EQ(store_->usage(alice_).messages, 2U);
  const MailboxId work = create(alice_, "Work");
  ASSERT_TRUE(copy(inbox_, {kAll}, work));
  EXPECT_EQ(bytes(alice_), 60U);
  ASSERT_TRUE(move(work, {{1, 1}}, inbox_));
  EXPECT_EQ(bytes(alice_), 60U);
  ASSERT_TRUE(flag(inbox_, {kAll}, FlagChange::add, {.system = kDeleted, .keywords = {}}));
  EXPECT_EQ(bytes(alice_), 60U);
  expect_kept();
  ASSERT_TRUE(expunge(inbox_, {{1, 2}}));
  EXPECT_EQ(bytes(alice_), 30U);
  ASSERT_TRUE(wait<void>([&](auto done) { store_->rename_mailbox(alice_, "INBOX", "Old", std::move(done)); }));
  EXPECT_EQ(bytes(alice_), 30U);
  ASSERT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(alice_, "Old", std::move(done)); }));
  EXPECT_EQ(bytes(alice_), 20U);
  EXPECT_EQ(store_->usage(alice_).messages, 1U);
  expect_kept();
  ASSERT_TRUE(wait<void>([&](auto done) { store_->remove_account(alice_, std::move(done)); }));
  EXPECT_EQ(bytes(alice_), 0U);
  EXPECT_EQ(bytes(bob_), 10U);
}

TEST_F(QuotaTest, AMessageThatWouldPassTheQuotaIsRefused) {
  limit(alice_, 100);
  EXPECT_TRUE(post(60, {{inbox_, {}}}));
  EXPECT_EQ(code(post(41, {{bobs_, {}}, {inbox_, {}}})), Errc::quota);
  EXPECT_EQ(show(bobs_), "");
  EXPECT_TRUE(post(40, {{inbox_, {}}}));
  EXPECT_EQ(code(post(1, {{inbox_, {}}})), Errc::quota);
  EXPECT_TRUE(post(1, {{bobs_, {}}}));
  reopen();
  EXPECT_EQ(code(post(1, {{inbox_, {}}})), Errc::quota);
  limit(alice_, 50);
  EXPECT_EQ(code(post(1, {{inbox_, {}}})), Errc::quota);
  ASSERT_TRUE(expunge(inbox_, {{1, 1}}, false));
  EXPECT_TRUE(post(10, {{inbox_, {}}}));
  limit(alice_, 0);
  EXPECT_TRUE(post(1000, {{inbox_, {}}}));
}

TEST_F(QuotaTest, MessagesAreCountedToo) {
  change(alice_, {.messages = 3});
  ASSERT_TRUE(post(10, {{inbox_, {}}}));
  const MailboxId work = create(alice_, "Work");
  EXPECT_EQ(code(post(1, {{inbox_, {}}, {work, {}}, {mailbox(alice_, "Sent"), {}}})), Errc::quota);
  ASSERT_TRUE(post(1, {{inbox_, {}}, {work, {}}}));
  EXPECT_EQ(code(post(1, {{bobs_, {}}, {inbox_, {}}})), Errc::quota);
  const auto each = post(1, {{bobs_, {}}, {inbox_, {}}}, Quota::refuses_each);
  ASSERT_TRUE(each);
  EXPECT_EQ((*each)[0].refused, std::nullopt);
  EXPECT_EQ((*each)[1].refused, Errc::quota);
  EXPECT_TRUE(post(1, {{inbox_, {}}}, Quota::is_ignored));
  EXPECT_EQ(store_->usage(alice_).messages, 4U);
  EXPECT_EQ(code(copy(work, {kAll}, inbox_)), Errc::quota);
  EXPECT_TRUE(move(work, {kAll}, inbox_));
  ASSERT_TRUE(expunge(inbox_, {{1, 2}}, false));
  EXPECT_TRUE(copy(inbox_, {{3, 3}}, work));
  EXPECT_EQ(code(post_all({delivery_of("x", {{inbox_, {}}})})), Errc::quota);
  std::vector<Delivery> replacing;
  replacing.push_back(delivery_of("x", {{work, {}}}));
  replacing.back().replaces = Replaced{inbox_, 3};
  EXPECT_TRUE(post_all(std::move(replacing)));
  expect_kept();
  EXPECT_EQ(code(post(1, {{inbox_, {}}})), Errc::quota);
  change(alice_, {.messages = 0});
  EXPECT_TRUE(post(1, {{inbox_, {}}}));
}

TEST_F(QuotaTest, MailboxesAreCountedToo) {
  const auto make = [&](std::string name) {
    return code(wait<MailboxId>(
        [&](auto done) { store_->create_mailbox(alice_, std::move(name), SpecialUse::none, std::move(done)); }));
  };
  const auto rename = [&](std::string from, std::string to) {
    return code(wait<void>(
        [&](auto done) { store_->rename_mailbox(alice_, std::move(from), std::move(to), std::move(done)); }));
  };
  ASSERT_EQ(store_->usage(alice_).mailboxes, 6U);
  change(alice_, {.mailboxes = 8});
  EXPECT_EQ(make("a/b/c"), Errc::quota);
  EXPECT_EQ(store_->usage(alice_).mailboxes, 6U);
  EXPECT_EQ(make("a/b"), std::nullopt);
  EXPECT_EQ(make("c"), Errc::quota);
  EXPECT_EQ(rename("a/b", "x/y"), Errc::quota);
  EXPECT_EQ(rename("INBOX", "Old"), Errc::quota);
  EXPECT_EQ(rename("a/b", "a/c"), std::nullopt);
  expect_kept();
  EXPECT_EQ(make("c"), Errc::quota);
  ASSERT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(alice_, "a/c", std::move(done)); }));
  EXPECT_EQ(make("c"), std::nullopt);
  change(alice_, {.bytes = 10});
  EXPECT_EQ(store_->directory()->find(alice_)->quota_mailboxes, 8U);
  change(alice_, {.mailboxes = 2});
  EXPECT_EQ(make("d"), Errc::quota);
  EXPECT_EQ(names(alice_).size(), 8U);
  EXPECT_EQ(code(wait<void>([&](auto done) { store_->set_quota(alice_, {.mailboxes = UINT64_MAX}, std::move(done)); })),
            Errc::invalid);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(QuotaTest, AReplacementNeedsOnlyTheRoomThatItTakesMore) {
  const auto replace = [&](std::size_t size, MailboxId mailbox, Replaced replaced) {
    std::vector<Delivery> deliveries;
    deliveries.push_back(delivery_of(std::string(size, 'x'), {{mailbox, {}}}));
    deliveries.back().replaces = replaced;
    return post_all(std::move(deliveries));
  };
  const MailboxId work = create(alice_, "Work");
  ASSERT_TRUE(wait<void>([&](auto done) { store_->set_quota(alice_, {.bytes = 100}, std::move(done)); }));
  ASSERT_TRUE(post(60, {{inbox_, {}}}));
  EXPECT_EQ(code(replace(101, inbox_, {inbox_, 1})), Errc::quota);
  EXPECT_EQ(code(replace(10, inbox_, {inbox_, 2})), Errc::not_found);
  EXPECT_EQ(code(replace(10, 999, {inbox_, 1})), Errc::not_found);
  EXPECT_EQ(show(inbox_), "1");
  EXPECT_TRUE(replace(90, inbox_, {inbox_, 1}));
  EXPECT_EQ(show(inbox_), "2");
  EXPECT_EQ(bytes(alice_), 90U);
  EXPECT_TRUE(replace(95, work, {inbox_, 2}));
  EXPECT_EQ(show(inbox_), "");
  EXPECT_EQ(show(work), "1");
  expect_kept();
  EXPECT_THAT(problems(), ::testing::IsEmpty());
}

TEST_F(QuotaTest, ThoseWithRoomGetItIfTheQuotaRefusesEach) {
  limit(alice_, 10);
  const auto appended = post(11, {{inbox_, {}}, {bobs_, {}}, {999, {}}}, Quota::refuses_each);
  ASSERT_TRUE(appended);
  ASSERT_EQ(appended->size(), 3U);
  EXPECT_EQ((*appended)[0].refused, Errc::quota);
  EXPECT_EQ((*appended)[1].refused, std::nullopt);
  EXPECT_EQ((*appended)[1].uid, 1U);
  EXPECT_EQ((*appended)[2].refused, Errc::not_found);
  EXPECT_EQ(show(inbox_), "");
  EXPECT_EQ(show(bobs_), "1");
  EXPECT_EQ(code(post(11, {{bobs_, {}}, {999, {}}})), Errc::not_found);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(QuotaTest, WhatNobodyTakesIsNotStored) {
  limit(alice_, 10);
  const auto appended = post(11, {{inbox_, {}}}, Quota::refuses_each);
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->front().refused, Errc::quota);
  EXPECT_EQ(count("chunk"), 0);

  options_.max_staged_bytes = Store::kStagedChunkBytes;
  reopen();
  for (int round = 0; round < 2; ++round) {
    const std::string text(Store::kStagedChunkBytes, 'x');
    Delivery delivery;
    delivery.body.staged = store_->new_staging();
    delivery.body.staged_chunks = 1;
    delivery.body.summary = mime::summarize(text);
    delivery.targets = {{inbox_, {}}};
    delivery.quota = Quota::refuses_each;
    // The second time only if the first has given its room back.
    ASSERT_TRUE(wait<void>([&](auto done) { store_->stage(delivery.body.staged, 0, text, std::move(done)); }));
    const auto staged =
        wait<std::vector<Appended>>([&](auto done) { store_->deliver(std::move(delivery), std::move(done)); });
    ASSERT_TRUE(staged);
    EXPECT_EQ(staged->front().refused, Errc::quota);
  }
  store_->settle();
  EXPECT_EQ(count("chunk"), 0);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(QuotaTest, TheServersOwnNoticesPass) {
  limit(alice_, 10);
  EXPECT_TRUE(post(100, {{inbox_, {}}}, Quota::is_ignored));
  EXPECT_EQ(bytes(alice_), 100U);
}

TEST_F(QuotaTest, ACopyNeedsRoomAndAMoveNone) {
  limit(alice_, 100);
  ASSERT_TRUE(post(60, {{inbox_, {}}}));
  const MailboxId work = create(alice_, "Work");
  EXPECT_EQ(code(copy(inbox_, {kAll}, work)), Errc::quota);
  EXPECT_TRUE(copy(inbox_, {{7, 7}}, work));
  EXPECT_TRUE(move(inbox_, {kAll}, work));
  limit(alice_, 10);
  EXPECT_TRUE(move(work, {kAll}, inbox_));
  EXPECT_TRUE(wait<void>([&](auto done) { store_->rename_mailbox(alice_, "INBOX", "Old", std::move(done)); }));
  EXPECT_EQ(bytes(alice_), 60U);
}

// They come as one group, or as few, so that most are not committed yet when the next is looked at.
TEST_F(QuotaTest, ManyAtOnceDontOvershoot) {
  limit(alice_, 1000);
  constexpr int kMessages = 200;
  std::latch done(kMessages);
  std::atomic<int> refused = 0;
  for (int i = 0; i < kMessages; ++i) {
    store_->deliver(delivery_of(std::string(10, 'x'), {{inbox_, {}}}), [&](auto result) {
      if (code(result) == Errc::quota) ++refused;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(refused, 100);
  EXPECT_EQ(bytes(alice_), 1000U);
  EXPECT_EQ(snapshot(inbox_)->exists(), 100U);
}

TEST_F(QuotaTest, OneMessageTwiceCountsTwice) {
  limit(alice_, 15);
  const MailboxId work = create(alice_, "Work");
  EXPECT_EQ(code(post(10, {{inbox_, {}}, {work, {}}})), Errc::quota);
  const auto each = post(10, {{inbox_, {}}, {work, {}}}, Quota::refuses_each);
  ASSERT_TRUE(each);
  EXPECT_EQ((*each)[1].refused, Errc::quota);
  EXPECT_EQ(bytes(alice_), 10U);
}

TEST_F(QuotaTest, WhoWatchesIsToldOfTheHighestMarkPassed) {
  std::vector<std::pair<AccountId, unsigned>> told;
  store_->watch_quotas({80, 95, 100},
                       [&](AccountId account, unsigned percent) { told.emplace_back(account, percent); });
  limit(alice_, 1000);
  ASSERT_TRUE(post(799, {{inbox_, {}}, {bobs_, {}}}));
  EXPECT_THAT(told, IsEmpty());
  ASSERT_TRUE(post(1, {{inbox_, {}}}));
  EXPECT_THAT(told, ElementsAre(Pair(alice_, 80U)));
  ASSERT_TRUE(post(1, {{inbox_, {}}}));
  EXPECT_EQ(told.size(), 1U);
  ASSERT_TRUE(post(199, {{inbox_, {}}}));
  EXPECT_THAT(told, ElementsAre(Pair(alice_, 80U), Pair(alice_, 100U)));
  ASSERT_TRUE(expunge(inbox_, {kAll}, false));
  EXPECT_EQ(told.size(), 2U);
  ASSERT_TRUE(post(960, {{inbox_, {}}}));
  EXPECT_THAT(told.back(), Pair(alice_, 95U));
  shut();
}

TEST(PassedPercentTest, MarksArePassedOnceReached) {
  const std::vector<unsigned> marks = {80, 95, 100};
  EXPECT_EQ(passed_percent(marks, 0, 0, 100), 0U);
  EXPECT_EQ(passed_percent(marks, 1000, 0, 799), 0U);
  EXPECT_EQ(passed_percent(marks, 1000, 799, 800), 80U);
  EXPECT_EQ(passed_percent(marks, 1000, 800, 801), 0U);
  EXPECT_EQ(passed_percent(marks, 3, 2, 3), 100U);
  EXPECT_EQ(passed_percent(marks, UINT64_MAX, 0, UINT64_MAX), 100U);
  EXPECT_EQ(passed_percent({}, 10, 0, 10), 0U);
}

TEST_F(QuotaTest, ARecountPutsUsageRight) {
  ASSERT_TRUE(post(10, {{inbox_, {}}}));
  damage("UPDATE mailbox SET bytes = 5000");
  reopen();
  EXPECT_GT(bytes(alice_), 10U);
  problems(true);
  EXPECT_EQ(bytes(alice_), 10U);
  EXPECT_THAT(problems(), IsEmpty());
}

// --- several deliveries at once, and folders

TEST_F(QuotaTest, SeveralMessagesAreAllThereOrNone) {
  const auto appended = post_all({delivery_of("one", {{inbox_, {}}, {bobs_, {}}}), delivery_of("two", {{inbox_, {}}})});
  ASSERT_TRUE(appended);
  ASSERT_EQ(appended->size(), 3U);
  EXPECT_EQ((*appended)[0].uid, 1U);
  EXPECT_EQ((*appended)[1].mailbox, bobs_);
  EXPECT_EQ((*appended)[2].uid, 2U);
  EXPECT_EQ(body(snapshot(inbox_)->at(2).body), "two");

  EXPECT_EQ(code(post_all({delivery_of("three", {{inbox_, {}}}), delivery_of("four", {{999, {}}})})), Errc::not_found);
  EXPECT_EQ(code(post_all({delivery_of("three", {{inbox_, {}}}), delivery_of("four", {})})), Errc::invalid);
  limit(alice_, 10);
  // Either has room, both haven't.
  EXPECT_EQ(code(post_all({delivery_of("111", {{inbox_, {}}}), delivery_of("22", {{inbox_, {}}})})), Errc::quota);
  EXPECT_EQ(show(inbox_), "1 2");
  EXPECT_EQ(count("chunk"), 2);
  EXPECT_TRUE(post_all({}));
}

TEST_F(QuotaTest, WhatIsRefusedLosesAllItsStagings) {
  const std::string text(Store::kStagedChunkBytes, 'x');
  const auto staged = [&] {
    Delivery delivery = delivery_of("", {{inbox_, {}}});
    delivery.body.staged = store_->new_staging();
    delivery.body.staged_chunks = 1;
    delivery.body.summary = mime::summarize(text);
    EXPECT_TRUE(wait<void>([&](auto done) { store_->stage(delivery.body.staged, 0, text, std::move(done)); }));
    return delivery;
  };
  std::vector<Delivery> deliveries;
  deliveries.push_back(staged());
  deliveries.push_back(staged());
  deliveries.push_back(delivery_of("x", {{999, {}}}));
  EXPECT_EQ(code(post_all(std::move(deliveries))), Errc::not_found);
  deliver(inbox_, "behind it in the queue");
  store_->settle();
  EXPECT_EQ(count("chunk"), 1);

  Delivery once = staged();
  Delivery twice = once;
  std::vector<Delivery> both;
  both.push_back(std::move(once));
  both.push_back(std::move(twice));
  EXPECT_EQ(code(post_all(std::move(both))), Errc::invalid);
}

TEST_F(QuotaTest, AFolderIsTakenIfThereIsOne) {
  const MailboxId work = create(alice_, "Work");
  const MailboxId shout = create(alice_, "WORK");
  const MailboxId news = create(alice_, "News");
  const auto where = [&](std::string folder) {
    const auto appended = post(1, {{.mailbox = inbox_, .flags = {}, .folder = std::move(folder)}});
    return appended ? appended->front().mailbox : 0;
  };
  EXPECT_EQ(where(""), inbox_);
  EXPECT_EQ(where("Work"), work);
  EXPECT_EQ(where("WORK"), shout);
  EXPECT_EQ(where("news"), news);
  EXPECT_EQ(where("inbox"), inbox_);
  EXPECT_EQ(where("nowhere"), inbox_);
  EXPECT_EQ(where("N%"), inbox_);
  EXPECT_EQ(where("bad//name"), inbox_);
  create(bob_, "Hers");
  EXPECT_EQ(where("Hers"), inbox_);
  EXPECT_EQ(show(news), "1");
  const auto gone = post(1, {{.mailbox = 999, .flags = {}, .folder = "Work"}});
  EXPECT_EQ(code(gone), Errc::not_found);
}

}  // namespace
}  // namespace portreeve::store::sqlite
