// Mailboxes and accounts: made, renamed, deleted, listed.
#include <gmock/gmock.h>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

class MailboxesTest : public StoreTest {
 protected:
  MailboxesTest() : account_(add_account("alice@example.test")) {}

  Result<MailboxId> try_create(std::string name) {
    return wait<MailboxId>(
        [&](auto done) { store_->create_mailbox(account_, std::move(name), SpecialUse::none, std::move(done)); });
  }
  Result<void> remove(std::string name) {
    return wait<void>([&](auto done) { store_->delete_mailbox(account_, std::move(name), std::move(done)); });
  }
  Result<void> rename(std::string from, std::string to) {
    return wait<void>(
        [&](auto done) { store_->rename_mailbox(account_, std::move(from), std::move(to), std::move(done)); });
  }
  Result<void> subscribe(std::string name, bool on) {
    return wait<void>([&](auto done) { store_->set_subscribed(account_, std::move(name), on, std::move(done)); });
  }

  const AccountId account_;
};

TEST_F(MailboxesTest, AnAccountBeginsWithWhatClientsLookFor) {
  EXPECT_THAT(names(account_), ElementsAre("Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"));
  const MailboxListPtr list = store_->mailboxes(account_).value();
  EXPECT_THAT(list->subscribed, ElementsAre("Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"));
  EXPECT_EQ(list->find("Sent")->special_use, SpecialUse::sent);
  EXPECT_EQ(list->find("INBOX")->special_use, SpecialUse::none);
  EXPECT_EQ(list->find("INBOX")->id, store_->inbox(account_));
  EXPECT_EQ(list->find(list->find("Junk")->id)->name, "Junk");
  EXPECT_EQ(list->find("junk"), nullptr);
  EXPECT_EQ(code(store_->mailboxes(999)), Errc::not_found);
  EXPECT_EQ(store_->inbox(999), 0);
}

TEST_F(MailboxesTest, CreateMakesParents) {
  ASSERT_TRUE(try_create("a/b/c"));
  EXPECT_THAT(names(account_), ElementsAre("Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash", "a", "a/b", "a/b/c"));
  EXPECT_EQ(code(try_create("a/b")), Errc::exists);
  EXPECT_EQ(code(try_create("inbox")), Errc::exists);
  EXPECT_EQ(code(try_create("a//b")), Errc::invalid);
  EXPECT_TRUE(try_create("inbox/x"));
  EXPECT_THAT(names(account_), Contains("INBOX/x"));
}

TEST_F(MailboxesTest, WhatANameBringsAlongCounts) {
  // One less than the account may have.
  damage(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19993) "
      "INSERT INTO mailbox(account, name, special_use, uid_validity) "
      "SELECT account, 'n' || i, 0, 1 FROM n, mailbox WHERE name = 'INBOX'");
  reopen();
  EXPECT_EQ(code(try_create("a/b")), Errc::limit);
  EXPECT_EQ(code(rename("INBOX", "a/b")), Errc::limit);
  EXPECT_EQ(code(rename("Junk", "a/b/c")), Errc::limit);
  EXPECT_THAT(names(account_), Not(Contains("a")));
  EXPECT_TRUE(rename("Junk", "a/b"));
  EXPECT_EQ(code(rename("INBOX", "c")), Errc::limit);
  EXPECT_EQ(code(try_create("c")), Errc::limit);
  EXPECT_TRUE(rename("Sent", "c"));
}

TEST_F(MailboxesTest, DeleteLeavesChildrenAndTheNameGetsANewUidValidity) {
  const MailboxId first = try_create("a/b").value();
  const std::uint32_t validity = snapshot(first)->uid_validity;
  deliver(mailbox(account_, "a"), "x");
  auto view = store_->open(mailbox(account_, "a"), [] {}).value();
  ASSERT_TRUE(remove("a"));
  EXPECT_TRUE(view->mailbox().snapshot()->is_deleted);
  EXPECT_THAT(names(account_), Contains("a/b"));
  EXPECT_THAT(names(account_), Not(Contains("a")));
  EXPECT_EQ(code(remove("a")), Errc::not_found);
  EXPECT_EQ(code(remove("INBOX")), Errc::invalid);
  ASSERT_TRUE(remove("a/b"));
  view.reset();
  reopen();
  const MailboxId second = try_create("a/b").value();
  EXPECT_NE(second, first);
  EXPECT_GT(snapshot(second)->uid_validity, validity);
  EXPECT_EQ(code(store_->snapshot(first)), Errc::not_found);
}

TEST_F(MailboxesTest, ADeletedMailboxTakesNoMoreChanges) {
  const MailboxId box = create(account_, "a");
  deliver(box, "x");
  ASSERT_TRUE(remove("a"));
  EXPECT_EQ(code(flag(box, {kAll}, FlagChange::add, {.system = kSeen, .keywords = {}})), Errc::not_found);
  EXPECT_EQ(code(expunge(box, {kAll})), Errc::not_found);
  EXPECT_EQ(code(store_->open(box, [] {})), Errc::not_found);
}

TEST_F(MailboxesTest, RenameTakesChildrenAlongAndKeepsMail) {
  const MailboxId box = create(account_, "a/b/c");
  create(account_, "ab");
  deliver(box, "x");
  ASSERT_TRUE(rename("a", "x/y"));
  EXPECT_THAT(names(account_),
              ElementsAre("Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash", "ab", "x", "x/y", "x/y/b", "x/y/b/c"));
  EXPECT_EQ(mailbox(account_, "x/y/b/c"), box);
  EXPECT_EQ(show(box), "1");
}

TEST_F(MailboxesTest, RenameOfAParentThatIsNotThere) {
  const MailboxId box = create(account_, "a/b/c");
  ASSERT_TRUE(remove("a/b"));
  ASSERT_TRUE(rename("a/b", "a/d"));
  EXPECT_EQ(mailbox(account_, "a/d/c"), box);
  EXPECT_THAT(names(account_), Not(Contains("a/d")));
  EXPECT_EQ(code(rename("a/b", "a/x")), Errc::not_found);
  EXPECT_EQ(code(rename("a/d", "a/d")), Errc::exists);
  EXPECT_EQ(code(rename("a/d", "a/d/c/d")), Errc::invalid);
}

// To a place above, where what moves takes names that others which move still have.
TEST_F(MailboxesTest, RenameUpwards) {
  const MailboxId one = create(account_, "a/a/a/b");
  const MailboxId two = create(account_, "a/a/b");
  const MailboxId deep = create(account_, "a/a/a/a/b");
  ASSERT_TRUE(remove("a"));
  ASSERT_TRUE(rename("a/a", "a"));
  EXPECT_EQ(mailbox(account_, "a/b"), two);
  EXPECT_EQ(mailbox(account_, "a/a/b"), one);
  EXPECT_EQ(mailbox(account_, "a/a/a/b"), deep);
  EXPECT_THAT(names(account_), IsSupersetOf({"a", "a/a", "a/a/a"}));
}

// A name is one, however it is spelled.
TEST_F(MailboxesTest, NamesAreComposed) {
  const MailboxId box = create(account_, "Cafe\u0301");
  EXPECT_THAT(names(account_), Contains("Caf\u00e9"));
  EXPECT_EQ(code(rename("Junk", "Caf\u00e9")), Errc::exists);
  EXPECT_EQ(code(rename("Caf\u00e9", "Cafe\u0301")), Errc::exists);
  ASSERT_TRUE(subscribe("Cafe\u0301", true));
  EXPECT_TRUE(store_->mailboxes(account_).value()->is_subscribed("Caf\u00e9"));
  ASSERT_TRUE(rename("Cafe\u0301", "x"));
  EXPECT_EQ(mailbox(account_, "x"), box);
}

TEST_F(MailboxesTest, RenameIsRefused) {
  create(account_, "a/b");
  create(account_, "c/b");
  struct Row {
    std::string from, to;
    Errc code;
  };
  for (const Row& row : std::vector<Row>{
           {"missing", "x", Errc::not_found},
           {"missing", "missing", Errc::not_found},
           {"a", "c", Errc::exists},
           {"a", "INBOX", Errc::exists},
           {"a", "a/x", Errc::invalid},
           {"a", "", Errc::invalid},
           {"a", std::string(kMaxMailboxNameBytes - 1, 'x'), Errc::invalid},
       }) {
    EXPECT_EQ(code(rename(row.from, row.to)), row.code) << row.from << " to " << row.to;
  }
  EXPECT_THAT(names(account_), Contains("a/b"));
}

TEST_F(MailboxesTest, RenamingInboxMovesItsMail) {
  const MailboxId inbox = store_->inbox(account_);
  deliver(inbox, "x", {.system = kFlagged, .keywords = {"k"}});
  deliver(inbox, "y");
  create(account_, "INBOX/child");
  ASSERT_TRUE(rename("inbox", "old/2024"));
  EXPECT_EQ(show(inbox), "");
  EXPECT_EQ(show(mailbox(account_, "old/2024")), "1F[k] 2");
  EXPECT_THAT(names(account_), Contains("INBOX/child"));
  EXPECT_EQ(store_->inbox(account_), inbox);
  EXPECT_EQ(deliver(inbox, "z"), 3U);
}

TEST_F(MailboxesTest, SubscriptionsNeedNoMailbox) {
  ASSERT_TRUE(subscribe("not/there", true));
  ASSERT_TRUE(subscribe("not/there", true));
  EXPECT_TRUE(store_->mailboxes(account_).value()->is_subscribed("not/there"));
  ASSERT_TRUE(subscribe("inbox", false));
  EXPECT_FALSE(store_->mailboxes(account_).value()->is_subscribed("INBOX"));
  ASSERT_TRUE(remove("Junk"));
  reopen();
  EXPECT_THAT(store_->mailboxes(account_).value()->subscribed,
              ElementsAre("Archive", "Drafts", "Junk", "Sent", "Trash", "not/there"));
}

TEST_F(MailboxesTest, AListHeldStaysAsItWas) {
  const MailboxListPtr before = store_->mailboxes(account_).value();
  deliver(store_->inbox(account_), "x");
  create(account_, "new");
  EXPECT_EQ(before->find("INBOX")->status.messages, 0U);
  EXPECT_EQ(before->find("new"), nullptr);
  EXPECT_EQ(store_->mailboxes(account_).value()->find("INBOX")->status.messages, 1U);
}

TEST_F(MailboxesTest, AMailboxIsFoundByAnySpelling) {
  const AccountId account = add_account("J\u00fcrgen@B\u00fccher.example");
  const DirectoryPtr directory = store_->directory();
  EXPECT_EQ(directory->find(account)->address, "J\u00fcrgen@b\u00fccher.example");
  EXPECT_THAT(directory->domains(), ElementsAre("example.test", "xn--bcher-kva.example"));
  for (const char* address :
       {"j\u00fcrgen@b\u00fccher.example", "J\u00dcRGEN@B\u00dcCHER.EXAMPLE", "j\u00fcrgen@xn--bcher-kva.example",
        "\"j\u00fcrgen\"@XN--bcher-kva.example", "ju\u0308rgen@bu\u0308cher.example"}) {
    const Account* found = directory->find_address(address);
    EXPECT_TRUE(found != nullptr && found->id == account) << address;
    const auto again = wait<void>([&](auto done) { store_->add_accounts({{address, "v"}}, std::move(done)); });
    EXPECT_EQ(code(again), Errc::exists) << address;
  }
  for (const char* address : {"jurgen@b\u00fccher.example", "j\u00fcrgen@bucher.example", "j\u00fcrgen", "@", ""}) {
    EXPECT_EQ(directory->find_address(address), nullptr) << address;
  }
  for (const char* domain : {"b\u00fccher.example", "B\u00dcCHER.example", "XN--BCHER-KVA.example"}) {
    EXPECT_TRUE(directory->has_domain(domain)) << domain;
    EXPECT_EQ(code(wait<void>([&](auto done) { store_->add_domain(domain, std::move(done)); })), Errc::exists);
    EXPECT_EQ(code(wait<void>([&](auto done) { store_->remove_domain(domain, std::move(done)); })), Errc::invalid);
  }
}

// Versions up to 0.1 lowered ASCII and nothing else.
TEST_F(MailboxesTest, AddressesOfAnOlderStoreAreFound) {
  const AccountId bob = add_account("bob@b\u00fccher.example");
  const AccountId carol = add_account("carol@example.test");
  damage(
      "UPDATE domain SET name = 'b\u00fccher.example' WHERE name LIKE 'xn--%';"
      "UPDATE address SET address = 'bob@b\u00fccher.example' WHERE address LIKE 'bob@%';"
      "UPDATE address SET address = '\"carol\"@example.test' WHERE address LIKE 'carol@%';");
  reopen();
  EXPECT_THAT(store_->directory()->domains(), ElementsAre("example.test", "xn--bcher-kva.example"));
  for (const char* address : {"bob@b\u00fccher.example", "bob@xn--bcher-kva.example"}) {
    ASSERT_NE(store_->directory()->find_address(address), nullptr) << address;
    EXPECT_EQ(store_->directory()->find_address(address)->id, bob);
  }
  ASSERT_NE(store_->directory()->find_address("carol@example.test"), nullptr);
  EXPECT_EQ(store_->directory()->find_address("carol@example.test")->id, carol);
  const auto again =
      wait<void>([&](auto done) { store_->add_accounts({{"Bob@b\u00fccher.example", "v"}}, std::move(done)); });
  EXPECT_EQ(code(again), Errc::exists);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(MailboxesTest, WhereTwoOldAddressesMeanOneMailboxTheOlderKeepsIt) {
  const AccountId older = add_account("older@example.test");
  const AccountId newer = add_account("newer@example.test");
  damage(
      "UPDATE address SET address = 'B\u00d6@example.test' WHERE address LIKE 'older@%';"
      "UPDATE address SET address = '\"b\u00f6\"@example.test' WHERE address LIKE 'newer@%';");
  for (int start = 0; start < 2; ++start) {
    reopen();
    const Account* found = store_->directory()->find_address("b\u00f6@example.test");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->id, older);
    EXPECT_NE(store_->directory()->find(newer), nullptr);
  }
}

TEST_F(MailboxesTest, AccountsAndDomains) {
  const AccountId bob = add_account("Bob@Other.TEST");
  const DirectoryPtr directory = store_->directory();
  EXPECT_THAT(directory->domains(), ElementsAre("example.test", "other.test"));
  EXPECT_TRUE(directory->has_domain("EXAMPLE.test"));
  EXPECT_FALSE(directory->has_domain("example.org"));
  EXPECT_EQ(directory->find_address("bOB@other.test")->id, bob);
  EXPECT_EQ(directory->find(bob)->address, "Bob@other.test");
  EXPECT_EQ(directory->find_address("bob"), nullptr);
  EXPECT_EQ(directory->accounts().size(), 2U);

  const auto again = wait<void>(
      [&](auto done) { store_->add_accounts({{"carol@third.test", "v"}, {"bob@other.test", "v"}}, std::move(done)); });
  EXPECT_EQ(code(again), Errc::exists);
  EXPECT_EQ(store_->directory()->find_address("carol@third.test"), nullptr);
  EXPECT_FALSE(store_->directory()->has_domain("third.test"));

  const auto changed = wait<void>([&](auto done) { store_->set_verifier(bob, "other", std::move(done)); });
  EXPECT_TRUE(changed);
  EXPECT_EQ(store_->directory()->find(bob)->verifier, "other");
  EXPECT_EQ(directory->find(bob)->verifier, "verifier");
  EXPECT_EQ(code(wait<void>([&](auto done) { store_->set_verifier(99, "x", std::move(done)); })), Errc::not_found);
}

TEST_F(MailboxesTest, DomainsInUseStay) {
  const auto add = [&](std::string name) {
    return wait<void>([&](auto done) { store_->add_domain(std::move(name), std::move(done)); });
  };
  const auto drop = [&](std::string name) {
    return wait<void>([&](auto done) { store_->remove_domain(std::move(name), std::move(done)); });
  };
  EXPECT_TRUE(add("ample.test"));
  EXPECT_EQ(code(add("AMPLE.test")), Errc::exists);
  EXPECT_EQ(code(add("a b")), Errc::invalid);
  EXPECT_EQ(code(drop("example.test")), Errc::invalid);
  EXPECT_TRUE(drop("Ample.test"));
  EXPECT_EQ(code(drop("ample.test")), Errc::not_found);
}

TEST_F(MailboxesTest, AnAccountGoesWithAllItsMail) {
  const AccountId bob = add_account("bob@example.test");
  const MailboxId inbox = store_->inbox(account_);
  ASSERT_TRUE(wait<std::vector<Appended>>([&](auto done) {
    store_->deliver(delivery_of("both", {{inbox, {}}, {store_->inbox(bob), {}}}), std::move(done));
  }));
  deliver(inbox, "hers alone");
  ASSERT_TRUE(wait<void>([&](auto done) { store_->remove_account(account_, std::move(done)); }));
  EXPECT_EQ(store_->directory()->find_address("alice@example.test"), nullptr);
  EXPECT_EQ(code(store_->mailboxes(account_)), Errc::not_found);
  EXPECT_EQ(code(store_->snapshot(inbox)), Errc::not_found);
  EXPECT_EQ(store_->inbox(account_), 0);
  store_->settle();
  EXPECT_EQ(count("chunk"), 1);
  EXPECT_EQ(body(snapshot(store_->inbox(bob))->at(1).body), "both");
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_GT(add_account("alice@example.test"), bob);
}

}  // namespace
}  // namespace portreeve::store::sqlite
