#include "protocols/imap/mailbox_choice.h"

#include <gtest/gtest.h>

namespace portreeve::imap {
namespace {

using Kind = MailboxFilter::Kind;

std::string chosen(const std::vector<MailboxFilter>& filters) {
  store::MailboxList list;
  for (const char* name : {"INBOX", "INBOX/a", "a", "a/b", "a/b/c", "ab", "d/e/f"})
    list.mailboxes.emplace_back().name = name;
  list.subscribed = {"a/b", "ab", "gone"};
  const MailboxChoice choice(filters, list);
  std::string out;
  for (const store::MailboxInfo& mailbox : list.mailboxes) {
    if (choice.has(mailbox.name)) out += mailbox.name + " ";
  }
  return out;
}

TEST(MailboxChoices, AreByNameAndPlace) {
  const std::string all = "INBOX INBOX/a a a/b a/b/c ab d/e/f ";
  EXPECT_EQ(chosen({}), "");
  EXPECT_EQ(chosen({{Kind::selected}, {Kind::selected_delayed}}), "");
  EXPECT_EQ(chosen({{Kind::personal}}), all);
  EXPECT_EQ(chosen({{Kind::inboxes}}), all);
  EXPECT_EQ(chosen({{Kind::subscribed}}), "a/b ab ");
  EXPECT_EQ(chosen({{Kind::mailboxes, {"a", "nope", "INBOX", "a"}}}), "INBOX a ");
  EXPECT_EQ(chosen({{Kind::mailboxes, {"", "*", "a/%"}}}), "");
  EXPECT_EQ(chosen({{Kind::subtree, {"a"}}}), "a a/b a/b/c ");
  EXPECT_EQ(chosen({{Kind::subtree, {"d"}}}), "d/e/f ");
  EXPECT_EQ(chosen({{Kind::subtree, {""}}}), all);
  EXPECT_EQ(chosen({{Kind::subtree_one, {"a"}}}), "a a/b ");
  EXPECT_EQ(chosen({{Kind::subtree_one, {"d"}}}), "");
  EXPECT_EQ(chosen({{Kind::subtree_one, {""}}}), "INBOX a ab ");
  EXPECT_EQ(chosen({{Kind::subtree_one, {"INBOX"}}, {Kind::mailboxes, {"ab"}}}), "INBOX INBOX/a ab ");
}

}  // namespace
}  // namespace portreeve::imap
