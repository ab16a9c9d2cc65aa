// Aliases, lists, delegates, and what the configuration file says of them and of accounts.
#include <gmock/gmock.h>

#include "storage/resolve.h"
#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AliasesTest : public StoreTest {
 protected:
  AliasesTest() : alice_(add_account("alice@example.test")), bob_(add_account("bob@example.test")) {}

  static Alias alias(std::string address, std::vector<std::string> members) {
    return {.address = std::move(address), .members = std::move(members)};
  }
  Result<void> set(Alias alias) {
    return wait<void>([&](auto done) { store_->set_alias(std::move(alias), std::move(done)); });
  }
  Result<void> remove(const std::string& address) {
    return wait<void>([&](auto done) { store_->remove_alias(address, std::move(done)); });
  }
  Result<void> set_delegate(AccountId owner, AccountId delegate, bool may) {
    return wait<void>([&](auto done) { store_->set_delegate(owner, delegate, may, std::move(done)); });
  }
  Result<void> remove_account(AccountId account) {
    return wait<void>([&](auto done) { store_->remove_account(account, std::move(done)); });
  }
  Result<void> remove_domain(const std::string& domain) {
    return wait<void>([&](auto done) { store_->remove_domain(domain, std::move(done)); });
  }
  const Alias* found(std::string_view address) {
    directory_now_ = store_->directory();
    return directory_now_->find_alias(address);
  }

  const AccountId alice_;
  const AccountId bob_;
  DirectoryPtr directory_now_;
};

TEST_F(AliasesTest, AnAliasIsThereAndStays) {
  ASSERT_TRUE(set(alias("Sales@Example.test", {"alice@example.test", "bob@EXAMPLE.test", "ALICE@example.test"})));
  for (int round = 0; round < 2; ++round) {
    const Alias* sales = found("sales@example.TEST");
    ASSERT_NE(sales, nullptr);
    EXPECT_EQ(sales->address, "Sales@example.test");
    EXPECT_EQ(sales->kind, Alias::Kind::alias);
    EXPECT_THAT(sales->members, ElementsAre("alice@example.test", "bob@example.test"));
    EXPECT_GT(sales->since, 0);
    EXPECT_FALSE(sales->is_from_file);
    EXPECT_EQ(directory_now_->aliases().size(), 1U);
    EXPECT_EQ(directory_now_->find_address("sales@example.test"), nullptr);
    EXPECT_EQ(resolve(*directory_now_, "sales+x@example.test", {}).destinations.size(), 2U);
    reopen();
  }
  EXPECT_TRUE(remove("SALES@example.test"));
  EXPECT_EQ(found("sales@example.test"), nullptr);
  EXPECT_EQ(code(remove("sales@example.test")), Errc::not_found);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(AliasesTest, AListHasAnOwner) {
  Alias list = alias("team@lists.test", {"alice@example.test"});
  list.kind = Alias::Kind::list;
  list.owner = "owner@elsewhere.test";
  ASSERT_TRUE(set(list));
  reopen();
  EXPECT_EQ(found("team@lists.test")->kind, Alias::Kind::list);
  EXPECT_EQ(found("team@lists.test")->owner, "owner@elsewhere.test");
  EXPECT_TRUE(store_->directory()->has_domain("lists.test"));
}

TEST_F(AliasesTest, WhatCantBeAnAliasIsRefused) {
  ASSERT_TRUE(set(alias("sales@example.test", {"alice@example.test"})));
  Alias catching_list = alias("@example.test", {"alice@example.test"});
  catching_list.kind = Alias::Kind::list;
  Alias owned = alias("x@example.test", {"alice@example.test"});
  owned.owner = "bob@example.test";
  const std::vector<std::string> many = [] {
    std::vector<std::string> all;
    for (std::size_t i = 0; i <= kMaxAliasMembers; ++i) all.push_back(std::to_string(i) + "@example.test");
    return all;
  }();
  struct Row {
    Alias alias;
    Errc code;
  };
  const std::vector<Row> rows = {
      {alias("alice@example.test", {"bob@example.test"}), Errc::exists},
      {alias("x@example.test", {}), Errc::invalid},
      {alias("x@example.test", {"bob"}), Errc::invalid},
      {alias("x@example.test", {"@example.test"}), Errc::invalid},
      {alias("x@example.test", {"bob@elsewhere.test"}), Errc::invalid},
      {alias("x", {"bob@example.test"}), Errc::invalid},
      {alias("@", {"bob@example.test"}), Errc::invalid},
      {alias("x@example.test", many), Errc::invalid},
      {alias("x@example.test", {"bob@example.test", "x@example.test"}), Errc::invalid},
      {alias("x@example.test", {"x+detail@example.test"}), Errc::invalid},
      {alias("@example.test", {"nobody@example.test"}), Errc::invalid},
      {catching_list, Errc::invalid},
      {owned, Errc::invalid},
  };
  for (const Row& row : rows) EXPECT_EQ(code(set(row.alias)), row.code) << row.alias.address;
  EXPECT_EQ(store_->directory()->aliases().size(), 1U);
  EXPECT_EQ(code(wait<void>([&](auto done) { store_->add_accounts({{"sales@example.test", "v"}}, std::move(done)); })),
            Errc::exists);
}

TEST_F(AliasesTest, MembersMayBeOfTheAliasesOwnNewDomain) {
  EXPECT_TRUE(set(alias("x@new.test", {"y@new.test"})));
  EXPECT_TRUE(store_->directory()->has_domain("new.test"));
}

TEST_F(AliasesTest, LoopsAreRefusedHoweverLong) {
  ASSERT_TRUE(set(alias("a@example.test", {"b@example.test"})));
  ASSERT_TRUE(set(alias("b@example.test", {"alice@example.test", "c@example.test"})));
  const auto refused = set(alias("c@example.test", {"bob@example.test", "a@example.test"}));
  EXPECT_EQ(code(refused), Errc::invalid);
  EXPECT_THAT(refused.error().detail, HasSubstr("back to itself"));
  EXPECT_TRUE(set(alias("c@example.test", {"bob@example.test"})));
  EXPECT_EQ(code(set(alias("@example.test", {"d@example.test"}))), Errc::invalid);
}

TEST_F(AliasesTest, AChainHasALimitFromItsTop) {
  const auto name = [](std::size_t i) { return "step" + std::to_string(i) + "@example.test"; };
  for (std::size_t i = 1; i <= kMaxAliasDepth; ++i) ASSERT_TRUE(set(alias(name(i), {name(i + 1)})));
  ASSERT_TRUE(set(alias(name(0), {name(1)})));
  EXPECT_EQ(code(set(alias(name(kMaxAliasDepth + 1), {"alice@example.test"}))), Errc::invalid);
}

TEST_F(AliasesTest, ACatchAllIsAnAlias) {
  ASSERT_TRUE(set(alias("@Example.test", {"bob@example.test"})));
  EXPECT_EQ(found("@example.test")->address, "@example.test");
  const auto resolution = resolve(*store_->directory(), "nobody@example.test", {});
  ASSERT_EQ(resolution.destinations.size(), 1U);
  EXPECT_EQ(resolution.destinations.front().account, bob_);
  EXPECT_TRUE(remove("@EXAMPLE.test"));
}

TEST_F(AliasesTest, EverySpellingOfAnAddressIsTheAlias) {
  ASSERT_TRUE(set(alias("B\u00fcro@b\u00fccher.test", {"\"alice\"@example.test"})));
  ASSERT_TRUE(set(alias("@b\u00fccher.test", {"b\u00dcro@xn--bcher-kva.test"})));
  for (const std::string address : {"b\u00fcro@xn--bcher-kva.test", "B\u00dcRO@B\u00dcCHER.test",
                                    "nobody@b\u00fccher.test", "b\u00fcro+x@b\u00fccher.test"}) {
    const auto resolution = resolve(*store_->directory(), address, {});
    ASSERT_EQ(resolution.destinations.size(), 1U) << address;
    EXPECT_EQ(resolution.destinations.front().account, alice_);
  }
  EXPECT_EQ(code(remove_domain("b\u00fccher.test")), Errc::invalid);
  // As an older Unicode, or a hand, would have left them.
  damage(
      "UPDATE alias SET address = 'B\u00fcro@b\u00fccher.test' WHERE address NOT LIKE '@%'; "
      "UPDATE alias_member SET alias = 'B\u00fcro@b\u00fccher.test' WHERE alias NOT LIKE '@%'");
  reopen();
  EXPECT_EQ(resolve(*store_->directory(), "b\u00fcro@b\u00fccher.test", {}).destinations.size(), 1U);
}

TEST_F(AliasesTest, SinceStaysWhileSomebodyOfItStays) {
  Alias first = alias("x@example.test", {"alice@example.test"});
  first.since = 1000;
  ASSERT_TRUE(set(first));
  ASSERT_TRUE(set(alias("x@example.test", {"alice@example.test", "bob@example.test"})));
  EXPECT_EQ(found("x@example.test")->since, 1000);
  ASSERT_TRUE(set(alias("x@example.test", {"bob@example.test"})));
  EXPECT_EQ(found("x@example.test")->since, 1000);
  ASSERT_TRUE(set(alias("x@example.test", {"alice@example.test"})));
  EXPECT_GT(found("x@example.test")->since, 1000);
}

TEST_F(AliasesTest, ADomainInUseStays) {
  ASSERT_TRUE(set(alias("x@aliases.test", {"alice@example.test"})));
  EXPECT_EQ(code(remove_domain("aliases.test")), Errc::invalid);
  ASSERT_TRUE(remove("x@aliases.test"));
  EXPECT_TRUE(remove_domain("aliases.test"));
  ASSERT_TRUE(set(alias("@aliases.test", {"x@aliases.test", "alice@example.test"})) ||
              set(alias("@aliases.test", {"alice@example.test"})));
  EXPECT_EQ(code(remove_domain("aliases.test")), Errc::invalid);
  ASSERT_TRUE(wait<void>([&](auto done) { store_->add_domain("members.test", std::move(done)); }));
  ASSERT_TRUE(set(alias("y@aliases.test", {"nobody@members.test"})));
  EXPECT_EQ(code(remove_domain("members.test")), Errc::invalid);
}

TEST_F(AliasesTest, ARemovedAccountLeavesItsAliasesAndNoDelegates) {
  ASSERT_TRUE(set(alias("x@example.test", {"bob@example.test"})));
  ASSERT_TRUE(set_delegate(alice_, bob_, true));
  ASSERT_TRUE(set_delegate(bob_, alice_, true));
  ASSERT_TRUE(remove_account(bob_));
  EXPECT_FALSE(store_->directory()->is_delegate(alice_, bob_));
  EXPECT_FALSE(store_->directory()->is_delegate(bob_, alice_));
  EXPECT_EQ(resolve(*store_->directory(), "x@example.test", {}).why, Unresolved::no_such_user);
  // An alias that leads nowhere, or back to itself by now, doesn't keep others from being changed.
  EXPECT_TRUE(set(alias("y@example.test", {"alice@example.test"})));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(AliasesTest, ACatchAllThatLosesItsAccountHoldsUpNobody) {
  ASSERT_TRUE(set(alias("@example.test", {"bob@example.test"})));
  ASSERT_TRUE(remove_account(bob_));
  EXPECT_EQ(resolve(*store_->directory(), "x@example.test", {}).why, Unresolved::looping);
  EXPECT_TRUE(set(alias("y@example.test", {"alice@example.test"})));
}

TEST_F(AliasesTest, DelegatesComeAndGo) {
  EXPECT_TRUE(set_delegate(alice_, bob_, true));
  EXPECT_TRUE(set_delegate(alice_, bob_, true));
  EXPECT_EQ(code(set_delegate(alice_, alice_, true)), Errc::invalid);
  EXPECT_EQ(code(set_delegate(alice_, 999, true)), Errc::not_found);
  reopen();
  EXPECT_TRUE(store_->directory()->is_delegate(alice_, bob_));
  EXPECT_FALSE(store_->directory()->is_delegate(bob_, alice_));
  EXPECT_THAT(store_->directory()->delegates(alice_), ElementsAre(bob_));
  EXPECT_TRUE(set_delegate(alice_, bob_, false));
  EXPECT_TRUE(set_delegate(alice_, bob_, false));
  EXPECT_THAT(store_->directory()->delegates(alice_), IsEmpty());
}

TEST_F(AliasesTest, AnAccountIsDisabledAndEnabled) {
  const auto set_enabled = [&](bool is_enabled) {
    return wait<void>([&](auto done) { store_->set_enabled(alice_, is_enabled, std::move(done)); });
  };
  ASSERT_TRUE(set_enabled(false));
  reopen();
  EXPECT_FALSE(store_->directory()->find(alice_)->is_enabled);
  ASSERT_TRUE(set_enabled(true));
  EXPECT_TRUE(store_->directory()->find(alice_)->is_enabled);
}

// --- what the file says

class FileEntriesTest : public AliasesTest {
 protected:
  Result<void> set_entries(Store::FileEntries entries) {
    return wait<void>([&](auto done) { store_->set_file_entries(std::move(entries), std::move(done)); });
  }
  const Account& account(std::string_view address) {
    directory_now_ = store_->directory();
    return *directory_now_->find_address(address);
  }
  std::uintmax_t wal_size() const { return std::filesystem::file_size(path() + "/portreeve.db-wal"); }

  const Store::FileEntries entries_{
      .accounts = {{.address = "alice@example.test", .verifier = "new", .quota_bytes = 1000},
                   {.address = "carol@new.test",
                    .verifier = "hers",
                    .delegates = {"alice@example.test", "bob@example.test"}}},
      .aliases = {alias("a@example.test", {"b@new.test"}), alias("b@new.test", {"carol@new.test"})}};
};

TEST_F(FileEntriesTest, TheFileIsTheTruthForWhatItNames) {
  ASSERT_TRUE(set_entries(entries_));
  EXPECT_EQ(account("alice@example.test").id, alice_);
  EXPECT_EQ(account("alice@example.test").verifier, "new");
  EXPECT_EQ(account("alice@example.test").quota_bytes, 1000U);
  EXPECT_TRUE(account("alice@example.test").is_from_file);
  EXPECT_FALSE(account("bob@example.test").is_from_file);
  const AccountId carol = account("carol@new.test").id;
  EXPECT_NE(store_->inbox(carol), 0);
  EXPECT_THAT(store_->directory()->delegates(carol), ElementsAre(alice_, bob_));
  EXPECT_TRUE(found("a@example.test")->is_from_file);

  ASSERT_TRUE(set(alias("own@example.test", {"alice@example.test"})));
  Store::FileEntries less;
  less.accounts = {{.address = "carol@new.test", .verifier = "hers", .is_enabled = false}};
  less.aliases = {alias("b@new.test", {"bob@example.test"})};
  ASSERT_TRUE(set_entries(less));
  reopen();
  EXPECT_FALSE(account("alice@example.test").is_enabled);
  EXPECT_TRUE(account("bob@example.test").is_enabled);
  EXPECT_FALSE(account("carol@new.test").is_enabled);
  EXPECT_THAT(store_->directory()->delegates(carol), IsEmpty());
  EXPECT_EQ(found("a@example.test"), nullptr);
  EXPECT_THAT(found("b@new.test")->members, ElementsAre("bob@example.test"));
  EXPECT_NE(found("own@example.test"), nullptr);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(FileEntriesTest, WhatIsSaidAgainWritesNothing) {
  ASSERT_TRUE(set_entries(entries_));
  reopen();
  ASSERT_TRUE(set_entries(entries_));
  EXPECT_EQ(wal_size(), 0U);
  ASSERT_TRUE(set_entries({}));
  EXPECT_GT(wal_size(), 0U);
  reopen();
  ASSERT_TRUE(set_entries({}));
  EXPECT_EQ(wal_size(), 0U);
}

// Its account may have been removed since; the server must start all the same.
TEST_F(FileEntriesTest, ADelegateWithoutAnAccountIsNobody) {
  Store::FileEntries entries = entries_;
  entries.accounts.front().delegates = {"nobody@example.test"};
  EXPECT_TRUE(set_entries(entries));
  EXPECT_TRUE(store_->directory()->delegates(account(entries.accounts.front().address).id).empty());
}

TEST_F(FileEntriesTest, AllOrNothing) {
  const std::vector<std::pair<Errc, std::function<void(Store::FileEntries&)>>> faults = {
      {Errc::invalid, [](auto& e) { e.accounts.push_back(e.accounts.front()); }},
      {Errc::invalid, [](auto& e) { e.accounts.front().address = "no address"; }},
      {Errc::invalid, [](auto& e) { e.aliases.push_back(e.aliases.front()); }},
      {Errc::invalid, [](auto& e) { e.aliases.back().members = {"a@example.test"}; }},
      {Errc::exists, [](auto& e) { e.aliases.back().address = "carol@new.test"; }},
      {Errc::exists, [](auto& e) { e.aliases.back().address = "bob@example.test"; }},
  };
  for (const auto& [expected, spoil] : faults) {
    Store::FileEntries entries = entries_;
    spoil(entries);
    EXPECT_EQ(code(set_entries(entries)), expected);
    EXPECT_EQ(store_->directory()->accounts().size(), 2U);
    EXPECT_EQ(store_->directory()->aliases().size(), 0U);
    EXPECT_EQ(account("alice@example.test").verifier, "verifier");
    EXPECT_FALSE(store_->directory()->has_domain("new.test"));
  }
  EXPECT_TRUE(set_entries(entries_));
}

TEST_F(FileEntriesTest, AnAddressMayGoFromAliasToAccount) {
  ASSERT_TRUE(set_entries(entries_));
  Store::FileEntries entries = entries_;
  entries.aliases.front().address = "other@example.test";
  entries.accounts.push_back({.address = "a@example.test", .verifier = "v"});
  EXPECT_TRUE(set_entries(entries));
  EXPECT_EQ(found("a@example.test"), nullptr);
  EXPECT_EQ(account("a@example.test").verifier, "v");
}

}  // namespace
}  // namespace portreeve::store::sqlite
