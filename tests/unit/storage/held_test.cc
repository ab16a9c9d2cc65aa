// Messages held back and released.
#include <gmock/gmock.h>

#include "tests/unit/storage/faulty_vfs.h"
#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HeldTest : public StoreTest {
 protected:
  HeldTest()
      : alice_(add_account("alice@example.test")),
        bob_(add_account("bob@example.test")),
        inbox_(store_->inbox(alice_)),
        bobs_(store_->inbox(bob_)) {}

  HeldMessage message(std::string text, std::int64_t release_at, int priority = 0) const {
    HeldMessage held;
    held.account = alice_;
    held.release_at = release_at;
    held.priority = priority;
    held.envelope = "envelope of " + text;
    held.body.summary = mime::summarize(text);
    held.body.tail = std::move(text);
    return held;
  }
  Result<HeldId> hold(HeldMessage held) {
    return wait<HeldId>([&](auto done) { store_->hold(std::move(held), std::move(done)); });
  }
  Result<std::vector<Appended>> release(HeldId id, std::vector<DeliveryTarget> targets,
                                        std::vector<Delivery> reports = {}) {
    return wait<std::vector<Appended>>(
        [&](auto done) { store_->release(id, std::move(targets), 1234, std::move(reports), std::move(done)); });
  }
  std::vector<HeldId> due(std::int64_t until, std::size_t limit = 100) {
    std::vector<HeldId> ids;
    for (const Held& held : store_->held(until, limit).value()) ids.push_back(held.id);
    return ids;
  }
  std::int64_t chunks() {
    store_->settle();
    return count("chunk");
  }

  const AccountId alice_;
  const AccountId bob_;
  const MailboxId inbox_;
  const MailboxId bobs_;
};

TEST_F(HeldTest, AHeldMessageIsThereWholeAfterARestart) {
  EXPECT_EQ(store_->next_release(), std::nullopt);
  const HeldId id = hold(message("one\n", 500, -3)).value();
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(store_->next_release(), 500);
    EXPECT_THAT(store_->held(499, 10).value(), IsEmpty());
    const auto all = store_->held(500, 10).value();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].id, id);
    EXPECT_EQ(all[0].account, alice_);
    EXPECT_EQ(all[0].release_at, 500);
    EXPECT_EQ(all[0].priority, -3);
    EXPECT_EQ(all[0].envelope, "envelope of one\n");
    EXPECT_EQ(all[0].size, 4U);
    EXPECT_EQ(body(all[0].body), "one\n");
    EXPECT_TRUE(store_->summary(all[0].body));
    EXPECT_EQ(store_->usage(alice_).bytes, 0U);
    EXPECT_THAT(problems(), IsEmpty());
    reopen();
  }
}

TEST_F(HeldTest, ThoseDueComeByPriorityThenByTime) {
  const HeldId late = hold(message("a", 300)).value();
  const HeldId early = hold(message("b", 100)).value();
  const HeldId urgent = hold(message("c", 200, 5)).value();
  hold(message("d", 900, 9)).value();
  EXPECT_EQ(store_->next_release(), 100);
  EXPECT_THAT(due(300), ElementsAre(urgent, early, late));
  EXPECT_THAT(due(300, 2), ElementsAre(urgent, early));
  ASSERT_TRUE(release(early, {}));
  EXPECT_EQ(store_->next_release(), 200);
}

TEST_F(HeldTest, LongEnvelopesComeAFewAtATime) {
  for (int i = 0; i < 4; ++i) {
    HeldMessage held = message("x", 500);
    held.envelope.assign(kMaxHeldEnvelopeBytes, 'e');
    ASSERT_TRUE(hold(held));
  }
  EXPECT_EQ(due(500).size(), 2U);
}

TEST_F(HeldTest, AReleasedMessageIsDeliveredOnce) {
  const HeldId id = hold(message("one\n", 500)).value();
  const auto released =
      release(id, {{bobs_, {.system = kSeen, .keywords = {}}}}, {delivery_of("report", {{inbox_, {}}})});
  ASSERT_TRUE(released);
  ASSERT_EQ(released->size(), 2U);
  EXPECT_EQ((*released)[0].mailbox, bobs_);
  EXPECT_EQ((*released)[1].mailbox, inbox_);
  const Message there = snapshot(bobs_)->at(1);
  EXPECT_EQ(body(there.body), "one\n");
  EXPECT_EQ(there.internal_date, 1234);
  EXPECT_EQ(there.size, 4U);
  EXPECT_EQ(there.pop3_size, 5U);
  EXPECT_EQ(body(snapshot(inbox_)->at(1).body), "report");
  EXPECT_EQ(store_->next_release(), std::nullopt);
  EXPECT_EQ(code(release(id, {{bobs_, {}}})), Errc::not_found);
  EXPECT_EQ(show(bobs_), "1S");
  EXPECT_THAT(problems(), IsEmpty());
  ASSERT_TRUE(expunge(bobs_, {kAll}, false));
  EXPECT_EQ(chunks(), 1);
}

TEST_F(HeldTest, ABodyReleasedToManyGoesWithTheLast) {
  const HeldId id = hold(message("one", 500)).value();
  ASSERT_TRUE(release(id, {{inbox_, {}}, {bobs_, {}}}));
  EXPECT_THAT(problems(), IsEmpty());
  ASSERT_TRUE(expunge(bobs_, {kAll}, false));
  EXPECT_EQ(chunks(), 1);
  EXPECT_EQ(body(snapshot(inbox_)->at(1).body), "one");
  ASSERT_TRUE(expunge(inbox_, {kAll}, false));
  EXPECT_EQ(chunks(), 0);
}

TEST_F(HeldTest, ADroppedMessageGoesWithItsBody) {
  const HeldId id = hold(message("one", 500)).value();
  const auto dropped = release(id, {});
  ASSERT_TRUE(dropped);
  EXPECT_THAT(*dropped, IsEmpty());
  EXPECT_EQ(chunks(), 0);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(HeldTest, AQuotaRefusesAll) {
  ASSERT_TRUE(wait<void>([&](auto done) { store_->set_quota(alice_, {.bytes = 1}, std::move(done)); }));
  const HeldId id = hold(message("one", 500)).value();
  EXPECT_EQ(code(release(id, {{inbox_, {}}, {bobs_, {}}}, {delivery_of("report", {{bobs_, {}}})})), Errc::quota);
  EXPECT_EQ(show(bobs_), "");
  EXPECT_EQ(show(inbox_), "");
  EXPECT_THAT(due(500), ElementsAre(id));
  EXPECT_EQ(code(release(id, {{bobs_, {}}, {999, {}}})), Errc::not_found);
  EXPECT_THAT(due(500), ElementsAre(id));

  const auto released = release(id, {{bobs_, {}}});
  ASSERT_TRUE(released);
  EXPECT_EQ(released->front().uid, 1U);
  EXPECT_THAT(due(500), IsEmpty());
  EXPECT_EQ(chunks(), 1);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(HeldTest, AReleaseThatFailsHoldsOn) {
  const HeldId id = hold(message("one", 500)).value();
  EXPECT_EQ(code(release(id, {{bobs_, {}}}, {delivery_of("report", {{999, {}}})})), Errc::not_found);
  EXPECT_EQ(show(bobs_), "");
  EXPECT_THAT(due(500), ElementsAre(id));
}

TEST_F(HeldTest, ABigMessageIsStagedFirst) {
  const std::string text(Store::kStagedChunkBytes + 10, 'x');
  HeldMessage held = message(text, 500);
  held.body.staged = store_->new_staging();
  held.body.staged_chunks = 1;
  held.body.tail = text.substr(Store::kStagedChunkBytes);
  ASSERT_TRUE(wait<void>([&](auto done) {
    store_->stage(held.body.staged, 0, text.substr(0, Store::kStagedChunkBytes), std::move(done));
  }));
  const HeldId id = hold(held).value();
  reopen();
  EXPECT_EQ(chunks(), 2);
  ASSERT_TRUE(release(id, {{bobs_, {}}}));
  EXPECT_EQ(body(snapshot(bobs_)->at(1).body), text);

  held.account = 999;
  held.body.staged = store_->new_staging();
  ASSERT_TRUE(wait<void>([&](auto done) {
    store_->stage(held.body.staged, 0, text.substr(0, Store::kStagedChunkBytes), std::move(done));
  }));
  EXPECT_EQ(code(hold(held)), Errc::not_found);
  deliver(inbox_, "behind it in the queue");
  EXPECT_EQ(chunks(), 3);
}

TEST_F(HeldTest, HeldMessagesHaveLimits) {
  HeldMessage large = message("x", 500);
  large.envelope.assign(kMaxHeldEnvelopeBytes + 1, 'e');
  EXPECT_EQ(code(hold(large)), Errc::limit);
  for (std::size_t i = 0; i + 1 < kMaxHeldMessages; ++i) store_->hold(message("x", 500), nullptr);
  ASSERT_TRUE(hold(message("x", 500)));
  EXPECT_EQ(code(hold(message("x", 500))), Errc::limit);
  HeldMessage other = message("x", 500);
  other.account = bob_;
  EXPECT_TRUE(hold(other));
}

TEST_F(HeldTest, ARemovedAccountsMessagesGo) {
  ASSERT_TRUE(hold(message("one", 500)));
  ASSERT_TRUE(wait<void>([&](auto done) { store_->remove_account(alice_, std::move(done)); }));
  EXPECT_EQ(store_->next_release(), std::nullopt);
  EXPECT_EQ(chunks(), 0);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(HeldTest, ACheckFindsWhatIsWrongWithThem) {
  const HeldId id = hold(message("one", 500)).value();
  damage("DELETE FROM summary");
  reopen();
  EXPECT_THAT(problems(true), ElementsAre("the held message " + std::to_string(id) + " has lost its summary (mended)"));
  EXPECT_THAT(problems(), IsEmpty());
  damage("DELETE FROM chunk");
  reopen();
  EXPECT_THAT(problems().front(), testing::HasSubstr("has lost its text"));
  damage("UPDATE held SET account = 999");
  reopen();
  problems(true);
  EXPECT_THAT(due(1000), IsEmpty());
  EXPECT_EQ(store_->next_release(), std::nullopt);
}

TEST_F(HeldTest, ABackupHasThem) {
  const HeldId id = hold(message("one", 500)).value();
  const std::string file = directory_.path() + "/backup";
  ASSERT_TRUE(wait<void>([&](auto done) { store_->backup(file, std::move(done)); }));
  shut();
  std::filesystem::remove_all(path());
  ASSERT_TRUE(restore(file, path()));
  reopen();
  EXPECT_EQ(store_->next_release(), 500);
  ASSERT_TRUE(release(id, {{bobs_, {}}}));
  EXPECT_EQ(body(snapshot(bobs_)->at(1).body), "one");
}

TEST_F(HeldTest, AFullDiskStillLetsOneGo) {
  const HeldId id = hold(message("one", 500)).value();
  const HeldId other = hold(message("two", 500)).value();
  shut();
  hooks_.free_bytes = [] { return std::uint64_t{0}; };
  reopen();
  EXPECT_EQ(code(hold(message("three", 500))), Errc::disk_full);
  EXPECT_EQ(code(release(other, {{bobs_, {}}})), Errc::disk_full);
  EXPECT_TRUE(release(id, {}));
  EXPECT_THAT(due(500), ElementsAre(other));
}

class HeldFaultsTest : public HeldTest {
 protected:
  HeldFaultsTest() {
    shut();
    vfs_ = std::make_unique<FaultyVfs>();
    reopen();
  }
  ~HeldFaultsTest() override {
    vfs_->write_result = vfs_->sync_result = SQLITE_OK;
    shut();
  }

  std::unique_ptr<FaultyVfs> vfs_;
};

TEST_F(HeldFaultsTest, APowerCutLeavesWhatWasAcknowledged) {
  vfs_->remember();
  // Makes a checkpoint, and so a copy of the database itself.
  deliver(inbox_, "before");
  reopen();
  const HeldId first = hold(message("one", 500)).value();
  const HeldId second = hold(message("two", 400)).value();
  ASSERT_TRUE(release(second, {{bobs_, {}}}));
  const std::string left = directory_.path() + "/left";
  std::filesystem::create_directory(left);
  vfs_->write_synced(left);
  Options options = options_;
  options.directory = left;
  SqliteStore after(options);
  EXPECT_EQ(after.next_release(), 500);
  const auto held = after.held(1000, 10).value();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].id, first);
  std::string text;
  ASSERT_TRUE(after.read_body(held[0].body, 0, UINT64_MAX, text));
  EXPECT_EQ(text, "one");
  EXPECT_EQ(after.snapshot(bobs_).value()->exists(), 1U);
}

TEST_F(HeldFaultsTest, AWriteThatFailsHoldsNothingAndReleasesNothing) {
  const HeldId id = hold(message("one", 500)).value();
  vfs_->write_result = SQLITE_IOERR_WRITE;
  EXPECT_EQ(code(hold(message("two", 400))), Errc::io);
  EXPECT_EQ(code(release(id, {{bobs_, {}}})), Errc::io);
  vfs_->write_result = SQLITE_OK;
  EXPECT_EQ(store_->next_release(), 500);
  EXPECT_EQ(store_->usage(bob_).bytes, 0U);
  reopen();
  EXPECT_THAT(due(500), ElementsAre(id));
  EXPECT_TRUE(release(id, {{bobs_, {}}}));
  EXPECT_THAT(problems(), IsEmpty());
}

}  // namespace
}  // namespace portreeve::store::sqlite
