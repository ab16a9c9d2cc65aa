// Databases that earlier versions left.
#include <gmock/gmock.h>

#include "storage/sqlite/bodies.h"
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
INSERT INTO mailbox(id, account, name, special_use, uid_validity) VALUES
  (4, 7, 'Other Users', 0, 97), (5, 7, 'Other Users/a', 0, 98), (6, 7, 'Other Usersx', 0, 96);
INSERT INTO subscription VALUES (7, 'INBOX'), (7, 'Other Users/a');
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
    // UID 5, 5 bytes, 7 as POP3 sends it, mod-sequence 4, no flags, the date 12, body 20; as version 1 packed it.
    const std::string block("\x01\x01\x05\x05\x04\x08\x00\x18\x28", 9);
    connection.run("INSERT INTO block(id, data) VALUES (?, ?)", block_row(3, 5), Blob{block});
    write_body_tail(connection, 20, 0, text);
    write_summary(connection, 20, mime::summarize(text));
  }
  void expect_mail() {
    const Account* alice = store_->directory()->find_address("alice@example.test");
    ASSERT_NE(alice, nullptr);
    EXPECT_EQ(alice->id, 7);
    EXPECT_EQ(alice->verifier, "v");
    EXPECT_EQ(alice->quota_bytes, 0U);
    EXPECT_EQ(alice->quota_messages, 0U);
    EXPECT_EQ(alice->quota_mailboxes, 0U);
    EXPECT_FALSE(alice->is_from_file);
    EXPECT_EQ(store_->inbox(7), 3);
    EXPECT_EQ(show(3), "5");
    EXPECT_EQ(snapshot(3)->uid_validity, 99U);
    EXPECT_EQ(body(snapshot(3)->at(1).body), "hello");
    EXPECT_EQ(snapshot(3)->at(1).save_date, 0U);
    EXPECT_EQ(store_->usage(7).bytes, 5U);
    // The namespace of that name would hide them.
    EXPECT_THAT(names(7), ElementsAre("INBOX", "Other Users (own)", "Other Users (own)/a", "Other Usersx"));
    EXPECT_THAT(store_->mailboxes(7).value()->subscribed, ElementsAre("INBOX", "Other Users (own)/a"));
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
  reopen();
  EXPECT_EQ(snapshot(3)->at(1).save_date, 0U);
  EXPECT_NE(snapshot(3)->at(2).save_date, 0U);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->set_quota(7, {.messages = 2}, std::move(done)); }));
  EXPECT_EQ(store_->directory()->find(7)->quota_messages, 2U);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->set_annotations(7, 3, {{"/private/a", "b"}}, std::move(done)); }));
  EXPECT_TRUE(wait<std::string>([&](auto done) { store_->keep_access_key(7, 3, "key", false, std::move(done)); }));
  const MailboxId other = mailbox(7, "Other Usersx");
  EXPECT_TRUE(wait<void>(
      [&](auto done) { store_->set_acl(other, {.account = 0}, AclChange::replace, kLookup, std::move(done)); }));
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

// Older versions kept names as clients spelled them.
TEST_F(MigrationTest, NamesAreComposed) {
  shut();
  std::filesystem::remove_all(path());
  std::filesystem::create_directory(path());
  make_version_1(database_path(path()));
  {
    Connection connection(database_path(path()), Connection::Use::writer);
    const auto add = [&](MailboxId id, std::string_view name) {
      connection.run("INSERT INTO mailbox(id, account, name, special_use, uid_validity) VALUES (?, 7, ?, 0, ?)", id,
                     name, id);
      connection.run("INSERT INTO subscription VALUES (7, ?)", name);
    };
    add(10, "Cafe\u0301");
    add(11, "Cafe\u0301/O\u0308l");
    add(12, "Tu\u0308r");
    add(13, "T\u00fcr");
    add(14, "T\u00fcr (2)");
    connection.run("INSERT INTO subscription VALUES (7, ?)", "gone/e\u0301");
  }
  for (int round = 0; round < 2; ++round) {
    reopen();
    EXPECT_THAT(names(7),
                ElementsAre("Caf\u00e9", "Caf\u00e9/\u00d6l", "INBOX", "Other Users (own)", "Other Users (own)/a",
                            "Other Usersx", "T\u00fcr", "T\u00fcr (2)", "T\u00fcr (3)"));
    EXPECT_THAT(store_->mailboxes(7).value()->subscribed,
                ElementsAre("Caf\u00e9", "Caf\u00e9/\u00d6l", "INBOX", "Other Users (own)/a", "T\u00fcr",
                            "T\u00fcr (2)", "T\u00fcr (3)", "gone/\u00e9"));
    EXPECT_EQ(mailbox(7, "Caf\u00e9/\u00d6l"), 11);
    EXPECT_EQ(mailbox(7, "T\u00fcr"), 13);
    EXPECT_EQ(mailbox(7, "T\u00fcr (3)"), 12);
    EXPECT_EQ(show(3), "5");
    EXPECT_THAT(problems(), IsEmpty());
  }
}

// Then the namespace of others' mailboxes would hide what is in it.
TEST_F(MigrationTest, NoMailboxKeepsTheNameOfOthersMailboxes) {
  shut();
  std::filesystem::remove_all(path());
  std::filesystem::create_directory(path());
  make_version_1(database_path(path()));
  Connection(database_path(path()), Connection::Use::writer).script(R"sql(
    INSERT INTO mailbox(id, account, name, special_use, uid_validity) VALUES
      (20, 7, 'Other Users (own)', 0, 20), (21, 7, 'Other Users (own)/a', 0, 21), (22, 7, 'Other Users/b', 0, 22);
    INSERT INTO subscription VALUES (7, 'Other Users (own)/a');
  )sql");
  for (int round = 0; round < 2; ++round) {
    reopen();
    EXPECT_THAT(names(7), ElementsAre("INBOX", "Other Users (own)", "Other Users (own) (2)", "Other Users (own)/a",
                                      "Other Users (own)/a (2)", "Other Users (own)/b", "Other Usersx"));
    EXPECT_EQ(mailbox(7, "Other Users (own)"), 20);
    EXPECT_EQ(mailbox(7, "Other Users (own) (2)"), 4);
    EXPECT_EQ(mailbox(7, "Other Users (own)/a (2)"), 5);
    EXPECT_THAT(store_->mailboxes(7).value()->subscribed,
                ElementsAre("INBOX", "Other Users (own)/a", "Other Users (own)/a (2)"));
    EXPECT_THAT(problems(), IsEmpty());
  }
}

TEST_F(MigrationTest, ANewerDatabaseIsLeftAlone) {
  damage("PRAGMA user_version = 1000");
  EXPECT_EQ(code(open(options_)), Errc::invalid);
}

}  // namespace
}  // namespace portreeve::store::sqlite
