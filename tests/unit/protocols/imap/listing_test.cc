#include "protocols/imap/listing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace portreeve::imap {
namespace {

store::MailboxList account() {
  store::MailboxList list;
  const auto add = [&](const char* name, store::SpecialUse use = store::SpecialUse::none) {
    store::MailboxInfo info;
    info.id = static_cast<store::MailboxId>(list.mailboxes.size() + 1);
    info.name = name;
    info.special_use = use;
    list.mailboxes.push_back(info);
  };
  add("INBOX");
  add("Sent", store::SpecialUse::sent);
  add("a");
  add("a b");  // sorts between "a" and "a/b"
  add("a/b");
  add("gone/x/y");  // its parents were deleted
  list.subscribed = {"INBOX", "a/b", "lost/box"};
  return list;
}

// The lines, by their names without quotes, and attributes: "a(\HasChildren) a/b(…)".
std::string short_form(const std::string& lines) {
  std::string out;
  for (std::size_t at = 0; at < lines.size();) {
    std::size_t end = lines.find("\r\n", at);
    std::string line = lines.substr(at, end - at);
    at = end + 2;
    const std::size_t open = line.find('('), close = line.find(')');
    std::string rest = line.substr(line.find("\"/\" ") + 4);
    std::erase(rest, '"');
    out += (out.empty() ? "" : " ") + rest + line.substr(open, close - open + 1);
  }
  return out;
}

struct ListCase {
  const char* name;
  const char* reference;
  std::vector<std::string> patterns;
  const char* options;  // s: SUBSCRIBED, u: SPECIAL-USE, r: RECURSIVEMATCH; S, C, U: those of RETURN
  const char* lines;
};

std::ostream& operator<<(std::ostream& out, const ListCase& c) { return out << c.name; }

class Listing : public testing::TestWithParam<ListCase> {};

TEST_P(Listing, Lists) {
  const ListCase& c = GetParam();
  const std::string_view options = c.options;
  const auto has = [&](char option) { return options.find(option) != std::string_view::npos; };
  List command;
  command.reference = c.reference;
  command.patterns = c.patterns;
  command.selects_subscribed = has('s');
  command.selects_special_use = has('u');
  command.is_recursive_match = has('r');
  command.returns_subscribed = has('S');
  command.returns_children = has('C');
  command.returns_special_use = has('U');
  std::string out;
  write_listing(out, command, account());
  EXPECT_EQ(short_form(out), c.lines);
}

INSTANTIATE_TEST_SUITE_P(
    Imap, Listing,
    testing::Values(ListCase{"root", "", {""}, "", R"((\Noselect))"},
                    ListCase{"top",
                             "",
                             {"%"},
                             "",
                             R"(INBOX(\HasNoChildren) Sent(\HasNoChildren \Sent) a(\HasChildren) a b(\HasNoChildren) )"
                             R"(gone(\Noselect \HasChildren))"},
                    ListCase{"second_level", "", {"%/%"}, "", R"(a/b(\HasNoChildren) gone/x(\Noselect \HasChildren))"},
                    ListCase{"one", "", {"Sent"}, "", R"(Sent(\HasNoChildren \Sent))"},
                    ListCase{"inbox_in_any_case", "", {"inbox"}, "", R"(INBOX(\HasNoChildren))"},
                    ListCase{"nothing", "", {"b"}, "", ""},
                    ListCase{"below_a_reference", "a/", {"*"}, "", R"(a/b(\HasNoChildren))"},
                    ListCase{"several_patterns",
                             "",
                             {"Sent", "a", "INBOX"},
                             "",
                             R"(INBOX(\HasNoChildren) Sent(\HasNoChildren \Sent) a(\HasChildren))"},
                    ListCase{"everything",
                             "",
                             {"*"},
                             "",
                             R"(INBOX(\HasNoChildren) Sent(\HasNoChildren \Sent) a(\HasChildren) a b(\HasNoChildren) )"
                             R"(a/b(\HasNoChildren) gone(\Noselect \HasChildren) gone/x(\Noselect \HasChildren) )"
                             R"(gone/x/y(\HasNoChildren))"},
                    // RFC 6154 and RFC 5258.
                    ListCase{"special_use", "", {"*"}, "u", R"(Sent(\HasNoChildren \Sent))"},
                    ListCase{"subscribed",
                             "",
                             {"*"},
                             "s",
                             R"(INBOX(\HasNoChildren \Subscribed) a/b(\HasNoChildren \Subscribed) )"
                             R"(lost/box(\NonExistent \HasNoChildren \Subscribed))"},
                    ListCase{"subscribed_and_special", "", {"*"}, "su", ""},
                    ListCase{"returns_subscribed",
                             "",
                             {"%"},
                             "S",
                             R"(INBOX(\HasNoChildren \Subscribed) Sent(\HasNoChildren \Sent) a(\HasChildren) )"
                             R"(a b(\HasNoChildren) gone(\NonExistent \HasChildren))"},
                    ListCase{"recursive",
                             "",
                             {"%"},
                             "sr",
                             R"(INBOX(\HasNoChildren \Subscribed) a (CHILDINFO (SUBSCRIBED))(\HasChildren) )"
                             R"(lost (CHILDINFO (SUBSCRIBED))(\NonExistent \HasNoChildren))"}),
    [](const auto& info) { return info.param.name; });

// RFC 9051 §6.3.9: \NonExistent without asking, and OLDNAME for who spells a name otherwise.
TEST(ListingOfRev2, NeedsNoOptions) {
  const auto listed = [](std::vector<std::string> patterns) {
    List command;
    command.patterns = std::move(patterns);
    std::string out;
    write_listing(out, command, account(), {}, NameForm::utf8, true);
    return out;
  };
  EXPECT_EQ(listed({"gone"}), "* LIST (\\NonExistent \\HasChildren) \"/\" gone\r\n");
  EXPECT_EQ(listed({"inbox"}), "* LIST (\\HasNoChildren) \"/\" INBOX (\"OLDNAME\" (inbox))\r\n");
  EXPECT_EQ(listed({"inb%"}), "* LIST (\\HasNoChildren) \"/\" INBOX\r\n");
  EXPECT_EQ(listed({"INBOX"}), "* LIST (\\HasNoChildren) \"/\" INBOX\r\n");
}

TEST(ListingChildInfo, IsTold) {
  List command;
  command.patterns = {"a"};
  command.selects_subscribed = command.is_recursive_match = true;
  std::string out;
  write_listing(out, command, account());
  EXPECT_EQ(out, "* LIST (\\HasChildren) \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n");
}

TEST(ListingStatus, IsToldOfMailboxesOnly) {
  List command;
  command.patterns = {"gone*"};
  std::string out, told;
  write_listing(out, command, account(), [&](const store::MailboxInfo& mailbox) { told += mailbox.name + " "; });
  EXPECT_EQ(told, "gone/x/y ");
}

struct LsubCase {
  const char* pattern;
  const char* lines;
};

class Lsubbing : public testing::TestWithParam<LsubCase> {};

TEST_P(Lsubbing, Lists) {
  std::string out;
  write_listing(out, Lsub{.reference = "", .pattern = GetParam().pattern}, account());
  EXPECT_EQ(short_form(out), GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(
    Imap, Lsubbing,
    testing::Values(LsubCase{"*", R"(INBOX(\HasNoChildren) a/b(\HasNoChildren) lost/box(\Noselect \HasNoChildren))"},
                    // RFC 3501 §6.3.9: what '%' cuts off stands for what is below it.
                    LsubCase{"%", R"(INBOX(\HasNoChildren) a(\Noselect \HasChildren) lost(\Noselect \HasNoChildren))"},
                    LsubCase{"a", ""}, LsubCase{"", R"((\Noselect))"}));

}  // namespace
}  // namespace portreeve::imap
