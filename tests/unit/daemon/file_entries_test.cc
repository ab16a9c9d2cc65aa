#include "daemon/file_entries.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "core/auth/verifier.h"
#include "tests/support/plain_directory.h"
#include "tests/support/useless_store.h"

namespace portreeve::daemon {
namespace {

// Knows one account.
class OneAccount final : public testing::PlainDirectory {
 public:
  explicit OneAccount(store::Account account) : account_(std::move(account)) {}
  bool has_domain(std::string_view) const override { return true; }
  const store::Account* find(store::AccountId id) const override { return id == account_.id ? &account_ : nullptr; }
  const store::Account* find_address(std::string_view address) const override {
    return address == account_.address ? &account_ : nullptr;
  }
  std::vector<store::Account> accounts() const override { return {account_}; }
  std::vector<std::string> domains() const override { return {}; }

 private:
  store::Account account_;
};

class FileStore final : public testing::UselessStore {
 public:
  store::DirectoryPtr directory() const override { return known; }
  void set_file_entries(FileEntries entries, store::Done<void> done) override {
    taken = std::move(entries);
    done(error ? store::Result<void>(std::unexpected(*error)) : store::Result<void>());
  }

  std::shared_ptr<const store::Directory> known = std::make_shared<OneAccount>(store::Account{});
  std::optional<store::Error> error;
  FileEntries taken;
};

config::Alias alias(const std::string& address, const std::string& to, unsigned line = 0) {
  config::Alias alias;
  alias.address = address;
  alias.to = {to};
  alias.line = line;
  return alias;
}

config::Account account(const std::string& address, const std::string& password) {
  config::Account account;
  account.address = address;
  account.password = password;
  return account;
}

TEST(FileEntries, AreWhatTheFileSays) {
  config::Config config;
  config.accounts.push_back(account("alice@x.test", ""));
  config.accounts[0].verifier = auth::make_verifier("secret");
  config.accounts[0].quota = 5;
  config.accounts[0].is_disabled = true;
  config.accounts[0].delegates = {"bob@x.test"};
  config.aliases.push_back(alias("all@x.test", "alice@x.test"));
  config.aliases[0].is_list = true;
  config.aliases[0].owner = "bob@x.test";
  const auto entries = file_entries(config, OneAccount({}));
  ASSERT_EQ(entries.accounts.size(), 1U);
  EXPECT_EQ(entries.accounts[0].address, "alice@x.test");
  EXPECT_EQ(entries.accounts[0].verifier, config.accounts[0].verifier);
  EXPECT_EQ(entries.accounts[0].quota_bytes, 5U);
  EXPECT_FALSE(entries.accounts[0].is_enabled);
  EXPECT_EQ(entries.accounts[0].delegates, config.accounts[0].delegates);
  ASSERT_EQ(entries.aliases.size(), 1U);
  EXPECT_EQ(entries.aliases[0].address, "all@x.test");
  EXPECT_EQ(entries.aliases[0].kind, store::Alias::Kind::list);
  EXPECT_EQ(entries.aliases[0].members, config.aliases[0].to);
  EXPECT_EQ(entries.aliases[0].owner, "bob@x.test");
}

TEST(FileEntries, APlainPasswordKeepsTheVerifierThatItFits) {
  config::Config config;
  config.accounts.push_back(account("alice@x.test", "secret"));
  store::Account known;
  known.id = 1;
  known.address = "alice@x.test";
  known.verifier = auth::make_verifier("secret");
  EXPECT_EQ(file_entries(config, OneAccount(known)).accounts[0].verifier, known.verifier);
  known.verifier = auth::make_verifier("another");
  const std::string made = file_entries(config, OneAccount(known)).accounts[0].verifier;
  EXPECT_NE(made, known.verifier);
  EXPECT_TRUE(auth::verify("secret", made));
}

TEST(FileEntries, WhatIsWrongHasItsLine) {
  config::Config config;
  config.accounts.push_back(account("alice@x.test", "secret"));
  config.accounts.push_back(account("bob@x.test", ""));
  config.accounts[1].verifier = "SCRAM-SHA-256$4096:a$b:c";
  config.accounts[1].line = 12;
  EXPECT_EQ(check_file_entries(config, "p.toml").error(),
            "p.toml:12: bob@x.test: its verifier is none; `portreeve account verifier` makes one of a password");
  config.accounts[1] = account("bob@x.test", std::string(auth::kMaxPasswordBytes + 1, 'x'));
  EXPECT_FALSE(check_file_entries(config, "p.toml"));
}

TEST(FileEntries, TheStoresWordsGetTheLineOfTheirEntry) {
  config::Config config;
  config.aliases.push_back(alias("@x.test", "a@x.test", 5));
  config.aliases.push_back(alias("a@x.test", "sales@x.test", 8));
  config.aliases.push_back(alias("sales@x.test", "a@x.test", 11));
  FileStore store;
  EXPECT_TRUE(apply_file_entries(store, config, "p.toml"));
  EXPECT_EQ(store.taken.aliases.size(), 3U);
  store.error = store::Error{store::Errc::invalid, "sales@x.test leads back to itself by a@x.test"};
  EXPECT_EQ(apply_file_entries(store, config, "p.toml").error(),
            "p.toml:11: sales@x.test leads back to itself by a@x.test");
  store.error = store::Error{store::Errc::invalid, "nobody@x.test is no account"};
  config.accounts.push_back(account("bob@x.test", "secret"));
  config.accounts[0].line = 20;
  config.accounts[0].delegates = {"nobody@x.test"};
  EXPECT_EQ(apply_file_entries(store, config, "p.toml").error(), "p.toml:20: nobody@x.test is no account");
  store.error = store::Error{store::Errc::io, "the disk is gone"};
  EXPECT_EQ(apply_file_entries(store, config, "p.toml").error(), "p.toml: the disk is gone");
}

}  // namespace
}  // namespace portreeve::daemon
