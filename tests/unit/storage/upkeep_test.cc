// Backup, restore, check, ownership, the full disk.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <latch>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

unsigned mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

class UpkeepTest : public StoreTest {
 protected:
  UpkeepTest() : account_(add_account("alice@example.test")), inbox_(store_->inbox(account_)) {}

  Result<void> backup(const std::string& to) {
    return wait<void>([&](auto done) { store_->backup(to, std::move(done)); });
  }

  const AccountId account_;
  const MailboxId inbox_;
};

TEST_F(UpkeepTest, FilesAreTheirOwnersAlone) {
  EXPECT_EQ(mode_of(path()), 0700U);
  for (const char* file : {"portreeve.db", "portreeve.db-wal", "portreeve.db-shm", "portreeve.lock"}) {
    EXPECT_EQ(mode_of(path() + "/" + file), 0600U) << file;
  }
}

TEST_F(UpkeepTest, AStoreHasOneOwner) {
  const auto second = open(options_);
  ASSERT_EQ(code(second), Errc::exists);
  EXPECT_THAT(second.error().detail, HasSubstr(std::to_string(::getpid())));
  shut();
  EXPECT_TRUE(open(options_));
}

TEST_F(UpkeepTest, AClosedStoreIsOneFile) {
  deliver(inbox_, "one");
  shut();
  EXPECT_FALSE(std::filesystem::exists(path() + "/portreeve.db-wal"));
}

TEST_F(UpkeepTest, TheWalStaysWithinBoundsUnderALoadWithoutPauses) {
  const std::string large(1 << 20, 'x');
  constexpr int kMessages = 100;
  std::latch done(kMessages);
  for (int i = 0; i < kMessages; ++i) {
    store_->deliver(delivery_of(large, {{inbox_, {}}}), [&done](auto) { done.count_down(); });
  }
  done.wait();
  // The limit at which the writer pauses, and one group.
  EXPECT_LE(std::filesystem::file_size(path() + "/portreeve.db-wal"), (64U + 16U) << 20);
}

TEST_F(UpkeepTest, ABackupMadeUnderWayIsWhole) {
  for (int i = 0; i < 50; ++i) deliver(inbox_, std::string(300'000, 'x'));
  std::atomic<bool> is_done = false;
  std::thread load([&] {
    while (!is_done) deliver(inbox_, "meanwhile");
  });
  const std::string file = directory_.path() + "/backup";
  const auto made = backup(file);
  is_done = true;
  load.join();
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_FALSE(std::filesystem::exists(file + ".partial"));
  EXPECT_EQ(code(backup(file)), Errc::exists);

  const std::uint32_t now = snapshot(inbox_)->exists();
  shut();
  options_.directory = directory_.path() + "/restored";
  const auto restored = restore(file, options_.directory);
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_EQ(mode_of(options_.directory + "/portreeve.db"), 0600U);
  store_ = std::make_unique<SqliteStore>(options_);
  EXPECT_GE(snapshot(inbox_)->exists(), 50U);
  EXPECT_LE(snapshot(inbox_)->exists(), now);
  EXPECT_EQ(body(snapshot(inbox_)->at(50).body), std::string(300'000, 'x'));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(UpkeepTest, ABackupThatCannotBeWrittenFails) {
  EXPECT_EQ(code(backup(directory_.path() + "/missing/backup")), Errc::io);
  EXPECT_EQ(deliver(inbox_, "on it goes"), 1U);
}

TEST_F(UpkeepTest, RestoreRefusesWhatWouldLoseMail) {
  const std::string file = directory_.path() + "/backup";
  ASSERT_TRUE(backup(file));
  EXPECT_EQ(code(restore(file, path())), Errc::exists);  // it runs
  shut();
  EXPECT_EQ(code(restore(file, path())), Errc::exists);  // it has mail
  const std::string other = directory_.path() + "/other";
  std::filesystem::create_directory(other);
  std::ofstream(other + "/portreeve.db-wal") << "old";
  EXPECT_EQ(code(restore(file, other)), Errc::exists);
  std::filesystem::remove(other + "/portreeve.db-wal");
  EXPECT_EQ(code(restore(directory_.path() + "/missing", other)), Errc::io);
  std::ofstream(directory_.path() + "/text") << "this is no database, and it is long enough to be looked at";
  EXPECT_EQ(code(restore(directory_.path() + "/text", other)), Errc::corrupt);
  EXPECT_TRUE(restore(file, other));
}

TEST_F(UpkeepTest, AForeignOrNewerFileIsRefused) {
  damage("PRAGMA user_version = 99");
  EXPECT_EQ(code(open(options_)), Errc::invalid);
  damage("PRAGMA user_version = 1; PRAGMA application_id = 7");
  EXPECT_EQ(code(open(options_)), Errc::invalid);
}

TEST_F(UpkeepTest, AWholeStoreHasNoFindings) {
  deliver(inbox_, "one", {.system = kSeen, .keywords = {}});
  deliver(inbox_, "two");
  copy(inbox_, {kAll}, mailbox(account_, "Sent"));
  expunge(inbox_, {{1, 1}}, false);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(UpkeepTest, DamageIsFoundAndMended) {
  deliver(inbox_, "one");
  deliver(inbox_, "two");
  copy(inbox_, {{2, 2}}, mailbox(account_, "Sent"));
  struct Row {
    std::string damage;
    std::string finding;
  };
  const std::vector<Row> rows = {
      {"UPDATE mailbox SET messages = 7 WHERE name = 'INBOX'",
       "INBOX of alice@example.test counts 7 messages and has 2"},
      {"UPDATE mailbox SET unseen = 0 WHERE name = 'INBOX'", "counts 2 messages and has 2, or counts others wrongly"},
      {"UPDATE mailbox SET uid_next = 2 WHERE name = 'INBOX'", "would give out UID 2"},
      {"UPDATE mailbox SET mod_seq = 1 WHERE name = 'INBOX'", "mod-sequence 1 again"},
      {"DELETE FROM summary WHERE body = (SELECT min(body) FROM summary)",
       "UID 1 in INBOX of alice@example.test has lost its summary"},
      {"UPDATE summary SET data = x'00' WHERE body = (SELECT max(body) FROM summary)", "has lost its summary"},
      {"INSERT INTO chunk VALUES (77777 << 16, 'x')", "1 bodies belong to no message"},
      {"DELETE FROM shared", "1 bodies aren't known to be shared"},
      {"INSERT INTO address VALUES ('x@example.test', 99)", "x@example.test belongs to no account"},
      {"DELETE FROM address", "alice@example.test has no address"},
      {"INSERT INTO block VALUES (999 << 32 | 1, (SELECT data FROM block LIMIT 1))", "mailbox 999, which is gone"},
      {"INSERT INTO doomed VALUES (1, x'ff')", "list of removed bodies is damaged"},
      {"UPDATE mailbox SET account = 99 WHERE name = 'Junk'", "Junk (4) belongs to no account"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.damage);
    damage(row.damage);
    reopen();
    EXPECT_THAT(problems(), ElementsAre(testing::AllOf(HasSubstr(row.finding), HasSubstr("(mendable)"))));
    EXPECT_THAT(problems(true), ElementsAre(HasSubstr("(mended)")));
    store_->settle();
    EXPECT_THAT(problems(), IsEmpty());
  }
  EXPECT_EQ(show(inbox_), "1 2");
  EXPECT_EQ(deliver(inbox_, "three"), 3U);
  EXPECT_NE(store_->directory()->find_address("alice@example.test"), nullptr);
}

TEST_F(UpkeepTest, ACheckThatEndsEarlyCallsNoBodyLost) {
  deliver(inbox_, "one");
  damage(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 10001) "
      "INSERT INTO mailbox(account, name, special_use, uid_validity, messages) "
      "SELECT account, '0' || i, 0, 1, 7 FROM n, mailbox WHERE name = 'INBOX'");
  reopen();
  const std::vector<std::string> found = problems();
  EXPECT_THAT(found.back(), HasSubstr("there is more"));
  EXPECT_THAT(found, testing::Each(testing::Not(HasSubstr("belong to no message"))));
}

TEST_F(UpkeepTest, AShortMapOfSharedBodiesIsMadeWhole) {
  deliver(inbox_, "one");
  copy(inbox_, {kAll}, mailbox(account_, "Sent"));
  damage("UPDATE shared SET bits = x''");
  reopen();
  EXPECT_TRUE(copy(inbox_, {kAll}, mailbox(account_, "Sent")));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(UpkeepTest, LossesAreReportedAndNotMended) {
  deliver(inbox_, "one");
  struct Row {
    std::string damage;
    std::string finding;
  };
  for (const Row& row : std::vector<Row>{
           {"UPDATE chunk SET data = 'on'", "UID 1 in INBOX of alice@example.test should have 3 bytes and has 2"},
           {"DELETE FROM chunk", "UID 1 in INBOX of alice@example.test has lost its text"},
           {"UPDATE block SET data = x'0102'", "messages of INBOX of alice@example.test from UID 1 on are damaged"},
       }) {
    SCOPED_TRACE(row.damage);
    damage(row.damage);
    reopen();
    EXPECT_THAT(problems(true),
                testing::Contains(testing::AllOf(HasSubstr(row.finding), testing::Not(HasSubstr("mend")))));
  }
  EXPECT_EQ(code(store_->snapshot(inbox_)), Errc::corrupt);
  EXPECT_EQ(deliver(mailbox(account_, "Sent"), "the others go on"), 1U);
}

class FullDiskTest : public UpkeepTest {
 protected:
  FullDiskTest() {
    hooks_.free_bytes = [this] { return free_.load(); };
    options_.reserve_bytes = 1 << 20;
    reopen();
  }
  ~FullDiskTest() override { shut(); }
  std::string ballast() const { return path() + "/portreeve.ballast"; }
  Result<std::vector<Appended>> try_deliver() {
    return wait<std::vector<Appended>>(
        [&](auto done) { store_->deliver(delivery_of("x", {{inbox_, {}}}), std::move(done)); });
  }

  std::atomic<std::uint64_t> free_ = 1 << 30;
};

TEST_F(FullDiskTest, BelowTheReserveNewMailIsRefusedAndOldMailCanGo) {
  deliver(inbox_, "one");
  EXPECT_TRUE(store_->has_room());
  free_ = (1 << 20) - 1;
  EXPECT_EQ(code(try_deliver()), Errc::disk_full);
  EXPECT_FALSE(store_->has_room());
  EXPECT_EQ(body(snapshot(inbox_)->at(1).body), "one");
  EXPECT_TRUE(expunge(inbox_, {kAll}, false));
  free_ = 1 << 20;
  EXPECT_TRUE(try_deliver());
  EXPECT_TRUE(store_->has_room());
}

TEST_F(FullDiskTest, TheBallastIsMadeWhenThereIsPlentyOfRoom) {
  EXPECT_EQ(std::filesystem::file_size(ballast()), 16U << 20);
  shut();
  std::filesystem::remove(ballast());
  free_ = 4 << 20;
  reopen();
  EXPECT_FALSE(std::filesystem::exists(ballast()));
}

TEST_F(FullDiskTest, AFullFileFailsWhatNeedsRoomAndNothingElse) {
  deliver(inbox_, "one");
  shut();
  // As many pages as there are, and a free list of none.
  hooks_.max_pages = 40;
  reopen();
  const auto refused = wait<std::vector<Appended>>(
      [&](auto done) { store_->deliver(delivery_of(std::string(4 << 20, 'x'), {{inbox_, {}}}), std::move(done)); });
  EXPECT_EQ(code(refused), Errc::disk_full);
  EXPECT_FALSE(std::filesystem::exists(ballast()));
  EXPECT_EQ(show(inbox_), "1");
  EXPECT_TRUE(expunge(inbox_, {kAll}, false));
  EXPECT_EQ(show(inbox_), "");
}

}  // namespace
}  // namespace portreeve::store::sqlite
