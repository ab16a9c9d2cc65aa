// Databases that earlier versions left.
#include <gmock/gmock.h>

#include "storage/sqlite/bodies.h"
#include "storage/sqlite/packing.h"
#include "storage/sqlite/schema.h"
#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// As version 1 made it, word by word.
constexpr const char* kVersion1 = R"sql(
PRAGMA page_size = 16384;
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('uid_validity', 0), ('next_body', 1);
CREATE TABLE domain(name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE account(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL UNIQUE,
  verifier TEXT NOT NULL,
  created INTEGER NOT NULL,
  is_enabled INTEGER NOT NULL DEFAULT 1);
CREATE TABLE address(address TEXT PRIMARY KEY, account INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX address_account ON address(account);
CREATE TABLE mailbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL,
  name TEXT NOT NULL,
  special_use INTEGER NOT NULL,
  uid_validity INTEGER NOT NULL,
  uid_next INTEGER NOT NULL DEFAULT 1,
  mod_seq INTEGER NOT NULL DEFAULT 1,
  first_recent INTEGER NOT NULL DEFAULT 1,
  messages INTEGER NOT NULL DEFAULT 0,
  unseen INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  keywords TEXT NOT NULL DEFAULT '',
  UNIQUE(account, name));
CREATE TABLE subscription(account INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY(account, name)) WITHOUT ROWID;
CREATE TABLE block(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE expunged(
  mailbox INTEGER NOT NULL, mod_seq INTEGER NOT NULL, uids BLOB NOT NULL, PRIMARY KEY(mailbox, mod_seq)) WITHOUT ROWID;
CREATE TABLE chunk(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE summary(body INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE staging(body INTEGER PRIMARY KEY);
CREATE TABLE doomed(id INTEGER PRIMARY KEY, bodies BLOB NOT NULL);
CREATE TABLE shared(id INTEGER PRIMARY KEY, bits BLOB NOT NULL);
INSERT INTO domain VALUES ('example.test');
INSERT INTO account(id, address, verifier, created) VALUES (7, 'Alice@example.test', 'v', 1000);
INSERT INTO address VALUES ('alice@example.test', 7);
INSERT INTO mailbox(id, account, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, bytes)
  VALUES (3, 7, 'INBOX', 0, 99, 6, 4, 1, 1, 5);
UPDATE meta SET value = 99 WHERE key = 'uid_validity';
UPDATE meta SET value = 50 WHERE key = 'next_body';
PRAGMA application_id = 0x706f7274;
PRAGMA user_version = 1;
)sql";

class MigrationTest : public StoreTest {
 protected:
  static void make_version_1(const std::string& file) {
    Connection connection(file, Connection::Use::writer);
    connection.script(kVersion1);
    const std::string text = "hello";
    const Message message{.uid = 5, .size = 5, .pop3_size = 7, .mod_seq = 4, .internal_date = 12, .body = 20};
    connection.run("INSERT INTO block(id, data) VALUES (?, ?)", block_row(3, 5), Blob{pack_block({message})});
    write_body_tail(connection, 20, 0, text);
    write_summary(connection, 20, mime::summarize(text));
  }
  void expect_mail() {
    const Account* alice = store_->directory()->find_address("alice@example.test");
    ASSERT_NE(alice, nullptr);
    EXPECT_EQ(alice->id, 7);
    EXPECT_EQ(alice->verifier, "v");
    EXPECT_EQ(alice->quota_bytes, 0U);
    EXPECT_FALSE(alice->is_from_file);
    EXPECT_EQ(store_->inbox(7), 3);
    EXPECT_EQ(show(3), "5");
    EXPECT_EQ(snapshot(3)->uid_validity, 99U);
    EXPECT_EQ(body(snapshot(3)->at(1).body), "hello");
    EXPECT_EQ(store_->usage(7).bytes, 5U);
    EXPECT_THAT(problems(), IsEmpty());
  }
  std::int64_t version() {
    Connection connection(database_path(path()), Connection::Use::reader);
    return schema_version(connection);
  }
};

TEST_F(MigrationTest, AnOlderDatabaseKeepsItsMail) {
  shut();
  std::filesystem::remove_all(path());
  std::filesystem::create_directory(path());
  make_version_1(database_path(path()));
  ASSERT_EQ(version(), 1);
  for (int round = 0; round < 2; ++round) {
    reopen();
    EXPECT_EQ(version(), kSchemaVersion);
    expect_mail();
  }
  EXPECT_EQ(deliver(3, "more"), 6U);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->set_annotations(7, 3, {{"/private/a", "b"}}, std::move(done)); }));
  EXPECT_TRUE(wait<void>([&](auto done) {
    store_->set_alias({.address = "x@example.test", .members = {"alice@example.test"}}, std::move(done));
  }));
}

TEST_F(MigrationTest, AnOlderBackupIsRestored) {
  shut();
  std::filesystem::remove_all(path());
  const std::string file = directory_.path() + "/backup";
  make_version_1(file);
  const auto restored = restore(file, path());
  ASSERT_TRUE(restored) << restored.error().detail;
  reopen();
  EXPECT_EQ(version(), kSchemaVersion);
  expect_mail();
}

TEST_F(MigrationTest, ANewerDatabaseIsLeftAlone) {
  damage("PRAGMA user_version = 1000");
  EXPECT_EQ(code(open(options_)), Errc::invalid);
}

}  // namespace
}  // namespace portreeve::store::sqlite
