// What is refused, with what words, and that the next command is understood all the same.
#include <gtest/gtest.h>

#include "command_text.h"

namespace portreeve::imap {
namespace {

struct Case {
  std::string_view input;  // CRLF is added
  std::string_view expected;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& test : cases) {
    SCOPED_TRACE(test.input);
    EXPECT_EQ(events(std::string(test.input) + "\r\n"), test.expected);
  }
}

// All of these are BAD under the tag; the words are the grammar's affair.
void check_bad(std::initializer_list<std::string_view> inputs) {
  for (std::string_view input : inputs) {
    SCOPED_TRACE(input);
    std::string seen = events(std::string(input) + "\r\n");
    EXPECT_TRUE(seen.starts_with("a BAD ")) << seen;
    EXPECT_FALSE(seen.contains('\n')) << seen;
  }
}

TEST(Malformed, WithoutATag) {
  check({
      {"+ NOOP", "* BAD Expected a tag"},
      {"a+b NOOP", "* BAD Expected a tag"},
      {"a\tNOOP", "* BAD Expected a tag"},
      {" NOOP", "* BAD Expected a tag"},
      {"\"a\" NOOP", "* BAD Expected a tag"},
      {"{1+}\r\na NOOP", "* BAD Expected a tag"},
      {"a\xc3\xbc NOOP", "* BAD Expected a tag"},
      {std::string_view("\0 NOOP", 6), "* BAD Expected a tag"},
      {"GET / HTTP/1.1", "GET BAD Expected a command"},
  });
  EXPECT_EQ(events(std::string(200, 'x') + " NOOP\r\n"), "* BAD Expected a tag");
}

TEST(Malformed, Metadata) {
  check_bad({"a GETMETADATA",
             "a GETMETADATA INBOX",
             "a GETMETADATA INBOX ()",
             "a GETMETADATA INBOX comment",
             "a GETMETADATA INBOX /",
             "a GETMETADATA INBOX /private/",
             "a GETMETADATA INBOX /private//a",
             "a GETMETADATA INBOX \"/private/*\"",
             "a GETMETADATA INBOX \"/private/%\"",
             "a GETMETADATA INBOX \"/private/\xc3\xbc\"",
             "a GETMETADATA (DEPTH 2) INBOX /private/a",
             "a GETMETADATA (MAXSIZE) INBOX /private/a",
             "a GETMETADATA (SIZE 5) INBOX /private/a",
             "a GETMETADATA (DEPTH 1) INBOX",
             "a SETMETADATA",
             "a SETMETADATA INBOX",
             "a SETMETADATA INBOX ()",
             "a SETMETADATA INBOX /private/a x",
             "a SETMETADATA INBOX (/private/a)",
             "a SETMETADATA INBOX (/private/a atom)",
             "a SETMETADATA INBOX (/private/a ~x)",
             "a SETMETADATA INBOX (/private/a ~\"x\")",
             "a LIST \"\" * RETURN (METADATA)",
             "a LIST \"\" * RETURN (METADATA /private/a)",
             "a LIST \"\" * RETURN (METADATA ())"});
  check_bad({"a GETMETADATA INBOX /" + std::string(1000, 'x')});
}

TEST(Malformed, Quotas) {
  check_bad({"a GETQUOTA", "a GETQUOTA ()", "a GETQUOTA x y", "a GETQUOTAROOT", "a GETQUOTAROOT INBOX x", "a SETQUOTA",
             "a SETQUOTA x", "a SETQUOTA x STORAGE 5", "a SETQUOTA x (STORAGE)", "a SETQUOTA x (STORAGE -1)",
             "a SETQUOTA x (STORAGE 5 MESSAGE)", "a SETQUOTA x (STORAGE 12345678901234567890)",
             "a SETQUOTA x (STORAGE 9223372036854775808)", "a SETQUOTA x (STORAGE 5k)"});
}

TEST(Malformed, UidBatches) {
  check_bad({"a UIDBATCHES", "a UIDBATCHES 0", "a UIDBATCHES x", "a UIDBATCHES 500 1",
             "a UIDBATCHES 500 1:", "a UIDBATCHES 500 1:*", "a UIDBATCHES 500 0:1", "a UIDBATCHES 500 1,2",
             "a UIDBATCHES 4294967296", "a UIDBATCHES 500 1:2 3", "a UID UIDBATCHES 500"});
}

TEST(Malformed, Notify) {
  check_bad({"a NOTIFY",
             "a NOTIFY ALL",
             "a NOTIFY NONE x",
             "a NOTIFY SET",
             "a NOTIFY SET STATUS",
             "a NOTIFY SET ()",
             "a NOTIFY SET (personal)",
             "a NOTIFY SET (personal )",
             "a NOTIFY SET (personal ())",
             "a NOTIFY SET (personal (MailboxName)",
             "a NOTIFY SET (personal (MailboxName)))",
             "a NOTIFY SET (nobody NONE)",
             "a NOTIFY SET (subtree NONE)",
             "a NOTIFY SET (mailboxes () NONE)",
             "a NOTIFY SET (personal NONE)(inboxes NONE)",
             "a NOTIFY SET (personal (MessageNew))",
             "a NOTIFY SET (personal (FlagChange))",
             "a NOTIFY SET (personal (MessageNew (UID) MessageExpunge))",
             "a NOTIFY SET (selected (MessageNew () MessageExpunge))",
             "a NOTIFY SET (selected (MessageNew (X) MessageExpunge))",
             "a NOTIFY SET (selected (MessageExpunge (UID) MessageNew))",
             "a NOTIFY SET (selected (MailboxName))",
             "a NOTIFY SET (selected NONE) (selected NONE)",
             "a NOTIFY SET (selected NONE) (selected-delayed NONE)",
             "a CANCELUPDATE",
             "a CANCELUPDATE ",
             "a CANCELUPDATE (\"a\")",
             "a SEARCH RETURN (UPDATE ()) ALL",
             "a SEARCH RETURN (UPDATE (X)) ALL",
             "a SEARCH RETURN (UPDATE (UID) ALL",
             "a SORT RETURN (CONTEXT (UID)) (DATE) UTF-8 ALL"});
}

TEST(Malformed, Urls) {
  check_bad({"a RESETKEY ()", "a RESETKEY x ()", "a RESETKEY x a_b", "a GENURLAUTH", "a GENURLAUTH x",
             "a GENURLAUTH x ()", "a GENURLAUTH x INTERNAL y", "a URLFETCH", "a URLFETCH ()", "a URLFETCH (x",
             "a URLFETCH (x BODY BODY)", "a URLFETCH (x BODY BINARY)", "a URLFETCH (x FLAGS)", "a URLFETCH (x )",
             "a URLFETCH x y)"});
}

TEST(Malformed, Catenate) {
  check_bad({"a APPEND x CATENATE", "a APPEND x CATENATE ()", "a APPEND x CATENATE URL /a", "a APPEND x CATENATE (URL)",
             "a APPEND x CATENATE (URL \"\")", "a APPEND x CATENATE (URL /a", "a APPEND x CATENATE (URL /a )",
             "a APPEND x CATENATE (URL /a URL)", "a APPEND x CATENATE (TEXT)", "a APPEND x CATENATE (TEXT hi)",
             "a APPEND x CATENATE (/a)", "a APPEND x CATENATE (URL /a) x", "a REPLACE 1 x CATENATE (URL /a) ()",
             "a REPLACE 1 x CATENATE (URL /a) CATENATE (URL /b)"});
}

TEST(Malformed, Compress) {
  check_bad({"a COMPRESS", "a COMPRESS ", "a COMPRESS DEFLATE 6", "a COMPRESS \"DEFLATE\"", "a COMPRESS ()",
             "a UNAUTHENTICATE now"});
}

TEST(Malformed, Commands) {
  check({
      {"a", "a BAD Expected a space"},
      {"a ", "a BAD Expected a command"},
      {"a FOO", "a BAD Unknown command"},
      {"a NOOPX", "a BAD Unknown command"},
      {"a XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "a BAD Unknown command"},
      {"a UID", "a BAD Expected a space"},
      {"a UID NOOP", "a BAD That command has no UID form"},
      {"a UID LOGIN x y", "a BAD That command has no UID form"},
      {"a NOOP x", "a BAD Unexpected text after the command"},
      {"a EXPUNGE 1:3", "a BAD EXPUNGE takes no arguments"},
      {"a UID EXPUNGE", "a BAD UID EXPUNGE needs a set of UIDs"},
  });
  check_bad({"a  NOOP", "a NOOP\t", "a NOOP()", "a NOOP\r"});
}

TEST(Malformed, Strings) {
  check_bad({
      "a LOGIN",       "a LOGIN ",       "a LOGIN x",      "a LOGIN x ",          "a LOGIN  x y",  "a LOGIN x  y",
      "a LOGIN x y z", "a LOGIN \"x y",  "a LOGIN \"x\"y", "a LOGIN \"a\\b\" c",  "a LOGIN \"a\\", "a LOGIN (x) y",
      "a LOGIN x* y",  "a LOGIN x\\ y",  "a LOGIN \x01 y", "a LOGIN {} y",        "a LOGIN {x} y", "a LOGIN {-1} y",
      "a LOGIN {1 y",  "a LOGIN {1}x y", "a LOGIN {1+} y", "a LOGIN {3} foo {4}",
  });
  check_bad({std::string_view("a LOGIN {3+}\r\nx\0y z", 20), std::string_view("a LOGIN \"x\0y\" z", 15)});
}

TEST(Malformed, Arguments) {
  check_bad({
      "a ID",
      "a ID x",
      "a ID (\"a\")",
      "a ID (\"a\" \"b\" \"c\")",
      "a ID (\"a\" b)",
      "a ID (NIL \"b\")",
      "a AUTHENTICATE",
      "a AUTHENTICATE PLAIN x y",
      "a AUTHENTICATE PLAIN \"x\"",
      "a AUTHENTICATE {5+}\r\nPLAIN",
      "a SELECT",
      "a SELECT (x)",
      "a SELECT INBOX CONDSTORE",
      "a SELECT INBOX ()",
      "a SELECT INBOX (CONDSTORE",
      "a SELECT INBOX (QRESYNC)",
      "a SELECT INBOX (QRESYNC ())",
      "a SELECT INBOX (QRESYNC (1))",
      "a SELECT INBOX (QRESYNC (1 x))",
      "a SELECT INBOX (QRESYNC (1 2 *))",
      "a SELECT INBOX (QRESYNC (1 2 1:* (1 1)))",
      "a SELECT INBOX (QRESYNC (1 2 (1:* 1)))",
      "a SELECT INBOX (QRESYNC (1 2 (1)))",
      "a SELECT INBOX (QRESYNC (1 2 (1 1) 1:2))",
      "a SELECT INBOX (QRESYNC (1 9223372036854775808))",
      "a SELECT INBOX (QRESYNC 1 2)",
      "a SELECT INBOX (Q (((((((((((1))))))))))))",
      "a SELECT a b",
      "a CREATE x (USE)",
      "a CREATE x (USE (Sent))",
      "a CREATE x (FOO (\\Sent))",
      "a RENAME x",
      "a RENAME x y z",
      "a STATUS INBOX",
      "a STATUS INBOX ()",
      "a STATUS INBOX MESSAGES",
      "a STATUS INBOX (SIZES)",
      "a STATUS INBOX (MESSAGES UNSEEN",
      "a ENABLE",
      "a ENABLE (x)",
      "a LIST \"\"",
      "a LIST",
      "a LIST (FOO) \"\" *",
      "a LIST (RECURSIVEMATCH) \"\" *",
      "a LIST \"\" ()",
      "a LIST \"\" * (CHILDREN)",
      "a LIST \"\" * RETURN CHILDREN",
      "a LIST \"\" * RETURN (FOO)",
      "a LIST \"\" * RETURN (STATUS)",
      "a LSUB \"\"",
      "a LSUB \"\" * RETURN ()",
  });
}

TEST(Malformed, MailboxNamesAreRefusedWithNo) {
  check({
      {"a SELECT \"\"", "a NO [CANNOT] That can't be a mailbox name"},
      {"a SELECT /", "a NO [CANNOT] That can't be a mailbox name"},
      {"a CREATE a&b", "a NO [CANNOT] That can't be a mailbox name"},
      {"a CREATE \"a\x01\"", "a NO [CANNOT] That can't be a mailbox name"},
      {"a CREATE {2+}\r\n\r\n", "a NO [CANNOT] That can't be a mailbox name"},
      {"a SUBSCRIBE \"\xff\"", "a NO [CANNOT] That can't be a mailbox name"},
      {"a LIST \"\" &x*", "a NO [CANNOT] That can't be a mailbox name"},
      {"a APPEND &x {5}", "a NO [CANNOT] That can't be a mailbox name"},
      {"a APPEND &x {5+}\r\nhello", "a NO [CANNOT] That can't be a mailbox name"},
  });
}

TEST(Malformed, SelectedState) {
  check_bad({
      "a STORE",
      "a STORE 1",
      "a STORE 1 FLAGS",
      "a STORE 1 FLAGS (",
      "a STORE 1 FLAGS (\\Foo)",
      "a STORE 1 FOO (x)",
      "a STORE 1 FLAGS.LOUD (x)",
      "a STORE 1 () FLAGS (x)",
      "a STORE 1 (UNCHANGEDSINCE) FLAGS (x)",
      "a STORE 1 (UNCHANGEDSINCE -1) FLAGS (x)",
      "a STORE 1 (UNCHANGEDSINCE 9223372036854775808) FLAGS (x)",
      "a STORE 1 (UNCHANGEDSINCE 5)FLAGS (x)",
      "a STORE 1 (UNCHANGEDSINCE 5) (UNCHANGEDSINCE 5) FLAGS (x)",
      "a STORE 1 (FOO 5) FLAGS (x)",
      "a STORE 1 FLAGS (x) (UNCHANGEDSINCE 5)",
      "a STORE 1 +-FLAGS (x)",
      "a STORE 0 FLAGS (x)",
      "a STORE 1 FLAGS (\"x\")",
      "a STORE 1 FLAGS (x  y)",
      "a COPY 1",
      "a COPY x INBOX",
      "a COPY 1:2: INBOX",
      "a COPY 1, INBOX",
      "a COPY ,1 INBOX",
      "a COPY 4294967296 INBOX",
      "a COPY 01 INBOX",
      "a MOVE 1:2",
      "a COPY $1 INBOX",
      "a UID EXPUNGE x",
      "a UID EXPUNGE 1 2",
      "a FETCH",
      "a FETCH 1",
      "a FETCH 1 ()",
      "a FETCH 1 (ALL)",
      "a FETCH 1 FLAGS UID",
      "a FETCH 1 FOO",
      "a FETCH 1 (FLAGS",
      "a FETCH 1 (FLAGS  UID)",
      "a FETCH 1 (FLAGS) ()",
      "a FETCH 1 (FLAGS) (CHANGEDSINCE)",
      "a FETCH 1 (FLAGS) (CHANGEDSINCE x)",
      "a FETCH 1 (FLAGS) (CHANGEDSINCE 99999999999999999999)",
      "a FETCH 1 (FLAGS) (FOO 1)",
      "a UID FETCH 1 (FLAGS) (VANISHED)",
      "a FETCH 1 (FLAGS) CHANGEDSINCE 1",
      "a FETCH 1 (FLAGS)(CHANGEDSINCE 1)",
      "a FETCH 1 BODY.PEEK",
      "a FETCH 1 BODY[",
      "a FETCH 1 BODY[FOO]",
      "a FETCH 1 BODY[MIME]",
      "a FETCH 1 BODY[0]",
      "a FETCH 1 BODY[1.]",
      "a FETCH 1 BODY[.1]",
      "a FETCH 1 BODY[1.0]",
      "a FETCH 1 BODY[HEADER.FIELDS]",
      "a FETCH 1 BODY[HEADER.FIELDS ()]",
      "a FETCH 1 BODY[HEADER.FIELDS (a]",
      "a FETCH 1 BODY[]<1>",
      "a FETCH 1 BODY[]<1.0>",
      "a FETCH 1 BODY[]<-1.5>",
      "a FETCH 1 BODY[]<0.4294967296>",
      "a FETCH 1 BODYSTRUCTURE[]",
      "a SEARCH",
      "a SEARCH FILTER",
      "a SEARCH FILTER a/b",
      "a SEARCH FILTER \"a\"",
      "a SEARCH RETURN (RELEVANCY) SEEN",
      "a ESEARCH",
      "a ESEARCH IN ALL",
      "a ESEARCH IN () ALL",
      "a ESEARCH IN (personal ALL",
      "a ESEARCH IN (mailboxes) ALL",
      "a ESEARCH IN (mailboxes ()) ALL",
      "a ESEARCH IN (mailboxes INBOX)",
      "a ESEARCH IN (selected-delayed) ALL",
      "a ESEARCH IN (personal (depth 1)) ALL",
      "a ESEARCH IN (all) ALL",
      "a ESEARCH IN (personal) $",
      "a ESEARCH IN (personal) RETURN (SAVE) ALL",
      "a ESEARCH IN (selected personal) RETURN (SAVE COUNT) ALL",
      "a ESEARCH RETURN (COUNT) IN (personal) ALL",
      "a LANGUAGE d_e",
      "a LANGUAGE \"\"",
      "a LANGUAGE de  fr",
      "a LANGUAGE abcdefghi",
      "a COMPARATOR \"\"",
      "a COMPARATOR a/b",
      "a SEARCH ",
      "a SEARCH FOO",
      "a SEARCH ()",
      "a SEARCH (SEEN",
      "a SEARCH SEEN)",
      "a SEARCH NOT",
      "a SEARCH OR SEEN",
      "a SEARCH OR SEEN ",
      "a SEARCH FROM",
      "a SEARCH HEADER x",
      "a SEARCH LARGER x",
      "a SEARCH LARGER 4294967296",
      "a SEARCH EMAILID",
      "a SEARCH EMAILID a+b",
      "a SEARCH THREADID (x)",
      "a SEARCH MODSEQ",
      "a SEARCH MODSEQ x",
      "a SEARCH MODSEQ 9223372036854775808",
      "a SEARCH MODSEQ \"/flags/x\" 1",
      "a SEARCH MODSEQ \"/flags/x\" some 1",
      "a SEARCH ON 30-Feb-2024",
      "a SEARCH ON 1-Foo-2024",
      "a SEARCH ON \"1-Feb-2024",
      "a SEARCH ON 1-Feb-24",
      "a SEARCH KEYWORD \\Seen",
      "a SEARCH UID",
      "a SEARCH UID x",
      "a SEARCH CHARSET",
      "a SEARCH CHARSET UTF-8",
      "a SEARCH YOUNGER",
      "a SEARCH YOUNGER 0",
      "a SEARCH OLDER 4294967296",
      "a SEARCH OLDER -1",
      "a SEARCH RETURN (PARTIAL) ALL",
      "a SEARCH RETURN (PARTIAL 1) ALL",
      "a SEARCH RETURN (PARTIAL 0:1) ALL",
      "a SEARCH RETURN (PARTIAL 1:-1) ALL",
      "a SEARCH RETURN (PARTIAL -1:1) ALL",
      "a SEARCH RETURN (PARTIAL 1:*) ALL",
      "a SEARCH RETURN (PARTIAL 1:4294967296) ALL",
      "a SEARCH RETURN (PARTIAL 1:2 ALL) ALL",
      "a SEARCH RETURN (PARTIAL 1:2 PARTIAL 1:2) ALL",
      "a FETCH 1 FLAGS (PARTIAL 1)",
      "a FETCH 1 FLAGS (PARTIAL 1:2 PARTIAL 1:2)",
      "a FETCH 1 FLAGS ()",
      "a FETCH 1 FLAGS (NOPE)",
      "a FETCH 1 FLAGS PARTIAL 1:2",
      "a SEARCH FUZZY",
      "a SEARCH RETURN (RELEVANCY) TEXT x",
      "a SORT (RELEVANCY) UTF-8 TEXT x",
      "a SEARCH RETURN",
      "a SEARCH RETURN ()",
      "a SEARCH RETURN MIN ALL",
      "a SEARCH RETURN (MIN",
      "a SEARCH RETURN (MIN)ALL",
      "a SEARCH RETURN (MINIMUM) ALL",
      "a SEARCH RETURN (MIN  MAX) ALL",
      "a SEARCH CHARSET UTF-8 RETURN (MIN) ALL",
      "a SEARCH $1",
      "a SEARCH UID 1,$",
      "a SEARCH SEEN  ALL",
      "a SEARCH 1 2:",
  });
}

TEST(Malformed, Thread) {
  check_bad({
      "a THREAD",
      "a THREAD REFERENCES",
      "a THREAD REFERENCES UTF-8",
      "a THREAD REFERENCES ALL",
      "a THREAD NOPE UTF-8 ALL",
      "a THREAD (REFERENCES) UTF-8 ALL",
      "a THREAD RETURN () REFERENCES UTF-8 ALL",
  });
}

TEST(Malformed, Sort) {
  check_bad({
      "a SORT",
      "a SORT ()",
      "a SORT () UTF-8 ALL",
      "a SORT DATE UTF-8 ALL",
      "a SORT (DATE)",
      "a SORT (DATE) UTF-8",
      "a SORT (DATE) ALL",
      "a SORT (DATE)UTF-8 ALL",
      "a SORT (REVERSE) UTF-8 ALL",
      "a SORT (DATE REVERSE) UTF-8 ALL",
      "a SORT (REVERSE REVERSE DATE) UTF-8 ALL",
      "a SORT (DATES) UTF-8 ALL",
      "a SORT (DATE RETURN (MIN)) UTF-8 ALL",
      "a SORT (DATE) RETURN (MIN) UTF-8 ALL",
      "a SORT RETURN (FIRST) (DATE) UTF-8 ALL",
      "a SORT (DATE) UTF-8 NOPE",
  });
}

TEST(Malformed, Append) {
  check_bad({
      "a APPEND",
      "a APPEND INBOX",
      "a APPEND INBOX x",
      "a APPEND INBOX \"x\"",
      "a APPEND INBOX {5} ",
      "a APPEND INBOX (\\Foo) {5}",
      "a APPEND INBOX () \"32-Jan-2024 00:00:00 +0000\" {5}",
      "a APPEND INBOX ()  {5}",
      "a APPEND INBOX {5}x",
      "a APPEND INBOX ~",
      "a APPEND INBOX UTF8",
      "a APPEND INBOX UTF8 ~{5}",
      "a APPEND INBOX UTF8 (x",
      "a APPEND INBOX ~5",
      "a APPEND INBOX ~ {5}",
      "a APPEND INBOX () \"1-Jan-2024 00:00:00\" {5+}\r\nhello",
  });
}

TEST(Malformed, Replace) {
  check_bad({
      "a REPLACE",
      "a REPLACE 1",
      "a REPLACE 1 INBOX",
      "a REPLACE 1:2 INBOX {5}",
      "a REPLACE 1,2 INBOX {5}",
      "a REPLACE 0 INBOX {5}",
      "a REPLACE INBOX {5}",
  });
  check({{"a REPLACE 1 x {2+}\r\nhi {2+}\r\nho\r\nb NOOP",
          "a REPLACE 1 [x] () {2+}\nmessage [hi]\na BAD Unexpected text after the command\nb NOOP"}});
}

TEST(Malformed, FetchOfDecodedParts) {
  check_bad({
      "a FETCH 1 BINARY",
      "a FETCH 1 BINARY[",
      "a FETCH 1 BINARY[0]",
      "a FETCH 1 BINARY[1",
      "a FETCH 1 BINARY[1.]",
      "a FETCH 1 BINARY[.1]",
      "a FETCH 1 BINARY[TEXT]",
      "a FETCH 1 BINARY[1]<0.0>",
      "a FETCH 1 BINARY.SIZE[1]<0.1>",
      "a FETCH 1 BINARY.SIZE",
      "a FETCH 1 PREVIEW ()",
      "a FETCH 1 PREVIEW (LAZY",
      "a FETCH 1 PREVIEW (LAZY LATER)",
  });
}

TEST(Malformed, NonSynchronizingLiteralsOfARefusedCommandAreSkipped) {
  check({
      {"a FOO {8+}\r\nb NOOP\r\n\r\nc NOOP", "a BAD Unknown command\nc NOOP"},
      {"a FOO {3+}\r\nabc {3+}\r\nabc {2+}\r\n\r\n\r\nc NOOP", "a BAD Unknown command\nc NOOP"},
      {"a LOGIN {3+}\r\nabc ( {3+}\r\nabc x\r\nc NOOP", "a BAD Expected an atom or a string\nc NOOP"},
      // A synchronizing literal isn't sent any more.
      {"a FOO {8}\r\nc NOOP", "a BAD Unknown command\nc NOOP"},
      {"a FOO {3+}\r\nabc {8}\r\nc NOOP", "a BAD Unknown command\nc NOOP"},
  });
}

TEST(Malformed, TextBehindAnAppendedMessage) {
  check({
      {"a APPEND x {2+}\r\nhi there", "a APPEND [x] () {2+}\nmessage [hi]\na BAD Expected a literal"},
      {"a APPEND x {2+}\r\nhi{2+}\r\nho\r\nb NOOP",
       "a APPEND [x] () {2+}\nmessage [hi]\na BAD Expected a space\nb NOOP"},
      {"a APPEND x UTF8 (~{2+}\r\nhi\r\nb NOOP",
       "a APPEND [x] () {2+}\nmessage [hi]\na BAD Expected a closing parenthesis\nb NOOP"},
      {"a APPEND x {2+}\r\nhi)\r\nb NOOP", "a APPEND [x] () {2+}\nmessage [hi]\na BAD Expected a space\nb NOOP"},
      {"a APPEND x {2+}\r\nhi (\\Foo) {5+}\r\nworld\r\nb NOOP",
       "a APPEND [x] () {2+}\nmessage [hi]\na BAD There is no such system flag\nb NOOP"},
      {"a APPEND x {2+}\r\nhi () \"x\" {5}\r\nb NOOP",
       "a APPEND [x] () {2+}\nmessage [hi]\na BAD There is no such date and time\nb NOOP"},
  });
}

}  // namespace
}  // namespace portreeve::imap
