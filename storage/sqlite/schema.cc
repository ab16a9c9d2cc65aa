#include "storage/sqlite/schema.h"

#include <array>

namespace portreeve::store::sqlite {
namespace {

// "port", so that file(1) and a foreign SQLite file can be told apart.
constexpr std::int64_t kApplicationId = 0x706f7274;

// meta      uid_validity: the last one given out; next_body: no body id from here on was ever used;
//           composed_names: 1 once all names of mailboxes are in NFC.
//           search: the number of the search index, if there is one.
// block     up to 256 messages of a mailbox, packed; id = mailbox << 32 | the UID that it began with.
// expunged  what left a mailbox at one mod-sequence, packed ranges; the oldest are dropped beyond a number of rows.
// chunk     256 KiB of a body each; id = body << 16 | chunk. Never changed.
// staging   bodies that are coming in; what is left of them at a start is swept.
// doomed    packed lists of bodies that left a mailbox and may have to go.
// shared    bit maps of the bodies that more than one message may refer to; id = body / 4096.
constexpr const char* kVersion1 = R"sql(
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
)sql";

// alias         an address that leads to others; `address` is its key, `shown` how it was written.
// alias_member  `address` as it was written, which the directory's look-ups take as any other.
// held          messages to be delivered later; each has a body that no mailbox refers to.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE account ADD COLUMN quota_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN is_from_file INTEGER NOT NULL DEFAULT 0;
CREATE TABLE alias(
  address TEXT PRIMARY KEY,
  shown TEXT NOT NULL,
  kind INTEGER NOT NULL,
  owner TEXT NOT NULL,
  since INTEGER NOT NULL,
  is_from_file INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE alias_member(
  alias TEXT NOT NULL, position INTEGER NOT NULL, address TEXT NOT NULL, PRIMARY KEY(alias, position)) WITHOUT ROWID;
CREATE TABLE delegate(owner INTEGER NOT NULL, delegate INTEGER NOT NULL, PRIMARY KEY(owner, delegate)) WITHOUT ROWID;
CREATE TABLE held(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL,
  release_at INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  body INTEGER NOT NULL,
  size INTEGER NOT NULL,
  pop3_size INTEGER NOT NULL);
CREATE INDEX held_release ON held(release_at);
CREATE INDEX held_account ON held(account);
CREATE TABLE note(name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
)sql";

// annotation  small texts about a mailbox, or, under mailbox 0, about the account itself.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE annotation(
  account INTEGER NOT NULL,
  mailbox INTEGER NOT NULL,
  entry TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY(account, mailbox, entry));
)sql";

// access_key  an account's secrets to mailboxes, its own or others'.
// Limits of an account beside that of bytes; 0: none. Blocks may have save dates from here on; older ones are read as
// they are.
// acl  what others than its owner may do with a mailbox; account 0 is everybody.
// Mailboxes called "Other Users" make room for the namespace of that name (RFC 2342), which would hide them.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE access_key(
  mailbox INTEGER NOT NULL, account INTEGER NOT NULL, key BLOB NOT NULL, PRIMARY KEY(mailbox, account)) WITHOUT ROWID;
CREATE INDEX access_key_account ON access_key(account);
ALTER TABLE account ADD COLUMN quota_messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN quota_mailboxes INTEGER NOT NULL DEFAULT 0;
CREATE TABLE acl(
  mailbox INTEGER NOT NULL,
  account INTEGER NOT NULL,
  is_negative INTEGER NOT NULL,
  rights INTEGER NOT NULL,
  PRIMARY KEY(mailbox, account, is_negative)) WITHOUT ROWID;
CREATE INDEX acl_account ON acl(account);
CREATE INDEX annotation_mailbox ON annotation(mailbox);
UPDATE OR IGNORE mailbox SET name = 'Other Users (own)' || substr(name, 12)
  WHERE name = 'Other Users' OR (name > 'Other Users/' AND name < 'Other Users0');
UPDATE OR IGNORE subscription SET name = 'Other Users (own)' || substr(name, 12)
  WHERE name = 'Other Users' OR (name > 'Other Users/' AND name < 'Other Users0');
)sql";

// kMigrations[v] leads from version v to v + 1.
constexpr std::array<const char*, kSchemaVersion> kMigrations = {kVersion1, kVersion2, kVersion3, kVersion4};

void refuse_foreign(Connection& connection, std::int64_t version) {
  if (version > kSchemaVersion) {
    fail(Errc::invalid, "the store was made by a newer Portreeve (layout " + std::to_string(version) +
                            ", this one knows " + std::to_string(kSchemaVersion) + ")");
  }
  const bool is_empty = connection.number("SELECT count(*) FROM sqlite_schema", 0) == 0;
  if (!is_empty && connection.number("PRAGMA application_id", 0) != kApplicationId) {
    fail(Errc::invalid, "the database is not Portreeve's");
  }
}

std::string journal_mode(Connection& connection) {
  Query query(connection, "PRAGMA journal_mode");
  return query.step() ? std::string(query.text(0)) : std::string();
}

}  // namespace

std::int64_t schema_version(Connection& connection) {
  const std::int64_t version = connection.number("PRAGMA user_version", 0);
  refuse_foreign(connection, version);
  return version;
}

void prepare_schema(Connection& writer) {
  std::int64_t version = schema_version(writer);
  if (version == 0) {
    // These two count only before the first table is made, and auto_vacuum can't be switched on later.
    writer.script("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
  }
  // Some file systems can't give the shared memory that it needs; SQLite then goes on without saying so.
  writer.script("PRAGMA journal_mode = WAL");
  if (journal_mode(writer) != "wal") fail(Errc::io, "the file system can't hold a write-ahead log");
  writer.script("PRAGMA synchronous = FULL");
  writer.script("PRAGMA wal_autocheckpoint = 0");
  writer.script("PRAGMA journal_size_limit = 67108864");
  writer.script("PRAGMA foreign_keys = 0; PRAGMA temp_store = MEMORY");
  for (; version < kSchemaVersion; ++version) {
    try {
      writer.script("BEGIN IMMEDIATE");
      writer.script(kMigrations[static_cast<std::size_t>(version)]);
      writer.script("PRAGMA application_id = " + std::to_string(kApplicationId));
      writer.script("PRAGMA user_version = " + std::to_string(version + 1));
      writer.script("COMMIT");
    } catch (...) {
      writer.roll_back();
      throw;
    }
  }
}

}  // namespace portreeve::store::sqlite
