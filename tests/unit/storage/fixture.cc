#include "tests/unit/storage/fixture.h"

#include <cstdlib>

namespace portreeve::store::sqlite {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "portreeve-store-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Delivery delivery_of(std::string text, std::vector<DeliveryTarget> targets) {
  Delivery delivery;
  delivery.body.summary = mime::summarize(text);
  delivery.body.tail = std::move(text);
  delivery.targets = std::move(targets);
  delivery.internal_date = 1'700'000'000;
  return delivery;
}

void StoreTest::reopen() {
  store_.reset();
  options_.directory = path();
  options_.readers = 2;
  try {
    store_ = std::make_unique<SqliteStore>(options_, hooks_);
  } catch (const Failure& failure) {
    FAIL() << failure.what();
  }
}

AccountId StoreTest::add_account(const std::string& address) {
  const auto added = wait<void>([&](auto done) { store_->add_accounts({{address, "verifier"}}, std::move(done)); });
  EXPECT_TRUE(added) << added.error().detail;
  return store_->directory()->find_address(address)->id;
}

MailboxId StoreTest::mailbox(AccountId account, std::string_view name) {
  const MailboxListPtr list = store_->mailboxes(account).value();
  const MailboxInfo* info = list->find(name);
  return info == nullptr ? 0 : info->id;
}

MailboxId StoreTest::create(AccountId account, std::string name) {
  return wait<MailboxId>(
             [&](auto done) { store_->create_mailbox(account, std::move(name), SpecialUse::none, std::move(done)); })
      .value();
}

Uid StoreTest::deliver(MailboxId mailbox, std::string text, FlagList flags) {
  auto appended = wait<std::vector<Appended>>([&](auto done) {
    store_->deliver(delivery_of(std::move(text), {{mailbox, std::move(flags)}}), std::move(done));
  });
  EXPECT_TRUE(appended) << appended.error().detail;
  return appended ? appended->front().uid : 0;
}

std::string StoreTest::body(BodyId body) {
  std::string text;
  const auto read = store_->read_body(body, 0, UINT64_MAX, text);
  EXPECT_TRUE(read) << read.error().detail;
  return text;
}

std::string StoreTest::show(MailboxId mailbox) {
  const SnapshotPtr state = snapshot(mailbox);
  std::string shown;
  for (std::uint32_t i = 1; i <= state->exists(); ++i) {
    const Message& message = state->at(i);
    if (!shown.empty()) shown += ' ';
    shown += std::to_string(message.uid);
    if ((message.flags & kSeen) != 0) shown += 'S';
    if ((message.flags & kAnswered) != 0) shown += 'A';
    if ((message.flags & kFlagged) != 0) shown += 'F';
    if ((message.flags & kDeleted) != 0) shown += 'D';
    for (std::size_t k = 0; k < state->keywords->size(); ++k) {
      if ((message.flags >> (kFirstKeywordBit + k) & 1) != 0) shown += "[" + (*state->keywords)[k] + "]";
    }
  }
  return shown;
}

Result<FlagsChanged> StoreTest::flag(MailboxId mailbox, UidSet uids, FlagChange change, FlagList flags) {
  return wait<FlagsChanged>(
      [&](auto done) { store_->change_flags(mailbox, std::move(uids), change, std::move(flags), std::move(done)); });
}

Result<Expunged> StoreTest::expunge(MailboxId mailbox, UidSet uids, bool only_deleted) {
  return wait<Expunged>([&](auto done) { store_->expunge(mailbox, std::move(uids), only_deleted, std::move(done)); });
}

Result<Copied> StoreTest::copy(MailboxId from, UidSet uids, MailboxId to) {
  return wait<Copied>([&](auto done) { store_->copy(from, std::move(uids), to, std::move(done)); });
}

Result<Copied> StoreTest::move(MailboxId from, UidSet uids, MailboxId to) {
  return wait<Copied>([&](auto done) { store_->move(from, std::move(uids), to, std::move(done)); });
}

std::vector<std::string> StoreTest::names(AccountId account) {
  std::vector<std::string> all;
  for (const MailboxInfo& info : store_->mailboxes(account).value()->mailboxes) all.push_back(info.name);
  return all;
}

std::vector<std::string> StoreTest::problems(bool mend) {
  std::vector<std::string> all;
  const auto findings = wait<std::vector<Store::Finding>>([&](auto done) { store_->check(mend, std::move(done)); });
  EXPECT_TRUE(findings) << findings.error().detail;
  for (const Store::Finding& finding : *findings) {
    all.push_back(finding.what + (finding.is_mended ? " (mended)" : finding.is_mendable ? " (mendable)" : ""));
  }
  return all;
}

void StoreTest::damage(const std::string& sql) {
  shut();
  Connection connection(database_path(path()), Connection::Use::upkeep);
  connection.script(sql);
}

std::int64_t StoreTest::count(const std::string& table) {
  const std::string sql = "SELECT count(*) FROM " + table;
  Connection connection(database_path(path()), Connection::Use::reader);
  Query query(connection, sql);
  return query.step() ? query.integer(0) : -1;
}

}  // namespace portreeve::store::sqlite
