// What is told of mailboxes that aren't selected.
#include "protocols/imap/mailbox_news.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace portreeve::imap {
namespace {

using Scope = MailboxFilter::Kind;

constexpr Events kBoth = kMessageNew | kMessageExpunge;

EventGroup group(Scope scope, Events events, std::vector<std::string> names = {}) {
  return {.mailboxes = {scope, std::move(names)}, .events = events};
}

Events events_for(const std::vector<EventGroup>& groups, const char* name, bool is_subscribed) {
  store::MailboxList list;
  if (is_subscribed) list.subscribed.emplace_back(name);
  return Watched(groups, list).of(name);
}

TEST(EventsFor, AreThoseOfAllGroupsThatTheMailboxIsIn) {
  const std::vector<EventGroup> groups{
      group(Scope::selected, kMessageEvents), group(Scope::mailboxes, kBoth, {"INBOX", "a*"}),
      group(Scope::subtree, kMailboxName, {"Lists"}), group(Scope::subscribed, kSubscriptionChange)};
  EXPECT_EQ(events_for(groups, "INBOX", false), kBoth);
  EXPECT_EQ(events_for(groups, "INBOX", true), kBoth | kSubscriptionChange);
  EXPECT_EQ(events_for(groups, "Lists", false), kMailboxName);
  EXPECT_EQ(events_for(groups, "Lists/a/b", false), kMailboxName);
  EXPECT_EQ(events_for(groups, "Listserv", false), 0);
  EXPECT_EQ(events_for(groups, "abc", false), 0);  // no wildcards
  EXPECT_EQ(events_for(groups, "a*", false), kBoth);
  EXPECT_EQ(events_of(groups), kBoth | kMailboxName | kSubscriptionChange);
}

TEST(EventsFor, StopAtAGroupThatSaysNone) {
  const std::vector<EventGroup> groups{group(Scope::mailboxes, kMailboxName, {"a", "b"}),
                                       group(Scope::subtree, 0, {"b"}), group(Scope::inboxes, kBoth)};
  EXPECT_EQ(events_for(groups, "a", false), kBoth | kMailboxName);
  EXPECT_EQ(events_for(groups, "b", false), kMailboxName);
  EXPECT_EQ(events_for(groups, "b/c", false), 0);
  EXPECT_EQ(events_for(groups, "c", false), kBoth);
}

class NewsTest : public ::testing::Test {
 protected:
  using Lists = std::vector<std::pair<store::MailboxId, std::string>>;
  static store::MailboxList list(const Lists& mailboxes, std::vector<std::string> subscribed = {}) {
    store::MailboxList list;
    for (const auto& [id, name] : mailboxes) {
      store::MailboxInfo info;
      info.id = id;
      info.name = name;
      info.status.uid_validity = static_cast<std::uint32_t>(100 + id);
      list.mailboxes.push_back(std::move(info));
    }
    std::ranges::sort(list.mailboxes, {}, &store::MailboxInfo::name);
    list.subscribed = std::move(subscribed);
    return list;
  }
  NewsContext context() const { return {groups_, own_, selected_, has_condstore_}; }
  std::string listed(const store::MailboxList& before, const store::MailboxList& after) const {
    std::string out;
    write_list_news(out, context(), before, after);
    return out;
  }
  std::string status(const store::MailboxList& before, const store::MailboxList& after) const {
    std::string out;
    write_status_news(out, context(), before, after);
    return out;
  }

  std::vector<EventGroup> groups_{group(Scope::personal, kMessageEvents | kMailboxName | kSubscriptionChange)};
  OwnChanges own_;
  store::MailboxId selected_ = 0;
  bool has_condstore_ = false;
};

TEST_F(NewsTest, ListsWhatWasMadeOrDeletedWithItsParent) {
  EXPECT_EQ(listed(list({{1, "INBOX"}}), list({{1, "INBOX"}})), "");
  EXPECT_EQ(listed(list({{1, "INBOX"}}), list({{1, "INBOX"}, {2, "a"}})), "* LIST (\\HasNoChildren) \"/\" a\r\n");
  EXPECT_EQ(listed(list({{2, "a"}}), list({{2, "a"}, {3, "a/b"}})),
            "* LIST (\\HasChildren) \"/\" a\r\n* LIST (\\HasNoChildren) \"/\" a/b\r\n");
  EXPECT_EQ(listed(list({{2, "a"}, {3, "a/b"}}), list({{3, "a/b"}})),
            "* LIST (\\NonExistent \\HasChildren) \"/\" a\r\n");
  // Another one of the same name.
  EXPECT_EQ(listed(list({{2, "a"}}), list({{3, "a"}})), "* LIST (\\HasNoChildren) \"/\" a\r\n");
}

TEST_F(NewsTest, ListsRenamedMailboxesWithoutChildrenThatWentAlong) {
  EXPECT_EQ(listed(list({{2, "a"}, {3, "a/b"}, {4, "a/b/c"}}), list({{2, "x"}, {3, "x/b"}, {4, "x/b/c"}})),
            "* LIST (\\HasChildren) \"/\" x (\"OLDNAME\" (a))\r\n");
  EXPECT_EQ(listed(list({{2, "a"}, {3, "a/b"}}), list({{2, "x"}, {3, "y"}})),
            "* LIST (\\HasNoChildren) \"/\" x (\"OLDNAME\" (a))\r\n"
            "* LIST (\\HasNoChildren) \"/\" y (\"OLDNAME\" (a/b))\r\n");
  // Two that changed names with each other.
  EXPECT_EQ(listed(list({{2, "a"}, {3, "b"}}), list({{3, "a"}, {2, "b"}})),
            "* LIST (\\HasNoChildren) \"/\" a (\"OLDNAME\" (b))\r\n"
            "* LIST (\\HasNoChildren) \"/\" b (\"OLDNAME\" (a))\r\n");
  // Out of what is watched, and into it.
  groups_ = {group(Scope::subtree, kMailboxName, {"a"})};
  EXPECT_EQ(listed(list({{2, "a/b"}}), list({{2, "c"}})), "* LIST (\\HasNoChildren) \"/\" c (\"OLDNAME\" (a/b))\r\n");
  EXPECT_EQ(listed(list({{2, "c"}}), list({{2, "a/b"}})), "* LIST (\\HasNoChildren) \"/\" a/b (\"OLDNAME\" (c))\r\n");
  EXPECT_EQ(listed(list({{2, "c"}}), list({{2, "d"}})), "");
}

TEST_F(NewsTest, ListsSubscriptions) {
  const auto before = list({{2, "a"}}, {"a", "gone"});
  const auto after = list({{2, "a"}}, {"b"});
  const std::string all =
      "* LIST (\\HasNoChildren) \"/\" a\r\n* LIST (\\NonExistent \\HasNoChildren \\Subscribed) \"/\" b\r\n"
      "* LIST (\\NonExistent \\HasNoChildren) \"/\" gone\r\n";
  EXPECT_EQ(listed(before, after), all);
  // What ceases to be subscribed was so.
  groups_ = {group(Scope::subscribed, kSubscriptionChange)};
  EXPECT_EQ(listed(before, after), all);
  groups_ = {group(Scope::personal, kMailboxName)};
  EXPECT_EQ(listed(before, after), "");
  groups_ = {group(Scope::personal, kSubscriptionChange)};
  own_.subscriptions = {"a", "b"};
  EXPECT_EQ(listed(before, after), "* LIST (\\NonExistent \\HasNoChildren) \"/\" gone\r\n");
}

TEST_F(NewsTest, LeavesOutWhatTheSessionDidUnlessAnotherUndidIt) {
  own_.names = {{"a/b", true}};
  EXPECT_EQ(listed(list({}), list({{2, "a"}, {3, "a/b"}, {4, "c"}})), "* LIST (\\HasNoChildren) \"/\" c\r\n");
  EXPECT_EQ(listed(list({{2, "a"}}), list({{2, "a"}})), "* LIST (\\NonExistent \\HasNoChildren) \"/\" a/b\r\n");
  own_.names = {{"a", false}};
  EXPECT_EQ(listed(list({{2, "a"}}), list({})), "");
  EXPECT_EQ(listed(list({{2, "a"}}), list({{3, "a"}})), "* LIST (\\HasNoChildren) \"/\" a\r\n");
}

TEST_F(NewsTest, TellsTheStatusOfWhatChanged) {
  const auto before = list({{1, "INBOX"}, {2, "a"}});
  auto after = before;
  EXPECT_EQ(status(before, after), "");
  after.mailboxes[1].status.messages = 3;
  after.mailboxes[1].status.uid_next = 5;
  after.mailboxes[1].status.unseen = 2;
  after.mailboxes[1].status.highest_mod_seq = 9;
  EXPECT_EQ(status(before, after), "* STATUS a (MESSAGES 3 UIDNEXT 5 UIDVALIDITY 102 UNSEEN 2)\r\n");
  selected_ = 2;
  EXPECT_EQ(status(before, after), "");
  selected_ = 1;
  groups_ = {group(Scope::personal, kBoth)};
  EXPECT_EQ(status(before, after), "* STATUS a (MESSAGES 3 UIDNEXT 5)\r\n");
  has_condstore_ = true;
  EXPECT_EQ(status(before, after), "* STATUS a (MESSAGES 3 UIDNEXT 5 HIGHESTMODSEQ 9)\r\n");
  groups_ = {group(Scope::personal, kMailboxName)};
  EXPECT_EQ(status(before, after), "");
}

TEST_F(NewsTest, TellsFlagsByUnseenOrByModSequence) {
  const auto before = list({{2, "a"}});
  auto after = before;
  after.mailboxes[0].status.highest_mod_seq = 9;
  EXPECT_EQ(status(before, after), "");
  has_condstore_ = true;
  EXPECT_EQ(status(before, after), "* STATUS a (UIDVALIDITY 102 UNSEEN 0 HIGHESTMODSEQ 9)\r\n");
  groups_ = {group(Scope::personal, kBoth)};
  EXPECT_EQ(status(before, after), "");
}

TEST_F(NewsTest, TellsTheStatusOfAnotherMailboxOfTheNameAndOfARenamedOne) {
  EXPECT_EQ(status(list({{2, "a"}}), list({{3, "a"}})),
            "* STATUS a (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 103 UNSEEN 0)\r\n");
  EXPECT_EQ(status(list({{2, "a"}}), list({{2, "b"}})), "");
  EXPECT_EQ(status(list({{2, "a"}}), list({{2, "a"}, {3, "new"}})), "");
}

TEST_F(NewsTest, LeavesOutTheSessionsOwnMessagesAlone) {
  const auto before = list({{2, "a"}});
  auto after = before;
  after.mailboxes[0].status.messages = 2;
  after.mailboxes[0].status.uid_next = 3;
  after.mailboxes[0].status.highest_mod_seq = 3;
  own_.added = {2, 2, 2, 2};
  EXPECT_EQ(status(before, after), "");
  after.mailboxes[0].status.highest_mod_seq = 4;  // others have set flags
  EXPECT_NE(status(before, after), "");
  own_.added = {2, 1, 1, 1};  // another came behind it
  EXPECT_NE(status(before, after), "");
  own_.added.reset();
  own_.closed = 2;
  EXPECT_NE(status(before, after), "");
  after.mailboxes[0].status.uid_next = 1;
  EXPECT_EQ(status(before, after), "");
}

TEST_F(NewsTest, TellsAnnotationsByMailbox) {
  groups_ = {group(Scope::mailboxes, kMailboxMetadataChange, {"a"})};
  const auto mailboxes = list({{2, "a"}, {3, "b"}});
  const std::vector<store::ChangedAnnotation> changed{
      {0, "/private/s"}, {2, "/private/x"}, {2, "/private/y"}, {3, "/private/x"}, {4, "/private/x"}};
  const auto told = [&] {
    std::string out;
    write_metadata_news(out, context(), changed, mailboxes);
    return out;
  };
  EXPECT_EQ(told(), "* METADATA a /private/x /private/y\r\n");
  own_.annotations = {{2, "/private/x"}};
  EXPECT_EQ(told(), "* METADATA a /private/y\r\n");
  groups_ = {group(Scope::personal, kServerMetadataChange)};
  EXPECT_EQ(told(), "* METADATA \"\" /private/s\r\n");
}

TEST_F(NewsTest, TellsTheStatusOfAllThatIsWatched) {
  groups_ = {group(Scope::mailboxes, kBoth, {"a"}), group(Scope::subscribed, kMessageEvents)};
  selected_ = 1;
  std::string out;
  write_watched_status(out, context(), list({{1, "INBOX"}, {2, "a"}, {3, "b"}, {4, "c"}}, {"INBOX", "b"}));
  EXPECT_EQ(out,
            "* STATUS a (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 102)\r\n"
            "* STATUS b (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 103 UNSEEN 0 HIGHESTMODSEQ 1)\r\n");
}

}  // namespace
}  // namespace portreeve::imap
