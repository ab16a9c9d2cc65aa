// What is removed goes late, in slices, and never too early. Staged bodies.
#include <gmock/gmock.h>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::IsEmpty;

class RemovalTest : public StoreTest {
 protected:
  RemovalTest() : account_(add_account("alice@example.test")), inbox_(store_->inbox(account_)) {}

  BodyId body_of(MailboxId mailbox, Uid uid) { return snapshot(mailbox)->find(uid)->body; }
  std::int64_t chunks() {
    store_->settle();
    return count("chunk");
  }
  Result<void> stage(BodyId body, std::uint32_t chunk, std::string bytes) {
    return wait<void>([&](auto done) { store_->stage(body, chunk, std::move(bytes), std::move(done)); });
  }
  static std::string chunk_of(char c) { return std::string(Store::kStagedChunkBytes, c); }
  Result<std::vector<Appended>> deliver_staged(BodyId body, std::uint32_t chunks, const std::string& all,
                                               MailboxId mailbox = 0) {
    Delivery delivery;
    delivery.body.staged = body;
    delivery.body.staged_chunks = chunks;
    delivery.body.summary = mime::summarize(all);
    delivery.body.tail = all.substr(std::min(all.size(), chunks * Store::kStagedChunkBytes));
    delivery.targets = {{mailbox != 0 ? mailbox : inbox_, {}}};
    return wait<std::vector<Appended>>([&](auto done) { store_->deliver(std::move(delivery), std::move(done)); });
  }

  const AccountId account_;
  const MailboxId inbox_;
};

TEST_F(RemovalTest, AnExpungedBodyGoes) {
  deliver(inbox_, "one");
  deliver(inbox_, "two");
  expunge(inbox_, {{1, 1}}, false);
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(count("doomed"), 0);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RemovalTest, ABodyStaysWhileAMailboxHasIt) {
  const MailboxId work = create(account_, "Work");
  deliver(inbox_, "one");
  const BodyId id = body_of(inbox_, 1);
  copy(inbox_, {kAll}, work);
  expunge(inbox_, {kAll}, false);
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(body(id), "one");
  EXPECT_EQ(count("doomed"), 0);
  expunge(work, {kAll}, false);
  EXPECT_EQ(chunks(), 0);
}

TEST_F(RemovalTest, ABodyStaysWhileAViewMayWantIt) {
  deliver(inbox_, "one");
  const BodyId id = body_of(inbox_, 1);
  auto slow = store_->open(inbox_, [] {}).value();
  auto quick = store_->open(inbox_, [] {}).value();
  const auto expunged = expunge(inbox_, {kAll}, false);
  quick->seen(expunged->after);
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(body(id), "one");
  slow->seen(expunged->after);
  EXPECT_EQ(chunks(), 0);
}

TEST_F(RemovalTest, ClosingTheViewLetsGoOfIt) {
  deliver(inbox_, "one");
  auto view = store_->open(inbox_, [] {}).value();
  expunge(inbox_, {kAll}, false);
  EXPECT_EQ(chunks(), 1);
  view.reset();
  EXPECT_EQ(chunks(), 0);
}

TEST_F(RemovalTest, AViewOpenedLaterWantsNothingOfIt) {
  deliver(inbox_, "one");
  auto old_view = store_->open(inbox_, [] {}).value();
  expunge(inbox_, {kAll}, false);
  const auto new_view = store_->open(inbox_, [] {}).value();
  old_view.reset();
  EXPECT_EQ(chunks(), 0);
}

TEST_F(RemovalTest, AMovedBodyIsKeptForTheViewOfWhereItWas) {
  const MailboxId work = create(account_, "Work");
  deliver(inbox_, "one");
  const BodyId id = body_of(inbox_, 1);
  auto view = store_->open(inbox_, [] {}).value();
  move(inbox_, {kAll}, work);
  expunge(work, {kAll}, false);
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(body(id), "one");
  view.reset();
  EXPECT_EQ(chunks(), 0);
}

// The first expunge asks for a search, which finds no message that refers to the body any longer.
TEST_F(RemovalTest, ACopiedBodyIsKeptForTheViewOfTheLastMailboxThatHadIt) {
  const MailboxId work = create(account_, "Work");
  deliver(inbox_, "one");
  const BodyId id = body_of(inbox_, 1);
  copy(inbox_, {kAll}, work);
  auto view = store_->open(work, [] {}).value();
  // Together, so that no search comes between them.
  std::promise<void> is_done;
  store_->expunge(inbox_, {kAll}, false, nullptr);
  store_->expunge(work, {kAll}, false, [&](auto) { is_done.set_value(); });
  is_done.get_future().wait();
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(body(id), "one");
  view.reset();
  EXPECT_EQ(chunks(), 0);
  EXPECT_EQ(count("doomed"), 0);
}

TEST_F(RemovalTest, ADeletedMailboxKeepsItsBodiesForItsViews) {
  const MailboxId work = create(account_, "Work");
  deliver(work, "one");
  const BodyId id = body_of(work, 1);
  auto view = store_->open(work, [] {}).value();
  ASSERT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(account_, "Work", std::move(done)); }));
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(body(id), "one");
  view.reset();
  EXPECT_EQ(chunks(), 0);
}

TEST_F(RemovalTest, WhatAProcessLeftIsRemovedByTheNext) {
  deliver(inbox_, "one");
  auto view = store_->open(inbox_, [] {}).value();
  expunge(inbox_, {kAll}, false);
  view.reset();
  reopen();
  EXPECT_EQ(chunks(), 0);
  EXPECT_EQ(count("doomed"), 0);
}

TEST_F(RemovalTest, ManyAndLargeBodiesGoInSlices) {
  std::string large(5 << 20, 'x');
  deliver(inbox_, large);
  std::vector<std::future<void>> waiting;
  for (int i = 0; i < 900; ++i) {
    auto promise = std::make_shared<std::promise<void>>();
    waiting.push_back(promise->get_future());
    store_->deliver(delivery_of("small", {{inbox_, {}}}), [promise](auto) { promise->set_value(); });
  }
  for (auto& one : waiting) one.wait();
  deliver(inbox_, "last");
  expunge(inbox_, {{1, 901}}, false);
  EXPECT_EQ(chunks(), 1);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RemovalTest, AStagedMessageBecomesVisibleWhenDelivered) {
  const BodyId id = store_->new_staging();
  const std::string all = chunk_of('a') + chunk_of('b') + "tail";
  ASSERT_TRUE(stage(id, 0, chunk_of('a')));
  ASSERT_TRUE(stage(id, 1, chunk_of('b')));
  EXPECT_EQ(show(inbox_), "");
  ASSERT_TRUE(deliver_staged(id, 2, all));
  EXPECT_EQ(body(body_of(inbox_, 1)), all);
  store_->drop_staging(id);
  store_->settle();
  EXPECT_EQ(body(body_of(inbox_, 1)), all);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RemovalTest, AStagedMessageMayEndWithItsChunk) {
  const BodyId id = store_->new_staging();
  ASSERT_TRUE(stage(id, 0, chunk_of('a')));
  ASSERT_TRUE(deliver_staged(id, 1, chunk_of('a')));
  EXPECT_EQ(body(id), chunk_of('a'));
}

TEST_F(RemovalTest, StagingIsChecked) {
  const BodyId id = store_->new_staging();
  EXPECT_EQ(code(stage(id, 0, "")), Errc::invalid);
  EXPECT_EQ(code(stage(id, 0, chunk_of('a') + "x")), Errc::invalid);
  EXPECT_EQ(code(deliver_staged(id, 1, chunk_of('a'))), Errc::invalid);
  ASSERT_TRUE(stage(id, 1, chunk_of('b')));
  EXPECT_EQ(code(deliver_staged(id, 2, chunk_of('a') + chunk_of('b'))), Errc::invalid);
  EXPECT_EQ(show(inbox_), "");
}

TEST_F(RemovalTest, ADroppedStagingGoes) {
  const BodyId id = store_->new_staging();
  ASSERT_TRUE(stage(id, 0, chunk_of('a')));
  store_->drop_staging(id);
  deliver(inbox_, "one");  // behind it in the queue
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(code(deliver_staged(id, 1, chunk_of('a'))), Errc::invalid);
}

TEST_F(RemovalTest, StagingsOfADeadProcessAreSwept) {
  ASSERT_TRUE(stage(store_->new_staging(), 0, chunk_of('a')));
  reopen();
  EXPECT_EQ(chunks(), 0);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RemovalTest, AllStagingsTogetherHaveACap) {
  options_.max_staged_bytes = 2 * Store::kStagedChunkBytes;
  reopen();
  const BodyId one = store_->new_staging();
  const BodyId two = store_->new_staging();
  ASSERT_TRUE(stage(one, 0, chunk_of('a')));
  ASSERT_TRUE(stage(two, 0, chunk_of('b')));
  EXPECT_EQ(code(stage(one, 1, chunk_of('c'))), Errc::limit);
  store_->drop_staging(two);
  deliver(inbox_, "behind it in the queue");
  EXPECT_TRUE(stage(one, 1, chunk_of('c')));
  ASSERT_TRUE(deliver_staged(one, 2, chunk_of('a') + chunk_of('c')));
  EXPECT_TRUE(stage(store_->new_staging(), 0, chunk_of('d')));
}

TEST_F(RemovalTest, AStagedMessageMayEndWithASmallerChunk) {
  const BodyId one = store_->new_staging();
  ASSERT_TRUE(stage(one, 0, chunk_of('a')));
  ASSERT_TRUE(stage(one, 1, "the end"));
  const std::string text = chunk_of('a') + "the end";
  const auto appended = deliver_staged(one, 2, text);
  ASSERT_TRUE(appended);
  EXPECT_EQ(body(body_of(inbox_, appended->front().uid)), text);
  EXPECT_THAT(problems(), IsEmpty());
  // But not in its middle.
  const BodyId two = store_->new_staging();
  ASSERT_TRUE(stage(two, 0, "short"));
  ASSERT_TRUE(stage(two, 1, chunk_of('b')));
  EXPECT_EQ(code(deliver_staged(two, 2, "short" + chunk_of('b'))), Errc::invalid);
}

TEST_F(RemovalTest, AStagingThatCannotBeDeliveredIsDropped) {
  options_.max_staged_bytes = Store::kStagedChunkBytes;
  reopen();
  for (int i = 0; i < 3; ++i) {
    const BodyId id = store_->new_staging();
    ASSERT_TRUE(stage(id, 0, chunk_of('a'))) << i;
    EXPECT_EQ(code(deliver_staged(id, 1, chunk_of('a'), 999)), Errc::not_found);
  }
  deliver(inbox_, "behind it in the queue");
  EXPECT_EQ(chunks(), 1);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RemovalTest, BodyIdsAreNeverUsedAgain) {
  deliver(inbox_, "one");
  const BodyId first = body_of(inbox_, 1);
  expunge(inbox_, {kAll}, false);
  store_->settle();
  reopen();
  deliver(inbox_, "two");
  EXPECT_GT(body_of(inbox_, 2), first);
}

}  // namespace
}  // namespace portreeve::store::sqlite
