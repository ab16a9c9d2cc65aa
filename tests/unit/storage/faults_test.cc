// What failing disks and power cuts leave.
#include <gmock/gmock.h>

#include "tests/unit/storage/faulty_vfs.h"
#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::IsEmpty;

class FaultsTest : public StoreTest {
 protected:
  FaultsTest() {
    shut();
    vfs_ = std::make_unique<FaultyVfs>();
    reopen();
    account_ = add_account("alice@example.test");
    inbox_ = store_->inbox(account_);
  }
  ~FaultsTest() override {
    vfs_->write_result = vfs_->sync_result = SQLITE_OK;
    shut();
  }

  Result<std::vector<Appended>> try_deliver(std::string text) {
    return wait<std::vector<Appended>>(
        [&](auto done) { store_->deliver(delivery_of(std::move(text), {{inbox_, {}}}), std::move(done)); });
  }

  std::unique_ptr<FaultyVfs> vfs_;
  AccountId account_ = 0;
  MailboxId inbox_ = 0;
};

TEST_F(FaultsTest, WhatAPowerCutLeavesHasAllThatWasAcknowledged) {
  vfs_->remember();
  // The copy of the database itself is of its last checkpoint; make one, so that there is a copy.
  reopen();
  for (int round = 0; round < 4; ++round) {
    const Uid uid = deliver(inbox_, std::string(static_cast<std::size_t>(round) * 90'000, 'x') + "end");
    ASSERT_TRUE(flag(inbox_, {{uid, uid}}, FlagChange::add, {.system = kFlagged, .keywords = {"k"}}));
    if (round == 2) ASSERT_TRUE(expunge(inbox_, {{1, 1}}, false));
    const std::string left = directory_.path() + "/left" + std::to_string(round);
    std::filesystem::create_directory(left);
    vfs_->write_synced(left);
    Options options = options_;
    options.directory = left;
    SqliteStore after(options);
    const SnapshotPtr state = after.snapshot(inbox_).value();
    EXPECT_EQ(state->uid_next, uid + 1);
    std::string text;
    ASSERT_TRUE(after.read_body(state->find(uid)->body, 0, UINT64_MAX, text));
    EXPECT_EQ(text.size(), static_cast<std::size_t>(round) * 90'000 + 3);
    EXPECT_EQ(state->exists(), snapshot(inbox_)->exists());
    for (std::uint32_t i = 1; i <= state->exists(); ++i) EXPECT_EQ(state->at(i), snapshot(inbox_)->at(i));
  }
}

TEST_F(FaultsTest, AWriteThatFailsFailsItsOperationsAndLeavesTheRest) {
  deliver(inbox_, "before");
  vfs_->write_result = SQLITE_IOERR_WRITE;
  EXPECT_EQ(code(try_deliver("during")), Errc::io);
  EXPECT_EQ(code(flag(inbox_, {kAll}, FlagChange::add, {.system = kSeen, .keywords = {}})), Errc::io);
  EXPECT_EQ(show(inbox_), "1");
  vfs_->write_result = SQLITE_OK;
  EXPECT_EQ(deliver(inbox_, "after"), 2U);
  reopen();
  EXPECT_EQ(show(inbox_), "1 2");
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(FaultsTest, AFullDiskRefusesAndRecovers) {
  deliver(inbox_, "before");
  vfs_->write_result = SQLITE_FULL;
  EXPECT_EQ(code(try_deliver("during")), Errc::disk_full);
  EXPECT_EQ(show(inbox_), "1");
  EXPECT_EQ(body(snapshot(inbox_)->at(1).body), "before");
  vfs_->write_result = SQLITE_OK;
  EXPECT_TRUE(expunge(inbox_, {kAll}, false));
  EXPECT_TRUE(try_deliver("after"));
}

TEST_F(FaultsTest, TheBallastsRoomServesTheOperationThatFoundNone) {
  deliver(inbox_, "before");
  shut();
  const std::string ballast = path() + "/portreeve.ballast";
  // Asked before each try.
  hooks_.free_bytes = [this, ballast] {
    if (!std::filesystem::exists(ballast)) vfs_->write_result = SQLITE_OK;
    return std::uint64_t{1} << 30;
  };
  options_.reserve_bytes = 1 << 20;
  reopen();
  ASSERT_TRUE(std::filesystem::exists(ballast));
  vfs_->write_result = SQLITE_FULL;
  EXPECT_TRUE(expunge(inbox_, {kAll}, false));
  EXPECT_EQ(show(inbox_), "");
}

// The system may have thrown away what it couldn't write; a later sync would succeed without it.
TEST_F(FaultsTest, AfterALostSyncNothingIsAcknowledgedUntilARestart) {
  deliver(inbox_, "before");
  vfs_->sync_result = SQLITE_IOERR_FSYNC;
  EXPECT_EQ(code(try_deliver("during")), Errc::io);
  vfs_->sync_result = SQLITE_OK;
  EXPECT_EQ(code(try_deliver("during")), Errc::io);
  EXPECT_EQ(code(expunge(inbox_, {kAll}, false)), Errc::io);
  EXPECT_EQ(body(snapshot(inbox_)->at(1).body), "before");
  reopen();
  EXPECT_EQ(deliver(inbox_, "after"), 2U);
}

}  // namespace
}  // namespace portreeve::store::sqlite
