#include "protocols/imap/search_matcher.h"

#include <gtest/gtest.h>

#include <string>

#include "protocols/imap/parser.h"
#include "protocols/imap/search_source.h"
#include "tests/unit/protocols/imap/message_store.h"

namespace portreeve::imap {
namespace {

// 17 July 1996, 23:30 in UTC.
constexpr std::int64_t kLateEvening = 837'646'200;

class SearchMatching : public ::testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  void SetUp() override {
    auto& one = store.add(
        "From: Ann <ann@example.test>\r\nSubject: Greetings\r\nDate: Wed, 17 Jul 1996 23:30:00 -0700\r\n"
        "\r\nHello there\r\n");
    one.flags = store::kSeen;
    one.internal_date = kLateEvening;
    one.save_date = static_cast<std::uint32_t>(kLateEvening + 3 * 86'400);
    auto& two = store.add(
        "From: Bob <bob@example.test>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nX-Empty:\r\n"
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        "\r\nSch=F6ne Gr=FC=DFe, and a long li=\r\nne\r\n");
    two.flags = store::kFlagged | (1 << store::kFirstKeywordBit);
    two.internal_date = kLateEvening + 86'400;
    auto& three = store.add(
        "Subject: parts\r\nContent-Type: multipart/mixed; boundary=Q\r\n\r\n"
        "--Q\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+SGlkZGVuPC9wPg==\r\n"
        "--Q\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n"
        "--Q\r\nContent-Type: message/rfc822\r\n\r\nSubject: attached\r\n\r\nwithin\r\n--Q--\r\n");
    three.save_date = 1'700'000'000;
  }

  std::string search(const std::string& keys) {
    const std::string line = "a SEARCH CHARSET UTF-8 " + keys + "\r\n";
    Parser parser{Limits{}};
    Step step = parser.next(line);
    const auto* command = std::get_if<Command>(&step.event);
    if (command == nullptr) return "not parsed: " + line;
    View view(store.snapshot_of_all({"$Junk"}));
    view.add_recent({30, 30});
    const SearchMatcher matcher(store, view, std::get<Search>(command->body).key, kLateEvening + 3'600);
    needs_store = matcher.needs_store();
    // As the session does: what memory leaves open is decided together.
    std::vector<SearchMatcher::Candidate> candidates;
    for (std::uint32_t sequence = 1; sequence <= view.messages().exists(); ++sequence) {
      const store::Message& message = view.messages().at(sequence);
      candidates.push_back({sequence, &message, matcher.judge(sequence, message)});
    }
    std::string out;
    if (matcher.has_texts()) matcher.rule_out(candidates);
    EXPECT_TRUE(matcher.decide(candidates));
    for (const auto& candidate : candidates) {
      EXPECT_NE(candidate.verdict, SearchMatcher::Verdict::open);
      if (candidate.is_gone) out += "gone ";
      if (candidate.verdict == SearchMatcher::Verdict::yes) out += std::to_string(candidate.sequence) + " ";
    }
    return out;
  }

  MessageStore store;
  bool needs_store = false;
};

class SearchMemory : public SearchMatching {};

TEST_P(SearchMemory, IsEnough) {
  EXPECT_EQ(search(GetParam().first), GetParam().second);
  EXPECT_FALSE(needs_store);
  EXPECT_EQ(store.reads, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Imap, SearchMemory,
    ::testing::Values(
        std::pair{"ALL", "1 2 3 "}, std::pair{"SEEN", "1 "}, std::pair{"UNSEEN", "2 3 "},
        std::pair{"FLAGGED UNSEEN", "2 "}, std::pair{"DELETED", ""}, std::pair{"NOT SEEN", "2 3 "},
        std::pair{"OR SEEN FLAGGED", "1 2 "}, std::pair{"NOT (OR SEEN FLAGGED)", "3 "}, std::pair{"RECENT", "3 "},
        std::pair{"OLD", "1 2 "}, std::pair{"NEW", "3 "}, std::pair{"KEYWORD $junk", "2 "},
        std::pair{"UNKEYWORD $Junk", "1 3 "}, std::pair{"KEYWORD other", ""}, std::pair{"UNKEYWORD other", "1 2 3 "},
        // Numbers.
        std::pair{"2:*", "2 3 "}, std::pair{"1,3", "1 3 "}, std::pair{"9", ""}, std::pair{"UID 20:30", "2 3 "},
        std::pair{"UID 15", ""}, std::pair{"NOT 2", "1 3 "},
        // Mod-sequences, which are all 0 here, and ids.
        std::pair{"MODSEQ 0", "1 2 3 "}, std::pair{"MODSEQ 1", ""}, std::pair{"EMAILID E2", "2 "},
        std::pair{"EMAILID M2", ""}, std::pair{"NOT EMAILID E02", "1 2 3 "}, std::pair{"THREADID E2", ""},
        // Sizes.
        std::pair{"LARGER 250", "3 "}, std::pair{"SMALLER 120", "1 "}, std::pair{"LARGER 0", "1 2 3 "},
        // RFC 5032: the third came in 1970, the second tomorrow.
        std::pair{"YOUNGER 3600", "1 2 "}, std::pair{"YOUNGER 3599", "2 "}, std::pair{"OLDER 3600", "1 3 "},
        std::pair{"OLDER 3601", "3 "}, std::pair{"YOUNGER 4294967295", "1 2 3 "}, std::pair{"OLDER 4294967295", ""},
        // The day of the internal date.
        std::pair{"ON 17-Jul-1996", "1 "}, std::pair{"SINCE 17-Jul-1996", "1 2 "}, std::pair{"SINCE 18-Jul-1996", "2 "},
        std::pair{"BEFORE 18-Jul-1996", "1 3 "}, std::pair{"BEFORE 17-Jul-1996", "3 "},
        // The second has no save date, so that the internal one stands for it.
        std::pair{"SAVEDON 20-Jul-1996", "1 "}, std::pair{"SAVEDSINCE 18-Jul-1996", "1 2 3 "},
        std::pair{"SAVEDBEFORE 20-Jul-1996", "2 "}, std::pair{"SAVEDON 18-Jul-1996", "2 "},
        std::pair{"NOT SAVEDSINCE 1-Jan-2000", "1 2 "}, std::pair{"SAVEDATESUPPORTED", "1 2 3 "},
        std::pair{"UIDBEFORE 20", "1 "}, std::pair{"UIDAFTER 20", "3 "}, std::pair{"UIDBEFORE 1", ""}));

class SearchMail : public SearchMatching {};

TEST_P(SearchMail, Finds) {
  EXPECT_EQ(search(GetParam().first), GetParam().second);
  EXPECT_TRUE(needs_store);
}

INSTANTIATE_TEST_SUITE_P(
    Imap, SearchMail,
    ::testing::Values(
        // Headers, decoded and in any case.
        std::pair{"SUBJECT greet", "1 "}, std::pair{"SUBJECT \"GRÜSSE\"", "2 "}, std::pair{"FROM ANN@", "1 "},
        std::pair{"FROM example.test", "1 2 "}, std::pair{"TO ann", ""}, std::pair{"HEADER X-Empty \"\"", "2 "},
        std::pair{"HEADER Nope \"\"", ""},
        // The day that the Date field says, wherever that was.
        std::pair{"SENTON 17-Jul-1996", "1 "}, std::pair{"SENTBEFORE 18-Jul-1996", "1 "},
        std::pair{"SENTSINCE 18-Jul-1996", ""}, std::pair{"NOT SENTON 17-Jul-1996", "2 3 "},
        // Bodies, with charset and encoding undone.
        std::pair{"BODY hello", "1 "}, std::pair{"BODY \"schöne grüsse\"", "2 "}, std::pair{"BODY \"long line\"", "2 "},
        std::pair{"BODY hidden", "3 "}, std::pair{"BODY within", "3 "}, std::pair{"BODY attached", "3 "},
        std::pair{"BODY Greetings", ""}, std::pair{"TEXT greetings", "1 "}, std::pair{"TEXT x-empty", "2 "},
        // What is cheap is asked first, and both together.
        std::pair{"BODY hello UNSEEN", ""}, std::pair{"TEXT e SEEN", "1 "}));

TEST_F(SearchMatching, AsksMemoryBeforeItReads) {
  EXPECT_EQ(search("BODY hello DELETED"), "");
  EXPECT_EQ(search("OR ALL BODY hello"), "1 2 3 ");
  EXPECT_EQ(store.reads, 0);
  // The summaries have subjects and dates.
  EXPECT_EQ(search("TEXT hello SUBJECT nothing"), "");
  EXPECT_EQ(search("SENTON 17-Jul-1996"), "1 ");
  EXPECT_EQ(store.reads, 0);
  EXPECT_EQ(search("TEXT hello FROM nobody"), "");
  EXPECT_EQ(store.reads, 3);
}

TEST_F(SearchMatching, ReadsNothingOfWhatCannotHoldTheText) {
  store.absent["hello"] = {2, 3};
  store.absent["nowhere"] = {1, 2, 3};
  EXPECT_EQ(search("TEXT Nowhere"), "");
  EXPECT_EQ(search("NOT BODY nowhere"), "1 2 3 ");
  EXPECT_EQ(search("OR BODY nowhere NOT TEXT NOWHERE"), "1 2 3 ");
  EXPECT_EQ(search("BODY hello TEXT nowhere"), "");
  EXPECT_EQ(store.reads, 0);
  EXPECT_EQ(search("BODY HELLO"), "1 ");
  EXPECT_EQ(store.reads, 1);
  // Of one text something is known, of the other nothing.
  EXPECT_EQ(search("OR BODY hello BODY within"), "1 3 ");
  EXPECT_EQ(search("NOT BODY hello NOT BODY within"), "2 ");
}

TEST_F(SearchMatching, ReadsSubjectsHoweverTheyArePrinted) {
  store.add("Date: \"odd\" \\ date\r\nSubject: say \"a\\b\"\r\n\r\n");
  store.add("Subject: raw gr\xc3\xbc\xc3\x9f\r\n e\r\n\r\n");
  store.add("From: nobody\r\n\r\n");
  EXPECT_EQ(search("SUBJECT \"say \\\"a\\\\b\\\"\""), "4 ");
  EXPECT_EQ(search("SUBJECT \"gr\xc3\xbc\xc3\x9f e\""), "5 ");
  EXPECT_EQ(search("NOT SUBJECT \"\""), "6 ");
}

TEST(SearchPrintedString, IsCutOff) {
  std::string_view printed = "(\"a \\\"b\\\" \" NIL {3}\r\nx\"y NIL rest";
  EXPECT_EQ(take_printed_string(printed), "a \"b\" ");
  EXPECT_EQ(take_printed_string(printed), std::nullopt);
  EXPECT_EQ(take_printed_string(printed), "x\"y");
  EXPECT_EQ(take_printed_string(printed), std::nullopt);
  EXPECT_EQ(printed, " rest");
  for (std::string_view damaged : {"", "(", "\"abc", "{", "{9}\r\nx", "{99999999999999999999}\r\n", "NI", "\"\\"}) {
    take_printed_string(damaged);
    take_printed_string(damaged);
  }
}

TEST_F(SearchMatching, TellsOfBodiesThatAreGone) {
  store.lose(2);
  EXPECT_EQ(search("BODY hello"), "1 gone ");
  EXPECT_EQ(search("SUBJECT parts"), "gone 3 ");
}

TEST_F(SearchMatching, ReadsHeadersLongerThanTheFirstRead) {
  store.add("X-Long: " + std::string(100'000, 'x') + "\r\nSubject: far\r\n\r\nbody\r\n");
  EXPECT_EQ(search("SUBJECT far"), "4 ");
  EXPECT_EQ(search("TEXT body"), "4 ");
}

TEST_F(SearchMatching, ReadsBigMessagesPartByPart) {
  store.add("Subject: big\r\nContent-Type: multipart/mixed; boundary=Q\r\n\r\n--Q\r\n\r\n" + std::string(300'000, 'x') +
            "\r\n--Q\r\n\r\nneedle\r\n--Q--\r\n");
  EXPECT_EQ(search("BODY needle"), "4 ");
  EXPECT_EQ(search("SUBJECT big"), "4 ");
}

}  // namespace
}  // namespace portreeve::imap
