// A real store in a directory of its own, with calls that wait for the writer.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "storage/sqlite/sqlite_store.h"

namespace portreeve::store::sqlite {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Submits and waits: wait<void>([&](auto done) { store.add_domain("d", std::move(done)); }).
template <class T, class Submit>
Result<T> wait(Submit submit) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  submit(Done<T>([promise](Result<T> result) { promise->set_value(std::move(result)); }));
  return future.get();
}

Delivery delivery_of(std::string text, std::vector<DeliveryTarget> targets);

class StoreTest : public testing::Test {
 protected:
  StoreTest() { reopen(); }

  // Closes the store, if it is open, and opens it again.
  void reopen();
  void shut() { store_.reset(); }

  AccountId add_account(const std::string& address);
  MailboxId mailbox(AccountId account, std::string_view name);
  MailboxId create(AccountId account, std::string name);
  Uid deliver(MailboxId mailbox, std::string text, FlagList flags = {});
  std::string body(BodyId body);
  SnapshotPtr snapshot(MailboxId mailbox) { return store_->snapshot(mailbox).value(); }
  // "1:5" as UIDs and flags in letters, such as "1 2SF 5D".
  std::string show(MailboxId mailbox);
  Result<FlagsChanged> flag(MailboxId mailbox, UidSet uids, FlagChange change, FlagList flags);
  Result<Expunged> expunge(MailboxId mailbox, UidSet uids, bool only_deleted = true);
  Result<Copied> copy(MailboxId from, UidSet uids, MailboxId to);
  Result<Copied> move(MailboxId from, UidSet uids, MailboxId to);
  std::vector<std::string> names(AccountId account);
  std::vector<std::string> problems(bool mend = false);
  // Of the closed store's file.
  void damage(const std::string& sql);
  std::int64_t count(const std::string& table);
  std::string path() const { return directory_.path() + "/store"; }

  TemporaryDirectory directory_;
  Options options_;
  Hooks hooks_;
  std::unique_ptr<SqliteStore> store_;
};

constexpr UidRange kAll{1, UINT32_MAX};

// The code of a failure, or nullopt.
template <class T>
std::optional<Errc> code(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

}  // namespace portreeve::store::sqlite
