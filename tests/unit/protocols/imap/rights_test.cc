// Rights in letters, and names in the other users' namespace.
#include "protocols/imap/rights.h"

#include <gtest/gtest.h>

#include "protocols/imap/other_users.h"
#include "protocols/imap/response_acl.h"

namespace portreeve::imap {
namespace {

TEST(Rights, AreReadAndPrinted) {
  const struct {
    std::string_view read;
    std::string_view printed;
  } cases[] = {
      {"", ""},
      {"lr", "lr"},
      {"rl", "lr"},
      {"lrl", "lr"},
      {"aetxkpiwsrl", "lrswipkxteacd"},
      // RFC 4314 §2.1.1.
      {"c", "kxc"},
      {"d", "ted"},
      {"k", "kc"},
      {"x", "xc"},
      {"lrswikda", "lrswikteacd"},
  };
  for (const auto& [read, printed] : cases) {
    const auto rights = read_rights(read);
    ASSERT_TRUE(rights) << read;
    EXPECT_EQ(printed_rights(*rights), printed) << read;
  }
  for (const std::string_view wrong : {"q", "lR", "0", "l r", "+l", "n"}) EXPECT_FALSE(read_rights(wrong)) << wrong;
}

TEST(Rights, AreAnswered) {
  std::string out;
  write_acl(out, "Ein Büro", {}, NameForm::modified_utf7);
  const std::pair<std::string, Rights> entries[] = {{"a@b", *read_rights("lr")}, {"-anyone", 0}};
  write_acl(out, "x", entries);
  write_my_rights(out, "Büro", 0, NameForm::utf8);
  write_list_rights(out, "INBOX", "a\"b", false);
  write_list_rights(out, "INBOX", "anyone", true);
  EXPECT_EQ(out,
            "* ACL \"Ein B&APw-ro\"\r\n"
            "* ACL x \"a@b\" lr -anyone \"\"\r\n"
            "* MYRIGHTS \"Büro\" \"\"\r\n"
            "* LISTRIGHTS INBOX \"a\\\"b\" \"\" l r s w i p k x t e a c d\r\n"
            "* LISTRIGHTS INBOX anyone lrswipkxteacd\r\n");
}

TEST(OtherUsers, NamesAreSplit) {
  const struct {
    std::string_view name;
    std::string_view owner;
    std::string_view mailbox;
  } cases[] = {
      {"Other Users/a@b/c", "a@b", "c"},
      {"Other Users/a@b/c/d@e/f", "a@b", "c/d@e/f"},
      {"Other Users/a/x@b/inbox", "a/x@b", "INBOX"},
      {"Other Users/a@b/inbox/c", "a@b", "INBOX/c"},
      {"Other Users/@/c", "@", "c"},
  };
  for (const auto& [name, owner, mailbox] : cases) {
    const auto split = split_other_users(name);
    ASSERT_TRUE(split) << name;
    EXPECT_EQ(split->owner, owner) << name;
    EXPECT_EQ(split->mailbox, mailbox) << name;
  }
  for (const std::string_view none : {"Other Users", "Other Users/", "Other Users/a@b", "Other Users/a@b/",
                                      "Other Users//x", "other users/a@b/c", "Other Usersx/a@b/c", "INBOX", ""}) {
    EXPECT_FALSE(split_other_users(none)) << none;
  }
}

TEST(OtherUsers, NamesLeadBack) {
  EXPECT_EQ(other_users_name("a@b", "c/d"), "Other Users/a@b/c/d");
  EXPECT_EQ(other_users_name("a/x@b", "INBOX"), "Other Users/a/x@b/INBOX");
  EXPECT_EQ(other_users_name("\"a@x/y\"@b", "INBOX"), std::nullopt);
}

TEST(OtherUsers, NothingMayLookLikeThem) {
  EXPECT_TRUE(is_other_users("Other Users"));
  EXPECT_TRUE(is_other_users("Other Users/x"));
  EXPECT_FALSE(is_other_users("other users"));
  EXPECT_FALSE(is_other_users("Other Users2"));
  EXPECT_TRUE(looks_like_other_users("OTHER users/x"));
  EXPECT_FALSE(looks_like_other_users("Other User"));
}

}  // namespace
}  // namespace portreeve::imap
