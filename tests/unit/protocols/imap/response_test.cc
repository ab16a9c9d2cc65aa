#include "protocols/imap/response.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portreeve::imap {
namespace {

template <class Writer, class... Arguments>
std::string printed(Writer writer, const Arguments&... arguments) {
  std::string out;
  writer(out, arguments...);
  return out;
}

TEST(Response, Status) {
  EXPECT_EQ(printed(write_tagged, "a", Reply::ok("Done")), "a OK Done\r\n");
  EXPECT_EQ(printed(write_tagged, "a", Reply::no("No", "TRYCREATE")), "a NO [TRYCREATE] No\r\n");
  EXPECT_EQ(printed(write_tagged, "", Reply::bad("Bad")), "* BAD Bad\r\n");
  EXPECT_EQ(printed(write_untagged, Reply::bye("Bye")), "* BYE Bye\r\n");
  EXPECT_EQ(printed(write_untagged, Reply{Condition::preauth, "Hi"}), "* PREAUTH Hi\r\n");
  EXPECT_EQ(printed(write_continuation, Text("VXNlcm5hbWU6")), "+ VXNlcm5hbWU6\r\n");
  EXPECT_EQ(printed(write_continuation, Text("")), "+ \r\n");
}

TEST(Response, NothingBreaksALine) {
  EXPECT_EQ(printed(write_untagged, Reply::no("a\r\n* BYE \x01\xc3\xbc")), "* NO a??* BYE ???\r\n");
  EXPECT_EQ(Code("A]\r\n B").view(), "A B");
}

TEST(Response, Codes) {
  std::vector<std::string> keywords{"$Junk", "Work"};
  EXPECT_EQ(Code::number("UIDNEXT", 4392).view(), "UIDNEXT 4392");
  EXPECT_EQ(Code::append_uid(38505, 3955).view(), "APPENDUID 38505 3955");
  EXPECT_EQ(
      Code::copy_uid(38505, std::vector<std::uint32_t>{304, 319, 320}, std::vector<std::uint32_t>{3956, 3957, 3958})
          .view(),
      "COPYUID 38505 304,319:320 3956:3958");
  EXPECT_EQ(Code::permanent_flags(kAllSystemFlags, keywords, true).view(),
            "PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Junk Work \\*)");
  EXPECT_EQ(Code::permanent_flags(0, {}, false).view(), "PERMANENTFLAGS ()");
  EXPECT_EQ(Code::capability(std::vector<std::string_view>{"IMAP4rev1", "IDLE"}).view(), "CAPABILITY IMAP4rev1 IDLE");
}

TEST(Response, Strings) {
  EXPECT_EQ(printed(write_string, ""), "\"\"");
  EXPECT_EQ(printed(write_string, "a b"), "\"a b\"");
  EXPECT_EQ(printed(write_string, R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(printed(write_string, "a\r\nb"), "{4}\r\na\r\nb");
  EXPECT_EQ(printed(write_string, "\xc3\xbc"), "{2}\r\n\xc3\xbc");
  EXPECT_EQ(printed(write_string, std::string("a\0b", 3)), "{3}\r\na?b");
  std::string big(1001, 'x');
  EXPECT_EQ(printed(write_string, big), "{1001}\r\n" + big);
  EXPECT_EQ(printed(write_nstring, std::nullopt), "NIL");
  EXPECT_EQ(printed(write_nstring, std::optional<std::string>("x")), "\"x\"");
  EXPECT_EQ(printed(write_astring, "X-Foo_1.b"), "X-Foo_1.b");
  EXPECT_EQ(printed(write_astring, "nil"), "\"nil\"");
  EXPECT_EQ(printed(write_astring, ""), "\"\"");
  EXPECT_EQ(printed(write_astring, "a*"), "\"a*\"");
}

TEST(Response, Mailboxes) {
  EXPECT_EQ(printed(write_mailbox, "INBOX"), "INBOX");
  EXPECT_EQ(printed(write_mailbox, "Entw\u00fcrfe"), "\"Entw&APw-rfe\"");
  EXPECT_EQ(printed(write_mailbox, "a&b/c"), "\"a&-b/c\"");
}

TEST(Response, Flags) {
  std::vector<std::string> keywords{"$Junk", "Work", "x"};
  EXPECT_EQ(printed(write_flags, SystemFlags{0}, false, std::uint64_t{0}, keywords), "()");
  EXPECT_EQ(printed(write_flags, kSeen, true, std::uint64_t{0b101}, keywords), "(\\Seen \\Recent $Junk x)");
  EXPECT_EQ(printed(write_flags, kAllSystemFlags, false, std::uint64_t{0b10}, keywords),
            "(\\Answered \\Flagged \\Deleted \\Seen \\Draft Work)");
  // Bits without a keyword print nothing.
  EXPECT_EQ(printed(write_flags, SystemFlags{0}, false, ~std::uint64_t{0}, keywords), "($Junk Work x)");
}

TEST(Response, InternalDates) {
  EXPECT_EQ(printed(write_internal_date, std::int64_t{837596665}), "\"17-Jul-1996 09:44:25 +0000\"");
  EXPECT_EQ(printed(write_internal_date, std::int64_t{0}), "\" 1-Jan-1970 00:00:00 +0000\"");
}

TEST(Response, Lines) {
  EXPECT_EQ(printed(write_capability, std::vector<std::string_view>{"IMAP4rev1", "ID"}),
            "* CAPABILITY IMAP4rev1 ID\r\n");
  EXPECT_EQ(printed(write_enabled, std::vector<std::string>{}), "* ENABLED\r\n");
  EXPECT_EQ(printed(write_enabled, std::vector<std::string>{"CONDSTORE"}), "* ENABLED CONDSTORE\r\n");
  EXPECT_EQ(printed(write_namespace), "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
  EXPECT_EQ(printed(write_exists, 23u), "* 23 EXISTS\r\n");
  EXPECT_EQ(printed(write_recent, 0u), "* 0 RECENT\r\n");
  EXPECT_EQ(printed(write_expunge, 4294967295u), "* 4294967295 EXPUNGE\r\n");
  EXPECT_EQ(printed(write_flags_line, std::vector<std::string>{"Work"}),
            "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft Work)\r\n");
  EXPECT_EQ(printed(write_search, std::vector<std::uint32_t>{}), "* SEARCH\r\n");
  EXPECT_EQ(printed(write_search, std::vector<std::uint32_t>{2, 84, 882}), "* SEARCH 2 84 882\r\n");
  EXPECT_EQ(printed(write_status, "blurdybloop",
                    std::vector<std::pair<StatusItem, std::uint64_t>>{{StatusItem::messages, 231},
                                                                      {StatusItem::uid_next, 44292}}),
            "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n");
  std::string id;
  write_id(id, {{"name", "Portreeve"}, {"version", "\"1\""}});
  EXPECT_EQ(id, "* ID (\"name\" \"Portreeve\" \"version\" \"\\\"1\\\"\")\r\n");
  id.clear();
  write_id(id, {});
  EXPECT_EQ(id, "* ID NIL\r\n");
}

TEST(Response, List) {
  EXPECT_EQ(printed(write_list, ListLine{.name = "INBOX"}), "* LIST () \"/\" INBOX\r\n");
  EXPECT_EQ(printed(write_list, ListLine{.has_children = false, .special_use = SpecialUse::sent, .name = "Sent"}),
            "* LIST (\\HasNoChildren \\Sent) \"/\" Sent\r\n");
  EXPECT_EQ(printed(write_list, ListLine{.is_no_select = true, .has_children = true, .name = "a/b"}),
            "* LIST (\\Noselect \\HasChildren) \"/\" a/b\r\n");
  EXPECT_EQ(
      printed(write_list,
              ListLine{.is_non_existent = true, .is_subscribed = true, .has_subscribed_child = true, .name = "x"}),
      "* LIST (\\NonExistent \\Subscribed) \"/\" x (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n");
  EXPECT_EQ(printed(write_list, ListLine{.is_lsub = true, .name = "x"}), "* LSUB () \"/\" x\r\n");
  EXPECT_EQ(printed(write_list_root, false), "* LIST (\\Noselect) \"/\" \"\"\r\n");
  EXPECT_EQ(printed(write_list_root, true), "* LSUB (\\Noselect) \"/\" \"\"\r\n");
}

TEST(Response, Fetch) {
  std::vector<std::string> keywords{"Work"};
  std::string out;
  FetchWriter fetch(out, 12);
  fetch.uid(4).flags(kSeen, false, 1, keywords).internal_date(0).rfc822_size(44827);
  fetch.envelope("(NIL)").body("(1)").body_structure("(2)");
  FetchItem item;
  item.kind = FetchItem::Kind::section;
  item.section.label = "HEADER.FIELDS (From)";
  item.partial = Partial{.offset = 7, .length = 100};
  fetch.literal(item, 3);
  out += "abc";
  item.section.label = "5";
  item.partial.reset();
  fetch.nil(item);
  item.kind = FetchItem::Kind::rfc822_text;
  fetch.literal(item, 0);
  fetch.finish();
  EXPECT_EQ(out,
            "* 12 FETCH (UID 4 FLAGS (\\Seen Work) INTERNALDATE \" 1-Jan-1970 00:00:00 +0000\" RFC822.SIZE 44827 "
            "ENVELOPE (NIL) BODY (1) BODYSTRUCTURE (2) BODY[HEADER.FIELDS (From)]<7> {3}\r\nabc BODY[5] NIL "
            "RFC822.TEXT {0}\r\n)\r\n");
}

}  // namespace
}  // namespace portreeve::imap
