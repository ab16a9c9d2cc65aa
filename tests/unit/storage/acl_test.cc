// Who may do what with others' mailboxes.
#include "storage/acl.h"

#include <gmock/gmock.h>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr AclSubject kEverybody{};

class AclTest : public StoreTest {
 protected:
  AclTest() : alice_(add_account("alice@example.test")), bob_(add_account("bob@example.test")) {
    work_ = create(alice_, "Work");
  }

  std::optional<Errc> set(MailboxId mailbox, AclSubject subject, Rights rights, AclChange change = AclChange::replace) {
    return code(wait<void>([&](auto done) { store_->set_acl(mailbox, subject, change, rights, std::move(done)); }));
  }
  Rights rights(MailboxId mailbox, AccountId account) { return store_->acls()->rights(alice_, mailbox, account); }
  std::vector<MailboxId> shared_with(AccountId account) {
    std::vector<MailboxId> mailboxes;
    for (const Acls::Shared& each : store_->acls()->shared_with(account)) mailboxes.push_back(each.mailbox);
    return mailboxes;
  }

  AccountId alice_;
  AccountId bob_;
  MailboxId work_ = 0;
};

TEST_F(AclTest, StaysUntilItIsChanged) {
  EXPECT_EQ(rights(work_, alice_), kAllRights);
  EXPECT_EQ(rights(work_, bob_), 0);
  EXPECT_EQ(set(work_, {bob_}, kLookup | kRead), std::nullopt);
  EXPECT_EQ(rights(work_, bob_), kLookup | kRead);
  EXPECT_EQ(set(work_, {bob_}, kInsert, AclChange::add), std::nullopt);
  EXPECT_EQ(set(work_, {bob_}, kLookup | kPost, AclChange::remove), std::nullopt);
  reopen();
  EXPECT_EQ(rights(work_, bob_), kRead | kInsert);
  EXPECT_THAT(shared_with(bob_), ElementsAre(work_));
  EXPECT_EQ(store_->acls()->rights_anywhere(alice_, bob_), kRead | kInsert);
  EXPECT_THAT(shared_with(alice_), IsEmpty());
  EXPECT_EQ(set(work_, {bob_}, kAllRights, AclChange::remove), std::nullopt);
  EXPECT_THAT(store_->acls()->entries(alice_, work_), IsEmpty());
  EXPECT_FALSE(store_->acls()->shares(alice_, bob_));
  EXPECT_EQ(store_->acls()->rights_anywhere(alice_, bob_), 0);
  EXPECT_EQ(count("acl"), 0);
}

TEST_F(AclTest, AddsUpWhatEntriesGiveAndTakesWhatTheNegativeOnesTake) {
  EXPECT_EQ(set(work_, kEverybody, kLookup | kRead | kWrite), std::nullopt);
  EXPECT_EQ(set(work_, {bob_}, kInsert), std::nullopt);
  EXPECT_EQ(set(work_, {bob_, true}, kWrite | kExpunge), std::nullopt);
  EXPECT_EQ(rights(work_, bob_), kLookup | kRead | kInsert);
  EXPECT_EQ(set(work_, {0, true}, kRead), std::nullopt);
  EXPECT_EQ(rights(work_, bob_), kLookup | kInsert);
  EXPECT_EQ(rights(work_, alice_), kAllRights);
  EXPECT_THAT(store_->acls()->entries(alice_, work_),
              ElementsAre(AclEntry{{0, false}, kLookup | kRead | kWrite}, AclEntry{{0, true}, kRead},
                          AclEntry{{bob_, false}, kInsert}, AclEntry{{bob_, true}, kWrite | kExpunge}));
  // Rights on a mailbox are its owner's to give: another's id doesn't lead to them.
  EXPECT_EQ(store_->acls()->rights(bob_, work_, alice_), 0);
}

TEST_F(AclTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(set(work_, {alice_}, kRead), Errc::invalid);
  EXPECT_EQ(set(work_, {alice_, true}, kRead), Errc::invalid);
  EXPECT_EQ(set(work_, {12345}, kRead), Errc::not_found);
  EXPECT_EQ(set(12345, {bob_}, kRead), Errc::not_found);
  EXPECT_THAT(shared_with(bob_), IsEmpty());
}

TEST_F(AclTest, GoesOnToMailboxesBelow) {
  EXPECT_EQ(set(work_, {bob_}, kLookup), std::nullopt);
  const MailboxId below = create(alice_, "Work/2026/May");
  EXPECT_EQ(rights(below, bob_), kLookup);
  EXPECT_THAT(shared_with(bob_), ElementsAre(work_, mailbox(alice_, "Work/2026"), below));
  EXPECT_EQ(set(work_, {bob_}, 0), std::nullopt);
  EXPECT_EQ(rights(below, bob_), kLookup);

  EXPECT_TRUE(wait<void>([&](auto done) { store_->rename_mailbox(alice_, "Work/2026", "Old", std::move(done)); }));
  EXPECT_EQ(rights(mailbox(alice_, "Old/May"), bob_), kLookup);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(alice_, "Old", std::move(done)); }));
  EXPECT_THAT(shared_with(bob_), ElementsAre(below));
}

TEST_F(AclTest, GoesWithTheAccount) {
  EXPECT_EQ(set(work_, {bob_}, kLookup), std::nullopt);
  EXPECT_EQ(set(store_->inbox(bob_), {alice_}, kRead), std::nullopt);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->remove_account(bob_, std::move(done)); }));
  EXPECT_EQ(count("acl"), 0);
  EXPECT_THAT(store_->acls()->entries(alice_, work_), IsEmpty());
  EXPECT_THAT(shared_with(alice_), IsEmpty());
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(AclTest, HasSoManyEntriesAtMost) {
  for (std::size_t i = 0; i < kMaxAclEntries; ++i) {
    ASSERT_EQ(set(work_, {add_account("user" + std::to_string(i) + "@example.test")}, kLookup), std::nullopt);
  }
  EXPECT_EQ(set(work_, {bob_}, kLookup), Errc::limit);
  EXPECT_EQ(set(work_, kEverybody, 0), std::nullopt);
  EXPECT_EQ(set(work_, {add_account("late@example.test")}, kLookup), Errc::limit);
}

TEST_F(AclTest, IsMendedWhereItNamesWhatIsGone) {
  EXPECT_EQ(set(work_, {bob_}, kLookup), std::nullopt);
  damage("INSERT INTO acl VALUES (" + std::to_string(work_) + ", 777, 0, 1), (999, 0, 0, 1)");
  reopen();
  EXPECT_EQ(problems().size(), 2U);
  problems(true);
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(rights(work_, bob_), kLookup);
  EXPECT_EQ(rights(work_, 777), 0);
}

TEST_F(AclTest, LeavesFlagsAloneThatMayNotBeChanged) {
  deliver(work_, "one", {kSeen | kDeleted, {"old"}});
  const auto store = [&](FlagChange change, FlagList flags, Flags changeable) {
    return wait<FlagsChanged>([&](auto done) {
      store_->change_flags(work_, {kAll}, change, std::move(flags), std::nullopt, changeable, std::move(done));
    });
  };
  EXPECT_TRUE(store(FlagChange::replace, {kFlagged | kAnswered, {"new"}}, changeable_flags(kKeepSeen)));
  EXPECT_EQ(*snapshot(work_)->keywords, std::vector<std::string>{"old"});
  EXPECT_EQ(snapshot(work_)->at(1).flags, kDeleted | Flags{1} << kFirstKeywordBit);
  EXPECT_TRUE(store(FlagChange::replace, {kFlagged | kSeen, {"new"}}, changeable_flags(kWrite)));
  EXPECT_EQ(snapshot(work_)->at(1).flags, kDeleted | kFlagged | Flags{2} << kFirstKeywordBit);

  const MailboxId to = create(alice_, "To");
  ASSERT_TRUE(wait<Copied>([&](auto done) {
    store_->copy(work_, {kAll}, to, changeable_flags(kKeepSeen | kDeleteMessages), std::move(done));
  }));
  EXPECT_EQ(snapshot(to)->at(1).flags, kDeleted);
  EXPECT_TRUE(snapshot(to)->keywords->empty());
}

}  // namespace
}  // namespace portreeve::store::sqlite
