#include "daemon/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace portreeve::daemon {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

auto parse(const std::string& line) {
  std::vector<std::string> words{"portreeve"};
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

TEST(CommandLine, KnowsItsCommands) {
  struct Row {
    std::string line;
    Command command;
    std::string subject;
  };
  for (const Row& row : {
           Row{"serve", Command::serve, ""},
           {"check", Command::check, ""},
           {"account add a@x.org", Command::account_add, "a@x.org"},
           {"account list", Command::account_list, ""},
           {"account passwd a@x.org", Command::account_passwd, "a@x.org"},
           {"account remove a@x.org", Command::account_remove, "a@x.org"},
           {"account quota a@x.org 5MiB", Command::account_quota, "a@x.org"},
           {"account quota a@x.org --messages 5 --mailboxes none", Command::account_quota, "a@x.org"},
           {"account disable a@x.org", Command::account_disable, "a@x.org"},
           {"account enable a@x.org", Command::account_enable, "a@x.org"},
           {"account delegate a@x.org b@x.org", Command::account_delegate, "a@x.org"},
           {"account verifier", Command::account_verifier, ""},
           {"account import file", Command::account_import, "file"},
           {"account import -", Command::account_import, "-"},
           {"alias add s@x.org a@x.org b@x.org", Command::alias_add, "s@x.org"},
           {"alias list", Command::alias_list, ""},
           {"alias remove s@x.org", Command::alias_remove, "s@x.org"},
           {"list add l@x.org a@x.org", Command::list_add, "l@x.org"},
           {"list join l@x.org b@x.org", Command::list_join, "l@x.org"},
           {"list leave l@x.org b@x.org", Command::list_leave, "l@x.org"},
           {"list remove l@x.org", Command::alias_remove, "l@x.org"},
           {"resolve postmaster", Command::resolve, "postmaster"},
           {"held list", Command::held_list, ""},
           {"held remove 5", Command::held_remove, "5"},
           {"domain add x.org", Command::domain_add, "x.org"},
           {"domain list", Command::domain_list, ""},
           {"domain remove x.org", Command::domain_remove, "x.org"},
           {"backup file", Command::backup, "file"},
           {"restore file", Command::restore, "file"},
           {"fsck", Command::fsck, ""},
           {"version", Command::version, ""},
       }) {
    const auto line = parse(row.line);
    ASSERT_TRUE(line) << row.line << ": " << line.error().text;
    EXPECT_EQ(line->command, row.command) << row.line;
    EXPECT_EQ(line->subject, row.subject) << row.line;
    EXPECT_EQ(line->config_file, kDefaultConfig) << row.line;
  }
}

TEST(CommandLine, TakesTheConfigurationAnywhere) {
  for (const char* line : {"--config c.toml account add a@x.org", "account --config c.toml add a@x.org",
                           "account add --config c.toml a@x.org", "account add a@x.org --config c.toml",
                           "account add a@x.org --config=c.toml"}) {
    const auto parsed = parse(line);
    ASSERT_TRUE(parsed) << line << ": " << parsed.error().text;
    EXPECT_EQ(parsed->config_file, "c.toml") << line;
    EXPECT_EQ(parsed->subject, "a@x.org") << line;
  }
}

TEST(CommandLine, TakesFlags) {
  EXPECT_TRUE(parse("account add a@x.org --password-stdin")->takes_password_from_stdin);
  EXPECT_TRUE(parse("account passwd --password-stdin a@x.org")->takes_password_from_stdin);
  EXPECT_TRUE(parse("account remove a@x.org --yes")->is_sure);
  EXPECT_TRUE(parse("fsck --mend")->mends);
  EXPECT_FALSE(parse("fsck")->mends);
}

TEST(CommandLine, TakesMembersAndOwners) {
  for (const char* text :
       {"list add l@x.org a@x.org b@x.org --owner o@x.org", "list add --owner=o@x.org l@x.org a@x.org b@x.org",
        "list add l@x.org a@x.org b@x.org --owner o@x.org --config c.toml"}) {
    const auto line = parse(text);
    ASSERT_TRUE(line) << text << ": " << line.error().text;
    EXPECT_EQ(line->subject, "l@x.org") << text;
    EXPECT_EQ(line->members, (std::vector<std::string>{"a@x.org", "b@x.org"})) << text;
    EXPECT_EQ(line->owner, "o@x.org") << text;
  }
  EXPECT_EQ(parse("alias add s@x.org a@x.org --config c.toml")->members.size(), 1U);
  EXPECT_EQ(parse("account quota a@x.org none")->value, "none");
  EXPECT_EQ(parse("account quota a@x.org 1GiB --messages 5")->messages, "5");
  EXPECT_EQ(parse("account quota a@x.org --mailboxes none")->mailboxes, "none");
  const auto delegate = parse("account delegate a@x.org b@x.org --remove");
  ASSERT_TRUE(delegate);
  EXPECT_EQ(delegate->value, "b@x.org");
  EXPECT_TRUE(delegate->removes);
  EXPECT_FALSE(parse("account delegate a@x.org b@x.org")->removes);
}

TEST(CommandLine, TellsTheMend) {
  struct Row {
    std::string line, text;
  };
  for (const Row& row : {
           Row{"", "portreeve: which command?\n`portreeve --help`"},
           {"account", "portreeve account: which command?\n`portreeve account --help`"},
           {"acount list", "portreeve: there is no command \"acount\"; did you mean account?\n"},
           {"account lst", "portreeve account: there is no command \"lst\"; did you mean list?\n"},
           {"frobnicate", "portreeve: there is no command \"frobnicate\"\n"},
           {"--confg x serve", "portreeve serve: there is no option --confg; did you mean --config?\n"},
           {"serve --confg x", "portreeve serve: there is no option --confg; did you mean --config?\n"},
           {"fsck --mned", "portreeve fsck: there is no option --mned; did you mean --mend?\n"},
           {"account add", "portreeve account add: ADDRESS is required\n`portreeve account add --help`"},
           {"account add a@x.org b@x.org", "portreeve account add: \"b@x.org\" is one word too many\n"},
           {"account delegate a@x.org", "portreeve account delegate: DELEGATE is required\n"},
           {"account delegate a@x.org b@x.org c@x.org",
            "portreeve account delegate: \"c@x.org\" is one word too many\n"},
           {"alias add s@x.org", "portreeve alias add: MEMBER is required\n"},
           {"alias ad s@x.org a@x.org", "portreeve alias: there is no command \"ad\"; did you mean add?\n"},
           {"serve --config", "portreeve serve: --config: 1 required FILE missing"},
       }) {
    const auto line = parse(row.line);
    ASSERT_FALSE(line) << row.line;
    EXPECT_EQ(line.error().exit_code, 64) << row.line;
    EXPECT_THAT(line.error().text, StartsWith(row.text)) << row.line;
  }
}

TEST(CommandLine, Helps) {
  for (const char* line : {"--help", "-h"}) {
    const auto parsed = parse(line);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().exit_code, 0);
    for (const char* word : {"serve", "check", "account", "alias", "list", "resolve", "domain", "held", "backup",
                             "restore", "fsck", "version", "--config"}) {
      EXPECT_THAT(parsed.error().text, HasSubstr(word));
    }
  }
  EXPECT_THAT(parse("account --help").error().text, HasSubstr("import"));
  EXPECT_THAT(parse("account add --help").error().text, HasSubstr("--password-stdin"));
}

}  // namespace
}  // namespace portreeve::daemon
