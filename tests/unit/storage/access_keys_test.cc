// An account's secrets to mailboxes.
#include <gmock/gmock.h>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::IsEmpty;

class AccessKeysTest : public StoreTest {
 protected:
  AccessKeysTest()
      : alice_(add_account("alice@example.test")),
        bob_(add_account("bob@example.test")),
        inbox_(store_->inbox(alice_)) {}

  Result<std::string> keep(AccountId account, MailboxId mailbox, std::string key, bool replaces = false) {
    return wait<std::string>(
        [&](auto done) { store_->keep_access_key(account, mailbox, std::move(key), replaces, std::move(done)); });
  }
  std::string key(AccountId account, MailboxId mailbox) { return store_->access_key(account, mailbox).value(); }

  AccountId alice_;
  AccountId bob_;
  MailboxId inbox_;
};

TEST_F(AccessKeysTest, TheFirstCountsUntilItIsReplaced) {
  EXPECT_EQ(key(alice_, inbox_), "");
  EXPECT_EQ(keep(alice_, inbox_, std::string("a\0b", 3)).value(), std::string("a\0b", 3));
  EXPECT_EQ(keep(alice_, inbox_, "second").value(), std::string("a\0b", 3));
  EXPECT_EQ(keep(bob_, inbox_, "bob's").value(), "bob's");
  reopen();
  EXPECT_EQ(key(alice_, inbox_), std::string("a\0b", 3));
  EXPECT_EQ(keep(alice_, inbox_, "third", true).value(), "third");
  EXPECT_EQ(key(alice_, inbox_), "third");
  EXPECT_EQ(key(bob_, inbox_), "bob's");
  EXPECT_EQ(code(keep(alice_, inbox_, "")), Errc::invalid);
  EXPECT_EQ(code(keep(alice_, inbox_, std::string(65, 'x'))), Errc::invalid);
  EXPECT_EQ(code(keep(alice_, 4711, "x")), Errc::not_found);
  EXPECT_EQ(code(keep(4711, inbox_, "x")), Errc::not_found);
}

TEST_F(AccessKeysTest, GoWithMailboxAndAccount) {
  const MailboxId work = create(alice_, "Work");
  EXPECT_TRUE(keep(alice_, work, "1"));
  EXPECT_TRUE(keep(bob_, work, "2"));
  EXPECT_TRUE(keep(bob_, inbox_, "3"));
  EXPECT_TRUE(keep(alice_, inbox_, "4"));
  EXPECT_TRUE(wait<void>([&](auto done) { store_->rename_mailbox(alice_, "Work", "Play", std::move(done)); }));
  EXPECT_EQ(key(alice_, work), "1");
  EXPECT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(alice_, "Play", std::move(done)); }));
  EXPECT_EQ(key(alice_, work), "");
  EXPECT_EQ(key(bob_, work), "");
  EXPECT_TRUE(wait<void>([&](auto done) { store_->remove_account(bob_, std::move(done)); }));
  EXPECT_EQ(key(bob_, inbox_), "");
  EXPECT_EQ(key(alice_, inbox_), "4");
  EXPECT_TRUE(wait<void>([&](auto done) { store_->drop_access_keys(alice_, std::move(done)); }));
  EXPECT_EQ(key(alice_, inbox_), "");
}

TEST_F(AccessKeysTest, ACheckMissesTheirMailbox) {
  EXPECT_TRUE(keep(alice_, inbox_, "1"));
  EXPECT_THAT(problems(), IsEmpty());
  damage("INSERT INTO access_key(mailbox, account, key) VALUES (4711, 1, x'00')");
  reopen();
  EXPECT_EQ(problems(true).size(), 1U);
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(key(alice_, inbox_), "1");
}

}  // namespace
}  // namespace portreeve::store::sqlite
