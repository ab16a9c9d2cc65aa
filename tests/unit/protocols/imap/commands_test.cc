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
      {"a UNAUTHENTICATE", "a UNAUTHENTICATE"},
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

TEST(Commands, Compress) {
  check({
      {"a COMPRESS DEFLATE", "a COMPRESS [DEFLATE]"},
      {"a compress deflate", "a COMPRESS [DEFLATE]"},
      {"a COMPRESS LZ4", "a COMPRESS [LZ4]"},
  });
}

TEST(Commands, UidBatches) {
  check({
      {"a UIDBATCHES 500", "a UIDBATCHES 500"},
      {"a uidbatches 4294967295 ", "a UIDBATCHES 4294967295"},
      {"a UIDBATCHES 2000 10:20", "a UIDBATCHES 2000 10:20"},
      {"a UIDBATCHES 2000 20:10", "a UIDBATCHES 2000 20:10"},
  });
}

TEST(Commands, Metadata) {
  using namespace std::string_literals;
  check({
      {R"(a GETMETADATA "" /shared/comment)", "a GETMETADATA [] /shared/comment"},
      {"a GETMETADATA INBOX (/Shared/Comment /private/comment)",
       "a GETMETADATA [INBOX] /shared/comment /private/comment"},
      {R"(a GETMETADATA (MAXSIZE 1024 DEPTH 1) "Sent" "/private/x y")",
       "a GETMETADATA [Sent] depth-1 <=1024 /private/x y"},
      {"a GETMETADATA INBOX (DEPTH infinity) (/private)", "a GETMETADATA [INBOX] depth-infinity /private"},
      {"a GETMETADATA (depth 0) INBOX /private/a", "a GETMETADATA [INBOX] /private/a"},
      {R"(a SETMETADATA INBOX (/private/comment "x" /shared/b NIL))",
       "a SETMETADATA [INBOX] /private/comment=x /shared/b=NIL"},
      {"a SETMETADATA \"\" (/private/a {3+}\r\nb\r\n)", "a SETMETADATA [] /private/a=b\r\n"},
      {R"(a LIST "" % RETURN (METADATA (/shared/color /private/x) CHILDREN))",
       "a LIST [] [%] children metadata:/shared/color metadata:/private/x"},
  });
  EXPECT_EQ(events("a SETMETADATA x (/private/a ~{3+}\r\nb\0c)\r\n"s), "a SETMETADATA [x] /private/a=b\0c"s);
  EXPECT_EQ(events("a SETMETADATA x (/private/a ~{1}\r\nb)\r\n"s), "+\na SETMETADATA [x] /private/a=b"s);
}

TEST(Commands, Quotas) {
  check({
      {R"(a GETQUOTA "")", "a GETQUOTA []"},
      {"a getquota {3+}\r\nx y", "a GETQUOTA [x y]"},
      {"a GETQUOTAROOT inbox", "a GETQUOTAROOT [INBOX]"},
      {R"(a SETQUOTA "" (STORAGE 512))", "a SETQUOTA [] STORAGE=512"},
      {"a SETQUOTA x (storage 0 MESSAGE 9223372036854775807)", "a SETQUOTA [x] STORAGE=0 MESSAGE=9223372036854775807"},
      {"a SETQUOTA x ()", "a SETQUOTA [x]"},
      {"a STATUS INBOX (DELETED DELETED-STORAGE)", "a STATUS [INBOX] (DELETED 0 DELETED-STORAGE 0)"},
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
      {"a SELECT INBOX (CONDSTORE)", "a SELECT [INBOX] condstore"},
      {"a SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541 (1,3 2:4)) CONDSTORE)",
       "a SELECT [INBOX] condstore qresync:67890007,20050715194045000;41,43:211,214:541;1,3=2:4"},
      {"a EXAMINE INBOX (qresync (1 0))", "a SELECT [INBOX] read-only qresync:1,0"},
      {"a SELECT INBOX (QRESYNC (1 2 3:4))", "a SELECT [INBOX] qresync:1,2;3:4"},
      {"a SELECT INBOX (QRESYNC (1 2 (3 4)))", "a SELECT [INBOX] qresync:1,2;3=4"},
      {"a SELECT INBOX (X-THIS (1 (a \"b\")) X-THAT)", "a SELECT [INBOX] X-THIS X-THAT"},
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
      {"a STATUS INBOX (Size DELETED)", "a STATUS [INBOX] (SIZE 0 DELETED 0)"},
      {"a STATUS INBOX (MAILBOXID)", "a STATUS [INBOX] (MAILBOXID (M0)"},
      {"a STATUS INBOX (HIGHESTMODSEQ)", "a STATUS [INBOX] (HIGHESTMODSEQ 0)"},
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

TEST(Commands, Replace) {
  check({
      {"a REPLACE 4 Drafts (\\Draft) {2}\r\nhi", "a REPLACE 4 [Drafts] (\\Draft) {2}\nmessage [hi]\nend"},
      {"a UID REPLACE * Drafts {2+}\r\nhi", "a UID REPLACE * [Drafts] () {2+}\nmessage [hi]\nend"},
  });
}

TEST(Commands, FetchOfDecodedParts) {
  check({
      {"a FETCH 1 BINARY[1.2]", "a FETCH 1 BINARY[1.2]!{1.2.all}"},
      {"a FETCH 1 (BINARY.PEEK[]<3.4> BINARY.SIZE[3])", "a FETCH 1 BINARY[]<3>{all 3+4} BINARY.SIZE[3]{3.all}"},
      {"a FETCH 1 (PREVIEW FLAGS)", "a FETCH 1 PREVIEW FLAGS"},
      {"a FETCH 1 (PREVIEW (LAZY) FLAGS)", "a FETCH 1 PREVIEW FLAGS"},
      {"a FETCH 1 PREVIEW (lazy)", "a FETCH 1 PREVIEW"},
  });
}

TEST(Commands, Urls) {
  check({
      {"a RESETKEY", "a RESETKEY"},
      {"a resetkey inbox", "a RESETKEY [INBOX]"},
      {"a RESETKEY {1+}\r\nx INTERNAL x-sample.2", "a RESETKEY [x] INTERNAL X-SAMPLE.2"},
      {"a GENURLAUTH imap://x internal \"imap://y\" INTERNAL", "a GENURLAUTH [imap://x] INTERNAL [imap://y] INTERNAL"},
      {"a URLFETCH imap://x {8+}\r\nimap://y", "a URLFETCH [imap://x] [imap://y]"},
      {"a URLFETCH (\"imap://x\") (imap://y BODY) (z Binary BODYPARTSTRUCTURE)",
       "a URLFETCH [imap://x] [imap://y] body [z] binary structure"},
  });
}

TEST(Commands, Catenate) {
  check({
      {"a APPEND x CATENATE (URL /a)", "a APPEND [x] () </a>"},
      {"a APPEND x (\\Seen) \" 1-Jan-1970 00:00:00 +0000\" catenate (url \"/a\" URL {2+}\r\n/b)",
       "a APPEND [x] (\\Seen) @0 </a> </b>"},
      {"a APPEND x CATENATE (TEXT {2+}\r\nhi)", "a APPEND [x] () {2+}\nmessage [hi]\nend"},
      {"a APPEND x CATENATE (URL /a TEXT {2}\r\nhi URL /b URL /c TEXT {1+}\r\nx URL /d)",
       "a APPEND [x] () </a> {2}\nmessage [hi]\nmore </b> </c> {1+}\nmessage [x]\nmore </d>"},
      // Among others (RFC 3502).
      {"a APPEND x CATENATE (URL /a) () CATENATE (URL /b) {2+}\r\nhi CATENATE (TEXT {1+}\r\nx URL /c) (\\Seen) "
       "CATENATE (URL /d)",
       "a APPEND [x] () </a> () </b> () {2+}\nmessage [hi]\nmore () {1+}\nmessage [x]\nmore </c> (\\Seen) </d>"},
      // RFC 6855 §4
      {"a APPEND x CATENATE (UTF8 (~{2+}\r\nhi) TEXT {1+}\r\nx) UTF8 (~{1+}\r\ny)",
       "a APPEND [x] () {2+}\nmessage [hi]\nmore {1+}\nmessage [x]\nmore () {1+}\nmessage [y]\nend"},
      {"a REPLACE 4 x CATENATE (URL /a TEXT {1+}\r\nx)", "a REPLACE 4 [x] () </a> {1+}\nmessage [x]\nend"},
      {"a REPLACE 4 x CATENATE (URL /a)", "a REPLACE 4 [x] () </a>"},
  });
}

TEST(Commands, Append) {
  check({
      {"a APPEND INBOX {5}\r\nhello", "a APPEND [INBOX] () {5}\nmessage [hello]\nend"},
      {"a APPEND INBOX {5+}\r\nhello", "a APPEND [INBOX] () {5+}\nmessage [hello]\nend"},
      {"a APPEND INBOX {0}\r\n", "a APPEND [INBOX] () {0}\nend"},
      // RFC 3516
      {"a APPEND INBOX ~{5+}\r\nhello", "a APPEND [INBOX] () ~{5+}\nmessage [hello]\nend"},
      // RFC 6855
      {"a APPEND INBOX () UTF8 (~{5}\r\nhello) utf8 (~{2+}\r\nhi)",
       "a APPEND [INBOX] () {5}\nmessage [hello]\nmore () {2+}\nmessage [hi]\nend"},
      // RFC 3502
      {"a APPEND INBOX {5}\r\nhello (\\Seen) \" 1-Jan-1970 00:00:00 +0000\" {2+}\r\nhi {1}\r\nx",
       "a APPEND [INBOX] () {5}\nmessage [hello]\nmore (\\Seen) @0 {2+}\nmessage [hi]\nmore () {1}\nmessage [x]\nend"},
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
      // RFC 7162
      {"a STORE 1 (UNCHANGEDSINCE 0) FLAGS (x)", "a STORE 1 <=0 = (x)"},
      {"a UID STORE 1 (unchangedsince 9223372036854775807) +flags.silent x",
       "a UID STORE 1 <=9223372036854775807 +silent (x)"},
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
      // RFC 7162
      {"a FETCH 1 (UID modseq)", "a FETCH 1 UID MODSEQ"},
      {"a FETCH 1 (emailid THREADID)", "a FETCH 1 EMAILID THREADID"},
      {"a FETCH 1 savedate", "a FETCH 1 SAVEDATE"},
      {"a FETCH 1 (FLAGS) (CHANGEDSINCE 12)", "a FETCH 1 FLAGS MODSEQ >12"},
      {"a UID FETCH 1:* fast (changedsince 0) ", "a UID FETCH 1:* FLAGS INTERNALDATE RFC822.SIZE MODSEQ >0"},
      {"a UID FETCH 1 (FLAGS) (CHANGEDSINCE 5 VANISHED)", "a UID FETCH 1 FLAGS MODSEQ >5 vanished"},
      {"a UID FETCH 1 (FLAGS) (VANISHED CHANGEDSINCE 5)", "a UID FETCH 1 FLAGS MODSEQ >5 vanished"},
      {"a FETCH 1 MODSEQ (CHANGEDSINCE 9223372036854775807)", "a FETCH 1 MODSEQ >9223372036854775807"},
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
      {"a SEARCH SAVEDBEFORE 1-Feb-1994 SAVEDON 1-Feb-1994 savedsince 1-Feb-1994 SAVEDATESUPPORTED",
       "a SEARCH (and saved<1994-2-1 saved=1994-2-1 saved>=1994-2-1 all)"},
      {"a SEARCH UIDBEFORE 5 UIDAFTER 5", "a SEARCH (and uid:1:4 uid:6:4294967295)"},
      {"a SEARCH UIDBEFORE 1", "a SEARCH (not all)"},
      {"a SEARCH UIDAFTER 4294967295", "a SEARCH (not all)"},
      {"a SEARCH EMAILID E12 THREADID x_-9", "a SEARCH (and email:E12 thread:x_-9)"},
      {"a SEARCH MODSEQ 620162338", "a SEARCH modseq>=620162338"},
      {R"(a SEARCH OR NOT MODSEQ "/flags/\\draft" all 0 SEEN)", "a SEARCH (or (not modseq>=0) \\Seen)"},
      {"a SEARCH MODSEQ \"/flags/a\" priv 1 MODSEQ {1+}\r\nx shared 2", "a SEARCH (and modseq>=1 modseq>=2)"},
      {"a SEARCH BODY x TEXT y", "a SEARCH (and body:[x] text:[y])"},
      {"a SEARCH NOT SEEN", "a SEARCH (not \\Seen)"},
      {"a SEARCH OR SEEN UNSEEN", "a SEARCH (or \\Seen not\\Seen)"},
      {"a SEARCH OR NOT 1 (SEEN DRAFT) ALL", "a SEARCH (and (or (not number:1) (and \\Seen \\Draft)) all)"},
      {R"(a UID SEARCH (BODY "x"))", "a UID SEARCH (and body:[x])"},
      {"a SEARCH YOUNGER 3600 older 1", "a SEARCH (and younger:3600 older:1)"},  // RFC 5032
      // RFC 4731 §3.1, RFC 5182.
      {"a SEARCH RETURN () ALL", "a SEARCH return-all all"},
      {"a uid search return (min max) seen", "a UID SEARCH return-min-max \\Seen"},
      {"a SEARCH RETURN (COUNT ALL COUNT) ALL", "a SEARCH return-all-count all"},
      {"a SEARCH RETURN (SAVE) CHARSET UTF-8 $ UID $", "a SEARCH return-save UTF-8 (and number:$ uid:$)"},
      {"a FETCH $ UID", "a FETCH $ UID"},
      // RFC 6203.
      {"a SEARCH FUZZY SUBJECT x", "a SEARCH Subject:[x]"},
      {"a SEARCH RETURN (RELEVANCY ALL) NOT FUZZY (SEEN TEXT x)",
       "a SEARCH return-all-relevancy (not (and \\Seen text:[x]))"},
      {"a SORT (RELEVANCY DATE) UTF-8 FUZZY TEXT x", "a SORT +relevancy +date UTF-8 text:[x]"},
      // RFC 9394.
      {"a SEARCH RETURN (PARTIAL 1:100) ALL", "a SEARCH return-1>100 all"},
      {"a UID SEARCH RETURN (MIN partial -1:-100 SAVE) ALL", "a UID SEARCH return-min-save-1<100 all"},
      {"a UID FETCH 1:* (FLAGS) (PARTIAL -30:-1)", "a UID FETCH 1:* FLAGS page:30<1"},
      {"a UID FETCH 1:* FAST (PARTIAL 1:30)", "a UID FETCH 1:* FLAGS INTERNALDATE RFC822.SIZE page:1>30"},
      {"a UID EXPUNGE $", "a UID EXPUNGE $"},
      {"a SEARCH CHARSET utf-8 BODY \"Gr\xc3\xbc\xc3\x9f\x65\"", "a SEARCH UTF-8 body:[Gr\xc3\xbc\xc3\x9f\x65]"},
      {"a SEARCH CHARSET UTF-8 TEXT {3+}\r\n\xc3\xbcx SEEN", "a SEARCH UTF-8 (and text:[\xc3\xbcx] \\Seen)"},
      {"a SEARCH CHARSET \"UTF-8\" TEXT {2}\r\n\xc3\xbc SEEN", "+\na SEARCH UTF-8 (and text:[\xc3\xbc] \\Seen)"},
  });
}

TEST(Commands, Notify) {
  check({
      {"a NOTIFY NONE", "a NOTIFY"},
      {"a notify set (selected none)", "a NOTIFY selected=0"},
      {"a NOTIFY SET STATUS (selected-delayed (MessageNew (UID BODY.PEEK[HEADER.FIELDS (From To)]) MessageExpunge))",
       "a NOTIFY status delayed=3+UID+BODY[HEADER.FIELDS (From To)]{fields,From,To}"},
      // What Evolution sends.
      {"a NOTIFY SET (selected (MessageNew (UID RFC822.SIZE RFC822.HEADER FLAGS BODYSTRUCTURE) MessageExpunge "
       "FlagChange)) (personal (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange))",
       "a NOTIFY selected=7+UID+RFC822.SIZE+RFC822.HEADER{header}+FLAGS+BODYSTRUCTURE personal=31"},
      {"a NOTIFY SET (subtree Lists MessageNew MessageExpunge) (mailboxes (inbox \"a b\") (MailboxMetadataChange))",
       "a NOTIFY subtree [Lists]=3 mailboxes [INBOX] [a b]=32"},
      {"a NOTIFY SET (subtree \"\" (MailboxName)) (subtree-one (a b) (MailboxName))",
       "a NOTIFY subtree []=8 subtree-one [a] [b]=8"},
      {"a NOTIFY SET (inboxes (ServerMetadataChange)) (subscribed (AnnotationChange X-Other))",
       "a NOTIFY unknown inboxes=64 subscribed=0"},
  });
}

TEST(Commands, UpdatedResults) {
  check({
      {"a SEARCH RETURN (UPDATE COUNT CONTEXT) ALL", "a SEARCH return-count-context-update all"},
      {"a UID SORT RETURN (UPDATE (UID FLAGS) MIN) (DATE) UTF-8 ALL",
       "a UID SORT return-min-update+UID+FLAGS +date UTF-8 all"},
      {"a SEARCH RETURN (UPDATE(UID)) ALL", "a SEARCH return-update+UID all"},
      {"a SEARCH RETURN (CONTEXT) ALL", "a SEARCH return-context all"},
      {"a CANCELUPDATE \"a1\"", "a CANCELUPDATE [a1]"},
      {"a cancelupdate \"a1\" \"b]\"", "a CANCELUPDATE [a1] [b]]"},
  });
}

TEST(Commands, Thread) {
  check({
      {"a THREAD REFERENCES UTF-8 ALL", "a THREAD references UTF-8 all"},
      {"a uid thread orderedsubject us-ascii seen", "a UID THREAD subject US-ASCII \\Seen"},
      {"a UID THREAD REFS \"utf-8\" (BODY x) $", "a UID THREAD refs UTF-8 (and (and body:[x]) number:$)"},
  });
}

// RFC 5256 §5, RFC 5957 §4, RFC 5267 §4.
TEST(Commands, Sort) {
  check({
      {"a SORT (DATE) UTF-8 ALL", "a SORT +date UTF-8 all"},
      {"a uid sort (reverse date) utf-8 all", "a UID SORT -date UTF-8 all"},
      {"a SORT (SUBJECT REVERSE SIZE arrival) \"US-ASCII\" SEEN 1:*",
       "a SORT +subject -size +arrival US-ASCII (and \\Seen number:1:*)"},
      {"a SORT (CC FROM TO DISPLAYFROM REVERSE DISPLAYTO) UTF-8 $",
       "a SORT +cc +from +to +display-from -display-to UTF-8 number:$"},
      // What decides first decides.
      {"a SORT (REVERSE DATE DATE) UTF-8 ALL", "a SORT -date UTF-8 all"},
      // RFC 7377
      {"a ESEARCH ALL", "a UID ESEARCH selected return-all all"},
      {"a uid esearch in (Inboxes SELECTED) seen", "a UID ESEARCH inboxes selected return-all \\Seen"},
      {"a ESEARCH IN (mailboxes (inbox \"a b\") subtree x SUBTREE-ONE (\"\" y/) personal subscribed) RETURN (COUNT) "
       "CHARSET UTF-8 1",
       "a UID ESEARCH mailboxes [INBOX] [a b] subtree [x] subtree-one [] [y] personal subscribed return-count UTF-8 "
       "number:1"},
      {"a ESEARCH RETURN (SAVE) $", "a UID ESEARCH selected return-save number:$"},
      // RFC 5466
      {"a SEARCH NOT FILTER on-vacation", "a SEARCH (not filter:on-vacation)"},
      {"a SEARCH RETURN (RELEVANCY) FILTER x", "a SEARCH return-relevancy filter:x"},
      // RFC 5255
      {"a LANGUAGE", "a LANGUAGE"},
      {"a language de-CH \"i-default\" {1+}\r\n*", "a LANGUAGE [de-CH] [i-default] [*]"},
      {"a COMPARATOR", "a COMPARATOR"},
      {"a COMPARATOR \"cz;*\" -i;octet", "a COMPARATOR [cz;*] [-i;octet]"},
      {"a SORT RETURN (MIN COUNT) (DATE) UTF-8 ALL", "a SORT return-min-count +date UTF-8 all"},
      {"a UID SORT (DATE) UTF-8 TEXT {1+}\r\nx", "a UID SORT +date UTF-8 text:[x]"},
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
