// What each command says, by table. Every case is fed whole, byte by byte, and with another command behind it.
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

TEST(Commands, WithoutArguments) {
  check({
      {"a CAPABILITY", "a CAPABILITY"},
      {"a NOOP", "a NOOP"},
      {"a LOGOUT", "a LOGOUT"},
      {"a STARTTLS", "a STARTTLS"},
      {"a NAMESPACE", "a NAMESPACE"},
      {"a IDLE", "a IDLE"},
      {"a CHECK", "a CHECK"},
      {"a CLOSE", "a CLOSE"},
      {"a UNSELECT", "a UNSELECT"},
      {"a EXPUNGE", "a EXPUNGE"},
      {"a noop", "a NOOP"},
      {"a NoOp", "a NOOP"},
      {"A0001.x]-/ NOOP", "A0001.x]-/ NOOP"},
      {"a NOOP ", "a NOOP"},
      {"a NOOP   ", "a NOOP"},
  });
}

TEST(Commands, Id) {
  check({
      {"a ID NIL", "a ID"},
      {"a id nil", "a ID"},
      {"a ID ()", "a ID"},
      {R"(a ID ("name" "x" "os" NIL))", "a ID [name]=x [os]=NIL"},
      {"a ID (\"name\" {4+}\r\nab\r\n)", "a ID [name]=ab\r\n"},
  });
}

TEST(Commands, LoginAndAuthenticate) {
  check({
      {"a LOGIN alice secret", "a LOGIN [alice] [secret]"},
      {R"(a LOGIN "alice" "se\"cr\\et")", R"(a LOGIN [alice] [se"cr\et])"},
      {R"(a LOGIN alice@example.test "")", "a LOGIN [alice@example.test] []"},
      {"a LOGIN alice p]w", "a LOGIN [alice] [p]w]"},
      {"a LOGIN \"Gr\xc3\xbc\xc3\x9f\" x", "a LOGIN [Gr\xc3\xbc\xc3\x9f] [x]"},
      {"a AUTHENTICATE PLAIN", "a AUTHENTICATE [PLAIN]"},
      {"a authenticate plain AGFsaWNlAHNlY3JldA==", "a AUTHENTICATE [PLAIN] [AGFsaWNlAHNlY3JldA==]"},
      {"a AUTHENTICATE EXTERNAL =", "a AUTHENTICATE [EXTERNAL] [=]"},
      {"a AUTHENTICATE SCRAM-SHA-256 biwsbj11c2VyLHI9 ", "a AUTHENTICATE [SCRAM-SHA-256] [biwsbj11c2VyLHI9]"},
  });
}

TEST(Commands, Mailboxes) {
  check({
      {"a SELECT INBOX", "a SELECT [INBOX]"},
      {"a SELECT inbox", "a SELECT [INBOX]"},
      {R"(a SELECT "Sent Mail")", "a SELECT [Sent Mail]"},
      {"a EXAMINE Archive/2024", "a SELECT [Archive/2024] read-only"},
      {"a SELECT INBOX (CONDSTORE)", "a SELECT [INBOX] CONDSTORE"},
      {"a SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541 (1,3 2:4)) CONDSTORE)",
       "a SELECT [INBOX] QRESYNC CONDSTORE"},
      {"a CREATE Projects/", "a CREATE [Projects]"},
      {R"(a CREATE "Entw&APw-rfe")", "a CREATE [Entw\xc3\xbcrfe]"},
      {"a CREATE Old (USE (\\Archive \\sent))", "a CREATE [Old] \\Archive \\Sent"},
      {"a CREATE Old (USE (\\Archive \\Odd))", "a CREATE [Old] \\Archive ?\\Odd"},
      {"a CREATE Old (USE ())", "a CREATE [Old]"},
      {"a DELETE Old", "a DELETE [Old]"},
      {"a DELETE Old;[x].y&-z", "a DELETE [Old;[x].y&z]"},
      {"a RENAME Old New", "a RENAME [Old] [New]"},
      {"a RENAME {3+}\r\nOld {3+}\r\nNew", "a RENAME [Old] [New]"},
      {"a SUBSCRIBE Old", "a SUBSCRIBE [Old]"},
      {"a UNSUBSCRIBE #news.x", "a UNSUBSCRIBE [#news.x]"},
      {"a STATUS INBOX (MESSAGES unseen)", "a STATUS [INBOX] (MESSAGES 0 UNSEEN 0)"},
      {"a STATUS INBOX (RECENT UIDNEXT UIDVALIDITY RECENT)", "a STATUS [INBOX] (RECENT 0 UIDNEXT 0 UIDVALIDITY 0)"},
      {"a ENABLE CONDSTORE utf8=accept", "a ENABLE CONDSTORE UTF8=ACCEPT"},
  });
}

TEST(Commands, List) {
  check({
      {R"(a LIST "" "*")", "a LIST [] [*]"},
      {R"(a LIST "" *)", "a LIST [] [*]"},
      {R"(a LIST "" %/%)", "a LIST [] [%/%]"},
      {R"(a LIST "" "")", "a LIST [] []"},
      {"a LIST Archive/ %", "a LIST [Archive/] [%]"},
      {R"(a LIST "" &AMQ-*)", "a LIST [] [\xc3\x84*]"},
      {"a LIST \"\" {2+}\r\nA%", "a LIST [] [A%]"},
      {R"(a LSUB "" "*")", "a LSUB [] [*]"},
      // RFC 5258, RFC 5819, RFC 6154
      {R"(a LIST (SUBSCRIBED) "" "*")", "a LIST [] [*] select-subscribed"},
      {R"(a LIST (SPECIAL-USE) "" "*")", "a LIST [] [*] select-special-use"},
      {R"(a LIST (RECURSIVEMATCH SUBSCRIBED) "" "%")", "a LIST [] [%] select-subscribed recursive"},
      {R"(a LIST (REMOTE) "" "*")", "a LIST [] [*]"},
      {R"(a LIST () "" "*" RETURN ())", "a LIST [] [*]"},
      {R"(a LIST "" ("INBOX" "Sent/%" Drafts))", "a LIST [] [INBOX] [Sent/%] [Drafts]"},
      {R"(a LIST "" "*" RETURN (SPECIAL-USE))", "a LIST [] [*] special-use"},
      {R"(a LIST "" "*" RETURN (CHILDREN SUBSCRIBED STATUS (MESSAGES UNSEEN) SPECIAL-USE))",
       "a LIST [] [*] subscribed children special-use status(MESSAGES 0 UNSEEN 0)"},
      {R"(a list (subscribed) "" "*" return (special-use))", "a LIST [] [*] select-subscribed special-use"},
  });
}

TEST(Commands, Append) {
  check({
      {"a APPEND INBOX {5}\r\nhello", "a APPEND [INBOX] () {5}\nmessage [hello]\nend"},
      {"a APPEND INBOX {5+}\r\nhello", "a APPEND [INBOX] () {5+}\nmessage [hello]\nend"},
      {"a APPEND INBOX {0}\r\n", "a APPEND [INBOX] () {0}\nend"},
      {"a APPEND INBOX (\\Seen $Work) {2+}\r\n\r\n", "a APPEND [INBOX] (\\Seen $Work) {2+}\nmessage [\r\n]\nend"},
      {"a APPEND INBOX () \"17-Jul-1996 02:44:25 -0700\" {1+}\r\nx",
       "a APPEND [INBOX] () @837596665 {1+}\nmessage [x]\nend"},
      {"a APPEND INBOX \" 1-Jan-1970 00:00:00 +0000\" {1+}\r\nx", "a APPEND [INBOX] () @0 {1+}\nmessage [x]\nend"},
      {"a APPEND {5+}\r\nINBOX {1+}\r\nx", "a APPEND [INBOX] () {1+}\nmessage [x]\nend"},
      {"a APPEND {5}\r\nINBOX {1}\r\nx", "+\na APPEND [INBOX] () {1}\nmessage [x]\nend"},
      // What looks like a command or a literal within the message is the message.
      {"a APPEND INBOX {16+}\r\nb NOOP\r\nc {5+}\r\n",
       "a APPEND [INBOX] () {16+}\nmessage [b NOOP\r\nc {5+}\r\n]\nend"},
  });
}

TEST(Commands, StoreCopyMoveExpunge) {
  check({
      {"a STORE 1 FLAGS (\\Deleted)", "a STORE 1 = (\\Deleted)"},
      {"a STORE 1:4,9 +FLAGS (\\Seen \\answered)", "a STORE 1:4,9 + (\\Answered \\Seen)"},
      {"a STORE * -flags.silent ($Label1 Junk)", "a STORE * -silent ($Label1 Junk)"},
      {"a STORE 1 +FLAGS \\Seen Junk junk", "a STORE 1 + (\\Seen Junk)"},
      {"a STORE 1 FLAGS ()", "a STORE 1 = ()"},
      {"a STORE 1 FLAGS (\\Recent \\Seen)", "a STORE 1 = (\\Seen)"},
      {"a UID STORE 5:* +Flags.Silent (\\Flagged)", "a UID STORE 5:* +silent (\\Flagged)"},
      {"a COPY 2:4 Archive", "a COPY 2:4 [Archive]"},
      {"a UID COPY 4294967295 Archive", "a UID COPY 4294967295 [Archive]"},
      {"a MOVE 1 Trash/", "a MOVE 1 [Trash]"},
      {"a uid move 1,2 \"Junk\"", "a UID MOVE 1,2 [Junk]"},
      {"a UID EXPUNGE 1:3", "a UID EXPUNGE 1:3"},
  });
}

TEST(Commands, Fetch) {
  check({
      {"a FETCH 1 FLAGS", "a FETCH 1 FLAGS"},
      {"a FETCH 1:* (UID FLAGS)", "a FETCH 1:* UID FLAGS"},
      {"a UID FETCH 1:* (FLAGS)", "a UID FETCH 1:* FLAGS"},
      {"a FETCH 1 ALL", "a FETCH 1 FLAGS INTERNALDATE RFC822.SIZE ENVELOPE"},
      {"a FETCH 1 FAST", "a FETCH 1 FLAGS INTERNALDATE RFC822.SIZE"},
      {"a FETCH 1 full", "a FETCH 1 FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY"},
      {"a FETCH 1 (BODY BODYSTRUCTURE)", "a FETCH 1 BODY BODYSTRUCTURE"},
      {"a FETCH 1 (FLAGS flags)", "a FETCH 1 FLAGS"},
      {"a FETCH 1 (RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)",
       "a FETCH 1 RFC822!{all} RFC822.HEADER{header} RFC822.TEXT!{text} RFC822.SIZE"},
      {"a FETCH 1 BODY[]", "a FETCH 1 BODY[]!{all}"},
      {"a FETCH 1 body.peek[]", "a FETCH 1 BODY[]{all}"},
      {"a FETCH 1 (BODY.PEEK[] BODY[])", "a FETCH 1 BODY[]!{all}"},
      {"a FETCH 1 BODY[]<0.1024>", "a FETCH 1 BODY[]<0>!{all 0+1024}"},
      {"a FETCH 1 (BODY[]<0.5> BODY[]<5.5>)", "a FETCH 1 BODY[]<0>!{all 0+5} BODY[]<5>!{all 5+5}"},
      {"a FETCH 1 BODY[TEXT]", "a FETCH 1 BODY[TEXT]!{text}"},
      {"a FETCH 1 BODY[1.2.3]", "a FETCH 1 BODY[1.2.3]!{1.2.3.all}"},
      {"a FETCH 1 BODY[1.MIME]", "a FETCH 1 BODY[1.MIME]!{1.mime}"},
      {"a FETCH 1 BODY[2.header]", "a FETCH 1 BODY[2.header]!{2.header}"},
      // Clients compare the label with what they sent.
      {"a FETCH 1 BODY.PEEK[HEADER.FIELDS (From to \"X-y\")]",
       "a FETCH 1 BODY[HEADER.FIELDS (From to \"X-y\")]{fields,From,to,X-y}"},
      {"a FETCH 1 BODY.PEEK[header.fields.not (DATE)]", "a FETCH 1 BODY[header.fields.not (DATE)]{fields-not,DATE}"},
      {"a FETCH 1 BODY.PEEK[1.HEADER.FIELDS ({4+}\r\nFrom To)]",
       "a FETCH 1 BODY[1.HEADER.FIELDS (From To)]{1.fields,From,To}"},
      {"a FETCH 1 (FLAGS BODY.PEEK[HEADER.FIELDS (A)] UID)", "a FETCH 1 FLAGS BODY[HEADER.FIELDS (A)]{fields,A} UID"},
  });
}

TEST(Commands, Search) {
  check({
      {"a SEARCH ALL", "a SEARCH all"},
      {"a search seen", "a SEARCH \\Seen"},
      {"a UID SEARCH UNSEEN", "a UID SEARCH not\\Seen"},
      {"a SEARCH ANSWERED DELETED DRAFT FLAGGED", "a SEARCH (and \\Answered \\Deleted \\Draft \\Flagged)"},
      {"a SEARCH UNANSWERED UNDELETED UNDRAFT UNFLAGGED",
       "a SEARCH (and not\\Answered not\\Deleted not\\Draft not\\Flagged)"},
      {"a SEARCH NEW OLD RECENT", "a SEARCH (and (and recent not\\Seen) old recent)"},
      {"a SEARCH KEYWORD $Junk UNKEYWORD Work", "a SEARCH (and keyword:$Junk no-keyword:Work)"},
      {"a SEARCH 1:5,* UID 7", "a SEARCH (and number:1:5,* uid:7)"},
      {"a SEARCH LARGER 100 SMALLER 0", "a SEARCH (and size>100 size<0)"},
      {"a SEARCH BEFORE 1-Feb-1994 ON \"01-Feb-1994\" SINCE 28-feb-2023",
       "a SEARCH (and date<1994-2-1 date=1994-2-1 date>=2023-2-28)"},
      {"a SEARCH SENTBEFORE 1-Feb-1994 SENTON 1-Feb-1994 SENTSINCE 1-Feb-1994",
       "a SEARCH (and sent<1994-2-1 sent=1994-2-1 sent>=1994-2-1)"},
      {R"(a SEARCH FROM alice TO "b c" CC d BCC e SUBJECT "")",
       "a SEARCH (and From:[alice] To:[b c] Cc:[d] Bcc:[e] Subject:[])"},
      {R"(a SEARCH HEADER Message-ID "<x@y>")", "a SEARCH Message-ID:[<x@y>]"},
      {"a SEARCH BODY x TEXT y", "a SEARCH (and body:[x] text:[y])"},
      {"a SEARCH NOT SEEN", "a SEARCH (not \\Seen)"},
      {"a SEARCH OR SEEN UNSEEN", "a SEARCH (or \\Seen not\\Seen)"},
      {"a SEARCH OR NOT 1 (SEEN DRAFT) ALL", "a SEARCH (and (or (not number:1) (and \\Seen \\Draft)) all)"},
      {R"(a UID SEARCH (BODY "x"))", "a UID SEARCH (and body:[x])"},
      {"a SEARCH CHARSET utf-8 BODY \"Gr\xc3\xbc\xc3\x9f\x65\"", "a SEARCH UTF-8 body:[Gr\xc3\xbc\xc3\x9f\x65]"},
      {"a SEARCH CHARSET UTF-8 TEXT {3+}\r\n\xc3\xbcx SEEN", "a SEARCH UTF-8 (and text:[\xc3\xbcx] \\Seen)"},
      {"a SEARCH CHARSET \"UTF-8\" TEXT {2}\r\n\xc3\xbc SEEN", "+\na SEARCH UTF-8 (and text:[\xc3\xbc] \\Seen)"},
  });
}

TEST(Commands, LiteralsAndAtomsAreInterchangeable) {
  check({
      {"a LOGIN {5}\r\nalice {6}\r\nsecret", "+\n+\na LOGIN [alice] [secret]"},
      {"a LOGIN {5+}\r\nalice {6}\r\nsecret", "+\na LOGIN [alice] [secret]"},
      {"a LOGIN {0+}\r\n {2+}\r\n\r\n", "a LOGIN [] [\r\n]"},
      {"a LOGIN {11+}\r\nx {3+}\r\nfoo y", "a LOGIN [x {3+}\r\nfoo] [y]"},
      {"a SELECT {5+}\r\ninbox", "a SELECT [INBOX]"},
      {"a STATUS {5}\r\nINBOX (MESSAGES)", "+\na STATUS [INBOX] (MESSAGES 0)"},
      {"a COPY 1 {7+}\r\nArchive", "a COPY 1 [Archive]"},
  });
}

TEST(Commands, TraitsAreThoseOfTheCommand) {
  EXPECT_EQ(traits(Login{}).name, "LOGIN");
  EXPECT_EQ(traits(Login{}).states, kNotAuthenticated);
  EXPECT_EQ(traits(Capability{}).states, kNotAuthenticated | kAuthenticated | kSelected);
  EXPECT_EQ(traits(Append{}).states, kAuthenticated | kSelected);
  EXPECT_EQ(traits(Move{}).name, "MOVE");
  EXPECT_EQ(traits(Move{}).states, kSelected);
  EXPECT_TRUE(traits(Fetch{}).forbids_expunge);
  EXPECT_TRUE(traits(Store{}).forbids_expunge);
  EXPECT_TRUE(traits(Search{}).forbids_expunge);
  EXPECT_FALSE(traits(Copy{}).forbids_expunge);
}

}  // namespace
}  // namespace portreeve::imap
