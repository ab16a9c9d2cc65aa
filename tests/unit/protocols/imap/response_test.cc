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

// With what these have by default.
constexpr auto kWriteTagged = [](std::string& out, const auto&... arguments) { write_tagged(out, arguments...); };
constexpr auto kWriteUntagged = [](std::string& out, const auto&... arguments) { write_untagged(out, arguments...); };
constexpr auto kWriteContinuation = [](std::string& out, const auto&... arguments) {
  write_continuation(out, arguments...);
};
constexpr auto kWriteMailbox = [](std::string& out, const auto&... arguments) { write_mailbox(out, arguments...); };
constexpr auto kWriteStatus = [](std::string& out, const auto&... arguments) { write_status(out, arguments...); };
constexpr auto kWriteSearch = [](std::string& out, const auto&... arguments) { write_search(out, arguments...); };
constexpr auto kWriteEsearch = [](std::string& out, const auto&... arguments) { write_esearch(out, arguments...); };
constexpr auto kWriteList = [](std::string& out, const auto&... arguments) { write_list(out, arguments...); };

TEST(Response, InLanguages) {
  using session::Language;
  EXPECT_EQ(printed(kWriteTagged, "a", Reply::ok("Found", "X"), Language::german), "a OK [X] Gefunden\r\n");
  EXPECT_EQ(printed(kWriteUntagged, Reply::no("Cannot list: it doesn't exist"), Language::german),
            "* NO Kann nicht auflisten: das gibt es nicht\r\n");
  // What no table has stays as it is, without what no text may have.
  EXPECT_EQ(printed(kWriteUntagged, Reply::no("Found: \xc3\xbc\r\n"), Language::german), "* NO Gefunden: ????\r\n");
  EXPECT_EQ(printed(kWriteUntagged, Reply::ok("Found"), Language::english), "* OK Found\r\n");
  EXPECT_EQ(printed(kWriteContinuation, Text("Lost")), "+ Lost\r\n");
  EXPECT_EQ(printed(write_languages, std::vector{Language::german}), "* LANGUAGE (de)\r\n");
  EXPECT_EQ(printed(write_languages, std::vector{Language::french, Language::i_default}),
            "* LANGUAGE (fr i-default)\r\n");
}

TEST(Response, Comparators) {
  EXPECT_EQ(printed(write_comparator, "i;octet", std::vector<std::string>{"i;octet"}), "* COMPARATOR \"i;octet\"\r\n");
  EXPECT_EQ(printed(write_comparator, "x", std::vector<std::string>{"x", "i;y"}), "* COMPARATOR x (x \"i;y\")\r\n");
}

TEST(Response, EsearchOfAMailbox) {
  const SearchReturn all{.has_all = true};
  const std::vector<std::uint32_t> uids{1, 2, 9};
  EXPECT_EQ(printed(kWriteEsearch, Correlator{.tag = "a", .mailbox = "x\xc3\xbc", .uid_validity = 7}, true, all, uids),
            "* ESEARCH (TAG \"a\" MAILBOX \"x&APw-\" UIDVALIDITY 7) UID ALL 1:2,9\r\n");
  EXPECT_EQ(
      printed(kWriteEsearch, Correlator{.tag = "a", .mailbox = "x\xc3\xbc", .uid_validity = 7, .form = NameForm::utf8},
              true, all, uids),
      "* ESEARCH (TAG \"a\" MAILBOX \"x\xc3\xbc\" UIDVALIDITY 7) UID ALL 1:2,9\r\n");
}

TEST(Response, Status) {
  EXPECT_EQ(printed(kWriteTagged, "a", Reply::ok("Done")), "a OK Done\r\n");
  EXPECT_EQ(printed(kWriteTagged, "a", Reply::no("No", "TRYCREATE")), "a NO [TRYCREATE] No\r\n");
  EXPECT_EQ(printed(kWriteTagged, "", Reply::bad("Bad")), "* BAD Bad\r\n");
  EXPECT_EQ(printed(kWriteUntagged, Reply::bye("Bye")), "* BYE Bye\r\n");
  EXPECT_EQ(printed(kWriteUntagged, Reply{Condition::preauth, "Hi"}), "* PREAUTH Hi\r\n");
  EXPECT_EQ(printed(kWriteContinuation, Text("VXNlcm5hbWU6")), "+ VXNlcm5hbWU6\r\n");
  EXPECT_EQ(printed(kWriteContinuation, Text("")), "+ \r\n");
}

TEST(Response, NothingBreaksALine) {
  EXPECT_EQ(printed(kWriteUntagged, Reply::no("a\r\n* BYE \x01\xc3\xbc")), "* NO a??* BYE ???\r\n");
  EXPECT_EQ(Code("A]\r\n B").view(), "A B");
}

TEST(Response, News) {
  EXPECT_EQ(printed(kWriteList, ListLine{.is_non_existent = true, .name = "a"}), "* LIST (\\NonExistent) \"/\" a\r\n");
  EXPECT_EQ(printed(kWriteList, ListLine{.has_children = true, .name = "new", .old_name = "o\"ld"}),
            "* LIST (\\HasChildren) \"/\" new (\"OLDNAME\" (\"o\\\"ld\"))\r\n");
  EXPECT_EQ(printed(write_changed_metadata, "a b", std::vector<std::string_view>{"/private/x", "/shared/y z"},
                    NameForm::modified_utf7),
            "* METADATA \"a b\" /private/x \"/shared/y z\"\r\n");
  EXPECT_EQ(printed(write_result_change, "t]", false, ResultChange::removed,
                    std::vector<ResultPiece>{{3, {7, 8, 4}}, {1, {2}}}),
            "* ESEARCH (TAG \"t]\") REMOVEFROM (3 7:8,4 1 2)\r\n");
  EXPECT_EQ(Code::no_update("a]").view(), "NOUPDATE \"a]\"");
}

TEST(Response, Codes) {
  std::vector<std::string> keywords{"$Junk", "Work"};
  EXPECT_EQ(Code::number("UIDNEXT", 4392).view(), "UIDNEXT 4392");
  EXPECT_EQ(Code::mailbox_id(12).view(), "MAILBOXID (M12)");
  EXPECT_EQ(Code::modified(std::vector<std::uint32_t>{7, 9, 10}).view(), "MODIFIED 7,9:10");
  EXPECT_EQ(Code::append_uid(38505, std::vector<std::uint32_t>{3955}).view(), "APPENDUID 38505 3955");
  EXPECT_EQ(Code::append_uid(1, std::vector<std::uint32_t>{3, 4, 5, 7}).view(), "APPENDUID 1 3:5,7");
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
  EXPECT_EQ(printed(kWriteMailbox, "INBOX"), "INBOX");
  EXPECT_EQ(printed(kWriteMailbox, "Entw\u00fcrfe"), "\"Entw&APw-rfe\"");
  EXPECT_EQ(printed(kWriteMailbox, "a&b/c"), "\"a&-b/c\"");
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
  EXPECT_EQ(printed(write_enabled, std::vector<std::string_view>{}), "* ENABLED\r\n");
  EXPECT_EQ(printed(write_enabled, std::vector<std::string_view>{"CONDSTORE"}), "* ENABLED CONDSTORE\r\n");
  EXPECT_EQ(printed(write_namespace), "* NAMESPACE ((\"\" \"/\")) ((\"Other Users/\" \"/\")) NIL\r\n");
  EXPECT_EQ(printed(write_exists, 23u), "* 23 EXISTS\r\n");
  EXPECT_EQ(printed(write_recent, 0u), "* 0 RECENT\r\n");
  EXPECT_EQ(printed(write_expunge, 4294967295u), "* 4294967295 EXPUNGE\r\n");
  EXPECT_EQ(printed(write_vanished, std::vector<NumberRange>{{41, 41}, {43, 116}}, false), "* VANISHED 41,43:116\r\n");
  EXPECT_EQ(printed(write_vanished, std::vector<NumberRange>{{1, 1}}, true), "* VANISHED (EARLIER) 1\r\n");
  EXPECT_EQ(printed(write_flags_line, std::vector<std::string>{"Work"}),
            "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft Work)\r\n");
  EXPECT_EQ(printed(kWriteSearch, std::vector<std::uint32_t>{}), "* SEARCH\r\n");
  EXPECT_EQ(printed(kWriteSearch, std::vector<std::uint32_t>{2, 84, 882}), "* SEARCH 2 84 882\r\n");
  EXPECT_EQ(printed(kWriteSearch, std::vector<std::uint32_t>{2, 84}, 9223372036854775807u),
            "* SEARCH 2 84 (MODSEQ 9223372036854775807)\r\n");
  const std::vector<std::uint32_t> some{2, 3, 4, 9};
  const SearchReturn everything{.has_min = true, .has_max = true, .has_all = true, .has_count = true};
  EXPECT_EQ(printed(kWriteEsearch, "a1", false, everything, some),
            "* ESEARCH (TAG \"a1\") MIN 2 MAX 9 COUNT 4 ALL 2:4,9\r\n");
  // RFC 4731 §3.1: of nothing there is only COUNT.
  EXPECT_EQ(printed(kWriteEsearch, "a1", true, everything, std::vector<std::uint32_t>{}),
            "* ESEARCH (TAG \"a1\") UID COUNT 0\r\n");
  EXPECT_EQ(printed(kWriteEsearch, "a1", true,
                    SearchReturn{.has_count = true, .page = Page{.first = 1, .last = 2, .is_from_end = true}}, some),
            "* ESEARCH (TAG \"a1\") UID COUNT 4 PARTIAL (-1:-2 4,9)\r\n");
  EXPECT_EQ(printed(kWriteEsearch, "a1", false, SearchReturn{.page = Page{.first = 9, .last = 5}}, some),
            "* ESEARCH (TAG \"a1\") PARTIAL (9:5 NIL)\r\n");
  EXPECT_EQ(printed(kWriteEsearch, "a1", false, SearchReturn{.has_count = true, .has_relevancy = true}, some),
            "* ESEARCH (TAG \"a1\") COUNT 4 RELEVANCY (100 100 100 100)\r\n");
  EXPECT_EQ(printed(kWriteEsearch, "a]", true, SearchReturn{.has_max = true}, some),
            "* ESEARCH (TAG \"a]\") UID MAX 9\r\n");
  EXPECT_EQ(printed(kWriteStatus, "blurdybloop",
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
  EXPECT_EQ(printed(kWriteList, ListLine{.name = "INBOX"}), "* LIST () \"/\" INBOX\r\n");
  EXPECT_EQ(printed(kWriteList, ListLine{.has_children = false, .special_use = SpecialUse::sent, .name = "Sent"}),
            "* LIST (\\HasNoChildren \\Sent) \"/\" Sent\r\n");
  EXPECT_EQ(printed(kWriteList, ListLine{.is_no_select = true, .has_children = true, .name = "a/b"}),
            "* LIST (\\Noselect \\HasChildren) \"/\" a/b\r\n");
  EXPECT_EQ(
      printed(kWriteList,
              ListLine{.is_non_existent = true, .is_subscribed = true, .has_subscribed_child = true, .name = "x"}),
      "* LIST (\\NonExistent \\Subscribed) \"/\" x (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n");
  EXPECT_EQ(printed(kWriteList, ListLine{.is_lsub = true, .name = "x"}), "* LSUB () \"/\" x\r\n");
  EXPECT_EQ(printed(write_list_root, false), "* LIST (\\Noselect) \"/\" \"\"\r\n");
  EXPECT_EQ(printed(write_list_root, true), "* LSUB (\\Noselect) \"/\" \"\"\r\n");
}

TEST(Response, Quotas) {
  const std::vector<QuotaResource> resources{{"STORAGE", 1, UINT64_MAX}, {"MAILBOX", 6, 7}};
  std::string out;
  write_quota(out, "a b", resources);
  EXPECT_EQ(out, "* QUOTA \"a b\" (STORAGE 1 18446744073709551615 MAILBOX 6 7)\r\n");
}

TEST(Response, UidBatches) {
  const std::vector<NumberRange> batches{{99696, 215295}, {20351, 99695}, {7, 7}, {1, 6}};
  std::string out;
  write_uid_batches(out, "A143", batches);
  EXPECT_EQ(out, "* UIDBATCHES (TAG \"A143\") 215295:99696,99695:20351,7,6:1\r\n");
  out.clear();
  write_uid_batches(out, "A144", {});
  EXPECT_EQ(out, "* UIDBATCHES (TAG \"A144\")\r\n");
}

TEST(Response, MessageLimit) {
  EXPECT_EQ(Code::message_limit(1000, 23007).view(), "MESSAGELIMIT 1000 23007");
  EXPECT_EQ(Code::message_limit(1000, std::nullopt).view(), "MESSAGELIMIT 1000");
}

TEST(Response, FetchByUidOnly) {
  std::string out;
  FetchWriter(out, 4, true).save_date(0).finish();
  FetchWriter(out, 5, true).save_date(1).finish();
  EXPECT_EQ(out, "* 4 UIDFETCH (SAVEDATE NIL)\r\n* 5 UIDFETCH (SAVEDATE \" 1-Jan-1970 00:00:01 +0000\")\r\n");
}

TEST(Response, Fetch) {
  std::vector<std::string> keywords{"Work"};
  std::string out;
  FetchWriter fetch(out, 12);
  fetch.uid(4)
      .flags(kSeen, false, 1, keywords)
      .mod_seq(65402)
      .email_id(7)
      .no_thread_id()
      .internal_date(0)
      .rfc822_size(44827);
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
            "* 12 FETCH (UID 4 FLAGS (\\Seen Work) MODSEQ (65402) EMAILID (E7) THREADID NIL INTERNALDATE \" 1-Jan-1970 "
            "00:00:00 +0000\" "
            "RFC822.SIZE 44827 "
            "ENVELOPE (NIL) BODY (1) BODYSTRUCTURE (2) BODY[HEADER.FIELDS (From)]<7> {3}\r\nabc BODY[5] NIL "
            "RFC822.TEXT {0}\r\n)\r\n");
}

// RFC 6855 §3
TEST(Response, NamesInUtf8) {
  const auto written = [](std::string_view name) {
    std::string out;
    write_mailbox(out, name, NameForm::utf8);
    return out;
  };
  EXPECT_EQ(written("INBOX"), "INBOX");
  EXPECT_EQ(written("R&D"), "\"R&D\"");
  EXPECT_EQ(written("M\u00fcll \"x\\"), "\"M\u00fcll \\\"x\\\\\"");
}

}  // namespace
}  // namespace portreeve::imap
