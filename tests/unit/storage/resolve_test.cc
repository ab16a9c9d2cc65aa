// Where mail goes, over a small directory of its own.
#include "storage/resolve.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "core/base/ascii.h"

namespace portreeve::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Town final : public Directory {
 public:
  AccountId add_account(const std::string& address, std::int64_t created = 100) {
    Account& account = accounts_[next_];
    account.id = next_;
    account.address = address;
    account.created = created;
    return next_++;
  }
  Account& account(AccountId id) { return accounts_.at(id); }
  const Account* oldest_account(std::string_view domain) const override {
    for (const auto& [id, account] : accounts_) {
      const bool is_of_domain = domain.empty() || account.address.ends_with("@" + base::lowered(domain));
      if (account.is_enabled && is_of_domain) return &account;
    }
    return nullptr;
  }
  void add_alias(std::string address, std::vector<std::string> members, std::int64_t since = 50) {
    Alias& alias = aliases_[base::lowered(address)];
    alias.address = std::move(address);
    alias.members = std::move(members);
    alias.since = since;
  }
  void add_list(const std::string& address, std::vector<std::string> members, std::string owner,
                std::int64_t since = 50) {
    add_alias(address, std::move(members), since);
    aliases_[base::lowered(address)].kind = Alias::Kind::list;
    aliases_[base::lowered(address)].owner = std::move(owner);
  }
  void add_delegate(AccountId owner, AccountId delegate) { delegates_.emplace(owner, delegate); }

  bool has_domain(std::string_view domain) const override {
    return base::equals_ignoring_case(domain, "example.org") || base::equals_ignoring_case(domain, "second.test");
  }
  const Account* find(AccountId id) const override {
    const auto found = accounts_.find(id);
    return found == accounts_.end() ? nullptr : &found->second;
  }
  const Account* find_address(std::string_view address) const override {
    for (const auto& [id, account] : accounts_) {
      if (base::equals_ignoring_case(account.address, address)) return &account;
    }
    return nullptr;
  }
  const Alias* find_alias(std::string_view address) const override {
    const auto found = aliases_.find(base::lowered(address));
    return found == aliases_.end() ? nullptr : &found->second;
  }
  bool is_delegate(AccountId owner, AccountId delegate) const override {
    return delegates_.contains({owner, delegate});
  }
  std::vector<AccountId> delegates(AccountId) const override { return {}; }
  std::vector<Account> accounts() const override {
    std::vector<Account> all;
    for (const auto& [id, account] : accounts_) all.push_back(account);
    return all;
  }
  std::vector<Alias> aliases() const override { return {}; }
  std::vector<std::string> domains() const override { return {"example.org", "second.test"}; }

 private:
  AccountId next_ = 1;
  std::map<AccountId, Account> accounts_;
  std::map<std::string, Alias> aliases_;
  std::set<std::pair<AccountId, AccountId>> delegates_;
};

class ResolveTest : public testing::Test {
 protected:
  ResolveTest()
      : alice_(town_.add_account("alice@example.org", 100)),
        bob_(town_.add_account("bob@example.org", 200)),
        carol_(town_.add_account("carol@second.test", 300)) {}

  // "1 2+shop", or why there is nobody.
  std::string show(std::string_view address) const {
    const Resolution resolution = resolve(town_, address, options_);
    if (resolution.destinations.empty()) {
      switch (resolution.why) {
        case Unresolved::no: return "no";
        case Unresolved::no_such_user: return "no such user";
        case Unresolved::no_such_domain: return "no such domain";
        case Unresolved::disabled: return "disabled";
        case Unresolved::elsewhere: return "elsewhere";
        case Unresolved::looping: return "looping";
        case Unresolved::too_many: return "too many";
      }
    }
    EXPECT_EQ(resolution.why, Unresolved::no);
    std::string shown;
    for (const Destination& destination : resolution.destinations) {
      if (!shown.empty()) shown += ' ';
      shown += std::to_string(destination.account);
      if (!destination.detail.empty()) shown += "+" + destination.detail;
    }
    return shown;
  }
  std::int64_t since(std::string_view address) const { return resolve(town_, address, options_).since; }
  std::vector<std::string> steps(std::string_view address) const {
    return resolve(town_, address, options_, true).steps;
  }
  bool may_send(AccountId account, std::string_view address) const {
    return may_send_as(town_, *town_.find(account), address, options_);
  }

  Town town_;
  ResolveOptions options_{.host_name = "mx.example.org"};
  const AccountId alice_;
  const AccountId bob_;
  const AccountId carol_;
};

TEST_F(ResolveTest, AnAccountHasItsOwnMail) {
  EXPECT_EQ(show("alice@example.org"), "1");
  EXPECT_EQ(show("Alice@EXAMPLE.org"), "1");
  EXPECT_EQ(show("dave@example.org"), "no such user");
  EXPECT_EQ(show("alice@elsewhere.test"), "no such domain");
  EXPECT_EQ(show("alice"), "no such user");
  EXPECT_EQ(show(""), "no such user");
}

// RFC 5233 §1.
TEST_F(ResolveTest, ADetailGoesAlong) {
  EXPECT_EQ(show("alice+Shop@example.org"), "1+Shop");
  EXPECT_EQ(show("alice+a+b@example.org"), "1+a+b");
  EXPECT_EQ(show("alice+@example.org"), "1");
  EXPECT_EQ(show("+shop@example.org"), "no such user");
  EXPECT_EQ(show("dave+shop@example.org"), "no such user");
  EXPECT_EQ(show("alice-shop@example.org"), "no such user");
  options_.delimiters = "-_";
  EXPECT_EQ(show("alice-shop@example.org"), "1+shop");
  EXPECT_EQ(show("alice_shop@example.org"), "1+shop");
  EXPECT_EQ(show("alice+shop@example.org"), "no such user");
  options_.delimiters = "";
  EXPECT_EQ(show("alice-shop@example.org"), "no such user");
}

TEST_F(ResolveTest, TheLongestAddressThatIsSomebodysWins) {
  const AccountId shop = town_.add_account("alice+shop@example.org");
  EXPECT_EQ(show("alice+shop@example.org"), std::to_string(shop));
  EXPECT_EQ(show("alice+shop+x@example.org"), std::to_string(shop) + "+x");
  EXPECT_EQ(show("alice+other@example.org"), "1+other");
  town_.add_alias("bob+news@example.org", {"alice@example.org"});
  EXPECT_EQ(show("bob+news@example.org"), "1");
  EXPECT_EQ(show("bob+olds@example.org"), "2+olds");
}

TEST_F(ResolveTest, AliasesAreFollowedAndEachAccountIsThereOnce) {
  town_.add_alias("sales@example.org", {"alice@example.org", "bob+sales@example.org", "carol@second.test"});
  town_.add_alias("info@example.org", {"bob@example.org", "sales@example.org", "nobody@example.org"});
  EXPECT_EQ(show("sales@example.org"), "1 2+sales 3");
  EXPECT_EQ(show("sales+x@example.org"), "1+x 2+sales 3+x");
  EXPECT_EQ(show("info@example.org"), "2 1 3");
}

TEST_F(ResolveTest, WhatLeadsToNobodySaysWhy) {
  town_.add_alias("ghost@example.org", {"nobody@example.org"});
  EXPECT_EQ(show("ghost@example.org"), "no such user");
  town_.add_alias("away@example.org", {"x@elsewhere.test", "nobody@example.org"});
  EXPECT_EQ(show("away@example.org"), "elsewhere");
  town_.account(alice_).is_enabled = false;
  EXPECT_EQ(show("alice@example.org"), "disabled");
  EXPECT_EQ(show("alice+x@example.org"), "disabled");
  town_.add_alias("both@example.org", {"alice@example.org", "bob@example.org"});
  EXPECT_EQ(show("both@example.org"), "2");
  town_.account(bob_).is_enabled = false;
  EXPECT_EQ(show("both@example.org"), "disabled");
}

TEST_F(ResolveTest, LoopsEnd) {
  town_.add_alias("a@example.org", {"b@example.org"});
  town_.add_alias("b@example.org", {"a@example.org"});
  EXPECT_EQ(show("a@example.org"), "looping");
  town_.add_alias("b@example.org", {"a@example.org", "alice@example.org"});
  EXPECT_EQ(show("a@example.org"), "1");
  // Two ways to one place are no loop.
  town_.add_alias("c@example.org", {"d@example.org", "e@example.org"});
  town_.add_alias("d@example.org", {"f@example.org"});
  town_.add_alias("e@example.org", {"f@example.org"});
  town_.add_alias("f@example.org", {"nobody@example.org"});
  EXPECT_EQ(show("c@example.org"), "no such user");
}

TEST_F(ResolveTest, AChainOfAliasesHasALimit) {
  const auto name = [](std::size_t i) { return "step" + std::to_string(i) + "@example.org"; };
  for (std::size_t i = 0; i <= kMaxAliasDepth; ++i) town_.add_alias(name(i), {name(i + 1)});
  town_.add_alias(name(kMaxAliasDepth), {"alice@example.org"});
  EXPECT_EQ(show(name(0)), "1");
  town_.add_alias("before@example.org", {name(0)});
  EXPECT_EQ(show("before@example.org"), "looping");
}

TEST_F(ResolveTest, TooManyDestinationsAreNone) {
  town_.add_alias("all@example.org", {"alice@example.org", "bob@example.org", "carol@second.test"});
  options_.max_destinations = 3;
  EXPECT_EQ(show("all@example.org"), "1 2 3");
  options_.max_destinations = 2;
  EXPECT_EQ(show("all@example.org"), "too many");
}

TEST_F(ResolveTest, ACatchAllHasWhatIsNobodys) {
  town_.add_alias("@example.org", {"bob@example.org"});
  EXPECT_EQ(show("dave@example.org"), "2");
  EXPECT_EQ(show("alice@example.org"), "1");
  EXPECT_EQ(show("alice+x@example.org"), "1+x");
  EXPECT_EQ(show("dave@second.test"), "no such user");
  town_.account(alice_).is_enabled = false;
  EXPECT_EQ(show("alice@example.org"), "disabled");
}

TEST_F(ResolveTest, AListKeepsItsOwner) {
  town_.add_list("team@example.org", {"alice@example.org", "bob@example.org"}, "bob@example.org");
  town_.add_alias("crew@example.org", {"team@example.org"});
  town_.add_alias("more@example.org", {"team@example.org", "carol@second.test"});
  EXPECT_EQ(resolve(town_, "team@example.org", options_).list, town_.find_alias("team@example.org"));
  EXPECT_EQ(resolve(town_, "team+x@example.org", options_).list, town_.find_alias("team@example.org"));
  EXPECT_EQ(resolve(town_, "crew@example.org", options_).list, town_.find_alias("team@example.org"));
  EXPECT_EQ(resolve(town_, "more@example.org", options_).list, nullptr);
  EXPECT_EQ(resolve(town_, "alice@example.org", options_).list, nullptr);
  EXPECT_EQ(show("team+x@example.org"), "1+x 2+x");
}

// RFC 5321 §4.5.1.
TEST_F(ResolveTest, ThereIsAlwaysAPostmaster) {
  EXPECT_EQ(show("postmaster@example.org"), "1");
  EXPECT_EQ(show("POSTMASTER@second.test"), "3");
  EXPECT_EQ(show("Postmaster"), "1");
  EXPECT_EQ(show("postmaster@mx.example.org"), "1");
  EXPECT_EQ(show("postmaster@elsewhere.test"), "no such domain");
  town_.account(alice_).is_enabled = false;
  EXPECT_EQ(show("postmaster@example.org"), "2");
  options_.postmaster = "carol+post@second.test";
  EXPECT_EQ(show("postmaster@example.org"), "3+post");
  EXPECT_EQ(show("postmaster"), "3+post");
  options_.postmaster = "nobody@example.org";
  EXPECT_EQ(show("postmaster@example.org"), "2");
  town_.add_alias("postmaster@example.org", {"carol@second.test"});
  EXPECT_EQ(show("postmaster@example.org"), "3");
  options_.postmaster = "postmaster@example.org";
  EXPECT_EQ(show("postmaster"), "3");
}

TEST_F(ResolveTest, APostmasterWhoIsNobodyIsNoLoop) {
  options_.postmaster = "postmaster@example.org";
  EXPECT_EQ(show("postmaster@example.org"), "1");
}

// RFC 7293 §3.
TEST_F(ResolveTest, SinceIsWhenTheAddressCameToMeanThis) {
  EXPECT_EQ(since("alice@example.org"), 100);
  EXPECT_EQ(since("bob+x@example.org"), 200);
  town_.add_alias("old@example.org", {"bob@example.org"}, 50);
  town_.add_alias("new@example.org", {"bob@example.org"}, 900);
  town_.add_alias("both@example.org", {"alice@example.org", "bob@example.org"}, 70);
  town_.add_alias("onward@example.org", {"new@example.org"}, 60);
  town_.add_list("list@example.org", {"bob@example.org"}, "", 80);
  EXPECT_EQ(since("old@example.org"), 200);
  EXPECT_EQ(since("new@example.org"), 900);
  EXPECT_EQ(since("both@example.org"), 70);
  EXPECT_EQ(since("onward@example.org"), 900);
  EXPECT_EQ(since("list@example.org"), 80);
  EXPECT_EQ(since("postmaster@example.org"), 0);
  town_.add_alias("@example.org", {"bob@example.org"}, 60);
  EXPECT_EQ(since("nobody@example.org"), 0);
}

TEST_F(ResolveTest, TheStepsSayWhatWasFound) {
  town_.add_alias("sales@example.org", {"alice@example.org", "bob+x@example.org", "nobody@example.org"});
  EXPECT_THAT(steps("sales@example.org"),
              ElementsAre("sales@example.org is an alias of 3 addresses", "  alice@example.org is an account",
                          "  bob+x@example.org: no such address; bob@example.org with detail \"x\"",
                          "  bob@example.org is an account", "  nobody@example.org: no such address"));
  EXPECT_THAT(steps("x@elsewhere.test"), ElementsAre("x@elsewhere.test: elsewhere.test is no domain of this server"));
  EXPECT_THAT(steps("postmaster"), ElementsAre(HasSubstr("the oldest account is postmaster"), HasSubstr("alice")));
  town_.add_alias("@second.test", {"carol@second.test"});
  EXPECT_THAT(steps("dave@second.test").front(),
              "dave@second.test: no such address; @second.test catches what is nobody's");
  EXPECT_THAT(resolve(town_, "sales@example.org", options_).steps, IsEmpty());
}

TEST_F(ResolveTest, WhoMaySendUnderAnAddress) {
  town_.add_alias("sales@example.org", {"alice@example.org", "bob@example.org"});
  town_.add_alias("shop@example.org", {"sales@example.org"});
  town_.add_list("team@example.org", {"alice@example.org", "bob@example.org"}, "shop@example.org");
  town_.add_list("club@example.org", {"alice@example.org"}, "carol@second.test");
  town_.add_alias("viaclub@example.org", {"club@example.org"});
  town_.add_delegate(bob_, carol_);
  struct Row {
    AccountId account;
    std::string address;
    bool may;
  };
  const std::vector<Row> rows = {
      {alice_, "alice@example.org", true},
      {alice_, "ALICE+x@example.org", true},
      {alice_, "bob@example.org", false},
      {alice_, "nobody@example.org", false},
      {alice_, "sales@example.org", true},
      {alice_, "sales+x@example.org", true},
      {alice_, "shop@example.org", true},
      {carol_, "carol@second.test", true},
      // RFC 5321 §3.9.2: a list's mail bears its owner's address.
      {alice_, "team@example.org", true},
      {alice_, "club@example.org", false},
      {alice_, "viaclub@example.org", false},
      {carol_, "club@example.org", true},
      {carol_, "viaclub@example.org", true},
      {carol_, "bob@example.org", true},
      {carol_, "bob+x@example.org", true},
      {carol_, "sales@example.org", true},
      {carol_, "alice@example.org", false},
      {bob_, "carol@second.test", false},
      {bob_, "postmaster@example.org", false},
      {bob_, "x@elsewhere.test", false},
  };
  for (const Row& row : rows) EXPECT_EQ(may_send(row.account, row.address), row.may) << row.account << row.address;
}

}  // namespace
}  // namespace portreeve::store
