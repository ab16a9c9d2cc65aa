#include "daemon/accounts_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/auth/verifier.h"

namespace portreeve::daemon {
namespace {

using testing::HasSubstr;

const std::string& verifier() {
  static const std::string text = auth::make_verifier("secret");
  return text;
}

// The same in Dovecot's form.
std::string dovecot_verifier() {
  std::string text = verifier().substr(verifier().find('$') + 1);
  for (char& c : text) {
    if (c == ':' || c == '$') c = ',';
  }
  return "{SCRAM-SHA-256}" + text;
}

TEST(AccountsFile, TakesPasswordsAndVerifiers) {
  struct Row {
    std::string line, address, password, verifier;
  };
  for (const Row& row : {
           Row{"a@x.org secret", "a@x.org", "secret", ""},
           {"a@X.org\tsecret\r", "a@x.org", "secret", ""},
           {"  a@x.org   two words ", "a@x.org", "two words ", ""},
           {"a@x.org {PLAIN}{brace}", "a@x.org", "{brace}", ""},
           {"a@x.org {plain} blank", "a@x.org", " blank", ""},
           {"a@x.org {no scheme", "a@x.org", "{no scheme", ""},
           {"a@x.org " + verifier(), "a@x.org", "", verifier()},
           {"a@x.org {SCRAM-SHA-256}" + verifier(), "a@x.org", "", verifier()},
           {"a@x.org " + dovecot_verifier(), "a@x.org", "", verifier()},
       }) {
    const auto accounts = parse_accounts(row.line, "f");
    ASSERT_TRUE(accounts) << row.line << ": " << accounts.error();
    ASSERT_EQ(accounts->size(), 1U) << row.line;
    EXPECT_EQ(accounts->front().address, row.address) << row.line;
    EXPECT_EQ(accounts->front().password, row.password) << row.line;
    EXPECT_EQ(accounts->front().verifier, row.verifier) << row.line;
  }
}

TEST(AccountsFile, PassesOverCommentsAndEmptyLines) {
  const auto accounts = parse_accounts("# all of us\n\n  \na@x.org 1\n  # two\nb@x.org 2", "f");
  ASSERT_TRUE(accounts);
  EXPECT_EQ(accounts->size(), 2U);
  EXPECT_TRUE(parse_accounts("", "f")->empty());
}

TEST(AccountsFile, NamesTheLineThatIsWrong) {
  struct Row {
    std::string text, problem;
  };
  for (const Row& row : {
           Row{"a@x.org 1\nb 2\n", "f:2: b is not an address"},
           {"a@x.org\n", "f:1: a@x.org has no password"},
           {"a@x.org 1\nA@X.org 2\n", "f:2: A@X.org is in line 1 already"},
           {"ä@bücher.example 1\nÄ@xn--bcher-kva.example 2\n", "f:2: Ä@xn--bcher-kva.example is in line 1 already"},
           {"a@x.org {CRYPT}$1$abc\n", "f:1: a@x.org: {CRYPT} can't be taken over"},
           {"a@x.org {SCRAM-SHA-256}4096,x\n", "f:1: a@x.org: what follows {SCRAM-SHA-256} is neither"},
           {"a@x.org {SCRAM-SHA-256}\n", "f:1: a@x.org: what follows {SCRAM-SHA-256} is neither"},
           {"a@x.org {SCRAM-SHA-256}4096,,,\n", "f:1: a@x.org: what follows {SCRAM-SHA-256} is neither"},
           {"a@x.org a\x01z\n", "f:1: a@x.org: the password has a control character in it"},
           {"a@x.org " + std::string(1025, 'x'), "f:1: a@x.org: the password is longer than 1024 bytes"},
       }) {
    const auto accounts = parse_accounts(row.text, "f");
    ASSERT_FALSE(accounts) << row.text;
    EXPECT_THAT(accounts.error(), HasSubstr(row.problem)) << row.text;
  }
}

TEST(AccountsFile, StopsAfterTwentyProblems) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "x\n";
  const std::string problems = parse_accounts(text, "f").error();
  EXPECT_EQ(std::ranges::count(problems, '\n'), 20);
}

TEST(AccountsFile, MakesTheVerifiersThatAreMissing) {
  std::vector<AccountLine> accounts;
  for (int i = 0; i < 10; ++i) accounts.push_back({"a@x.org", "password " + std::to_string(i), ""});
  accounts.push_back({"b@x.org", "", verifier()});
  make_verifiers(accounts);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(auth::verify(accounts[i].password, accounts[i].verifier));
  EXPECT_EQ(accounts.back().verifier, verifier());
}

}  // namespace
}  // namespace portreeve::daemon
