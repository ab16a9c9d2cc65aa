#include "protocols/imap/fetch_renderer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocols/imap/parser.h"
#include "tests/unit/protocols/imap/message_store.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kPlain =
    "From: Ann <ann@example.test>\r\nSubject: one\r\nX-Other: x\r\nDate: Wed, 17 Jul 1996 02:44:25 "
    "-0700\r\n\r\nText.\r\n";
constexpr std::string_view kNested =
    "Subject: outer\r\nContent-Type: multipart/mixed; boundary=Q\r\n\r\nprologue\r\n"
    "--Q\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
    "--Q\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text\r\n--Q--\r\n";

class FetchRendering : public ::testing::Test {
 protected:
  // Renders `items` of `set` with slices of every one of some sizes, which must not matter.
  std::string fetch(const std::string& set, const std::string& items, Numbers numbers = Numbers::sequence,
                    const std::vector<std::uint32_t>& told = {}) {
    const std::string line = "a FETCH " + set + " " + items + "\r\n";
    Parser parser{Limits{}};
    Step step = parser.next(line);
    const auto* command = std::get_if<Command>(&step.event);
    if (command == nullptr) return "not parsed: " + line;
    const auto& asked = std::get<Fetch>(command->body);

    View view(store.snapshot_of_all({"$Junk"}));
    view.add_recent({20, 20});
    const auto sequences = resolve(asked.set, numbers, view.messages());
    std::string whole;
    for (const std::size_t limit : {1U << 20, 4096U, 100U, 7U, 1U}) {
      FetchRenderer renderer(store, view, asked, numbers, *sequences, told, false, is_uid_only);
      std::string out, slice;
      do {
        slice.clear();
        outcome = renderer.render(slice, limit);
        out += slice;
      } while (outcome == FetchRenderer::Outcome::more);
      has_missed = renderer.has_missed();
      if (limit == 1U << 20) whole = out;
      EXPECT_EQ(out, whole) << "in slices of " << limit;
    }
    return whole;
  }

  MessageStore store;
  FetchRenderer::Outcome outcome = FetchRenderer::Outcome::done;
  bool has_missed = false;
  bool is_uid_only = false;
};

TEST_F(FetchRendering, RendersWhatMemoryKnows) {
  store.add(std::string(kPlain)).flags = store::kSeen | (1 << store::kFirstKeywordBit);
  store.add("x").internal_date = 837'596'665;
  EXPECT_EQ(fetch("1:2", "(RFC822.SIZE INTERNALDATE FLAGS)"),
            "* 1 FETCH (FLAGS (\\Seen $Junk) INTERNALDATE \" 1-Jan-1970 00:00:00 +0000\" RFC822.SIZE " +
                std::to_string(kPlain.size()) +
                ")\r\n"
                "* 2 FETCH (FLAGS (\\Recent) INTERNALDATE \"17-Jul-1996 09:44:25 +0000\" RFC822.SIZE 1)\r\n");
  EXPECT_EQ(store.reads, 0);
}

TEST_F(FetchRendering, PutsUidIntoUidFetches) {
  store.add("a");
  store.add("b");
  EXPECT_EQ(fetch("1:*", "FLAGS", Numbers::uid),
            "* 1 FETCH (UID 10 FLAGS ())\r\n* 2 FETCH (UID 20 FLAGS (\\Recent))\r\n");
  EXPECT_EQ(fetch("2", "UID"), "* 2 FETCH (UID 20)\r\n");
}

TEST_F(FetchRendering, TellsSaveDates) {
  store.add("a");
  store.add("b").save_date = 837'596'665;
  EXPECT_EQ(fetch("1:*", "SAVEDATE"),
            "* 1 FETCH (SAVEDATE NIL)\r\n* 2 FETCH (SAVEDATE \"17-Jul-1996 09:44:25 +0000\")\r\n");
  EXPECT_EQ(store.reads, 0);
}

TEST_F(FetchRendering, NamesMessagesByTheirUidsAlone) {
  store.add(std::string(kPlain));
  is_uid_only = true;
  EXPECT_EQ(fetch("1:*", "RFC822.SIZE", Numbers::uid),
            "* 10 UIDFETCH (RFC822.SIZE " + std::to_string(kPlain.size()) + ")\r\n");
  EXPECT_EQ(fetch("1:*", "(UID BODY[TEXT])", Numbers::uid), "* 10 UIDFETCH (UID 10 BODY[TEXT] {7}\r\nText.\r\n)\r\n");
  EXPECT_EQ(fetch("1:*", "BODY", Numbers::uid), "* 10 UIDFETCH (BODY " + mime::summarize(kPlain).body + ")\r\n");
}

TEST_F(FetchRendering, AddsFlagsWhereSeenWasSet) {
  for (int i = 0; i < 8; ++i) store.add("x");
  EXPECT_EQ(fetch("2,4:5,8", "BODY[]", Numbers::sequence, {3, 4, 8}),
            "* 2 FETCH (BODY[] {1}\r\nx)\r\n* 4 FETCH (FLAGS () BODY[] {1}\r\nx)\r\n* 5 FETCH (BODY[] {1}\r\nx)\r\n"
            "* 8 FETCH (FLAGS () BODY[] {1}\r\nx)\r\n");
}

TEST_F(FetchRendering, RendersSummaries) {
  store.add(std::string(kPlain));
  const mime::Summary summary = mime::summarize(kPlain);
  EXPECT_EQ(fetch("1", "(ENVELOPE BODY BODYSTRUCTURE UID)"), "* 1 FETCH (UID 10 ENVELOPE " + summary.envelope +
                                                                 " BODY " + summary.body + " BODYSTRUCTURE " +
                                                                 summary.body_structure + ")\r\n");
  EXPECT_EQ(fetch("1", "(ENVELOPE BODY.PEEK[TEXT] BODYSTRUCTURE)"), "* 1 FETCH (ENVELOPE " + summary.envelope +
                                                                        " BODYSTRUCTURE " + summary.body_structure +
                                                                        " BODY[TEXT] {7}\r\nText.\r\n)\r\n");
}

struct SectionCase {
  const char* item;
  std::string_view message;
  const char* answer;
};

std::ostream& operator<<(std::ostream& out, const SectionCase& c) { return out << c.item; }

class FetchSection : public FetchRendering, public ::testing::WithParamInterface<SectionCase> {};

TEST_P(FetchSection, IsFound) {
  store.add(std::string(GetParam().message));
  EXPECT_EQ(fetch("1", GetParam().item), "* 1 FETCH (" + std::string(GetParam().answer) + ")\r\n");
  EXPECT_EQ(outcome, FetchRenderer::Outcome::done);
}

INSTANTIATE_TEST_SUITE_P(
    Imap, FetchSection,
    ::testing::Values(
        // The message itself.
        SectionCase{"BODY.PEEK[TEXT]", kPlain, "BODY[TEXT] {7}\r\nText.\r\n"},
        SectionCase{"RFC822.TEXT", kPlain, "RFC822.TEXT {7}\r\nText.\r\n"},
        SectionCase{"BODY[HEADER]", "A: b\r\n\r\nc", "BODY[HEADER] {8}\r\nA: b\r\n\r\n"},
        SectionCase{"RFC822.HEADER", "A: b\r\n\r\nc", "RFC822.HEADER {8}\r\nA: b\r\n\r\n"},
        SectionCase{"RFC822", "A: b\r\n\r\nc", "RFC822 {9}\r\nA: b\r\n\r\nc"},
        SectionCase{"BODY[TEXT]", "A: b\r\n", "BODY[TEXT] {0}\r\n"},
        // Fields, with the label as asked and the fields as they stand.
        SectionCase{"BODY[HEADER.FIELDS (subject FROM)]", kPlain,
                    "BODY[HEADER.FIELDS (subject FROM)] {46}\r\nFrom: Ann <ann@example.test>\r\nSubject: one\r\n\r\n"},
        SectionCase{"BODY[HEADER.FIELDS (Nope)]", kPlain, "BODY[HEADER.FIELDS (Nope)] {2}\r\n\r\n"},
        SectionCase{"BODY[HEADER.FIELDS.NOT (From Date)]", kPlain,
                    "BODY[HEADER.FIELDS.NOT (From Date)] {28}\r\nSubject: one\r\nX-Other: x\r\n\r\n"},
        SectionCase{"BODY[HEADER.FIELDS (Subject)]<3.5>", kPlain, "BODY[HEADER.FIELDS (Subject)]<3> {5}\r\nject:"},
        // Parts.
        SectionCase{"BODY[1]", kPlain, "BODY[1] {7}\r\nText.\r\n"},
        SectionCase{"BODY[1]", kNested, "BODY[1] {5}\r\nfirst"},
        SectionCase{"BODY[1.MIME]", kNested, "BODY[1.MIME] {28}\r\nContent-Type: text/plain\r\n\r\n"},
        SectionCase{"BODY[2]", kNested, "BODY[2] {28}\r\nSubject: inner\r\n\r\ninner text"},
        SectionCase{"BODY[2.HEADER]", kNested, "BODY[2.HEADER] {18}\r\nSubject: inner\r\n\r\n"},
        SectionCase{"BODY[2.TEXT]", kNested, "BODY[2.TEXT] {10}\r\ninner text"},
        SectionCase{"BODY[2.1]", kNested, "BODY[2.1] {10}\r\ninner text"},
        SectionCase{"BODY[2.HEADER.FIELDS (Subject)]", kNested,
                    "BODY[2.HEADER.FIELDS (Subject)] {18}\r\nSubject: inner\r\n\r\n"},
        // What isn't there.
        SectionCase{"BODY[3]", kNested, "BODY[3] NIL"}, SectionCase{"BODY[1.HEADER]", kNested, "BODY[1.HEADER] NIL"},
        SectionCase{"(BODY[9] BODY[1])", kNested, "BODY[9] NIL BODY[1] {5}\r\nfirst"},
        // Partial fetches (RFC 3501 §6.4.5): the origin alone in the label, and never more than there is.
        SectionCase{"BODY[]<0.3>", "abcdef", "BODY[]<0> {3}\r\nabc"},
        SectionCase{"BODY[]<4.9>", "abcdef", "BODY[]<4> {2}\r\nef"},
        SectionCase{"BODY[]<6.1>", "abcdef", "BODY[]<6> {0}\r\n"},
        SectionCase{"BODY[]<4294967295.4294967295>", "abcdef", "BODY[]<4294967295> {0}\r\n"},
        SectionCase{"BODY[1]<1.3>", kNested, "BODY[1]<1> {3}\r\nirs"}));

// Too big to be read at once, so that it is measured first and then decoded into the literal.
TEST_F(FetchRendering, DecodesBigPartsAsTheyAreSent) {
  std::string encoded;
  for (int i = 0; i < 4'000; ++i) encoded += "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\r\n";  // 0 to 23
  store.add("Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded);
  std::string decoded;
  for (int i = 0; i < 96'000; ++i) decoded += static_cast<char>(i % 24);
  EXPECT_EQ(fetch("1", "(BINARY.SIZE[1] BINARY[1] UID)"),
            "* 1 FETCH (UID 10 BINARY.SIZE[1] 96000 BINARY[1] ~{96000}\r\n" + decoded + ")\r\n");
  EXPECT_EQ(fetch("1", "BINARY[1]<95990.100>"),
            "* 1 FETCH (BINARY[1]<95990> {10}\r\n" + decoded.substr(95'990) + ")\r\n");
  EXPECT_EQ(fetch("1", "BINARY[1]<96000.1>"), "* 1 FETCH (BINARY[1]<96000> {0}\r\n)\r\n");
  EXPECT_EQ(fetch("1", "BINARY[1]<70000.20000>"),
            "* 1 FETCH (BINARY[1]<70000> ~{20000}\r\n" + decoded.substr(70'000, 20'000) + ")\r\n");
}

TEST_F(FetchRendering, LooksFurtherForAPreview) {
  store.add("Content-Type: text/html\r\n\r\n<style>" + std::string(100'000, 'x') + "</style>seen");
  store.add(
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b\r\n\r\n"
      "text\r\n--b--\r\n");
  store.add("Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nanother's\r\n");
  store.add("Content-Disposition: attachment\r\n\r\na file\r\n");
  EXPECT_EQ(fetch("1:4", "PREVIEW"),
            "* 1 FETCH (PREVIEW \"seen\")\r\n* 2 FETCH (PREVIEW \"text\")\r\n* 3 FETCH (PREVIEW \"\")\r\n"
            "* 4 FETCH (PREVIEW \"\")\r\n");
}

TEST_F(FetchRendering, StreamsManyAndBigMessages) {
  std::string expected;
  for (std::uint32_t i = 1; i <= 200; ++i) {
    const std::string text(i * 37 % 5000 + 1, static_cast<char>('a' + i % 26));
    store.add(text);
    expected += "* " + std::to_string(i) + " FETCH (BODY[] {" + std::to_string(text.size()) + "}\r\n" + text + ")\r\n";
  }
  EXPECT_EQ(fetch("1:*", "BODY.PEEK[]"), expected);
}

TEST_F(FetchRendering, ReadsTheHeadersOfManyMessagesAtOnce) {
  std::string expected;
  for (int i = 1; i <= 150; ++i) {
    store.add(std::string(kPlain));
    expected += "* " + std::to_string(i) + " FETCH (BODY[HEADER.FIELDS (Subject)] {16}\r\nSubject: one\r\n\r\n)\r\n";
  }
  store.add("Subject: one\r\nX-Long: " + std::string(100'000, 'x') + "\r\n\r\n");
  expected += "* 151 FETCH (BODY[HEADER.FIELDS (Subject)] {16}\r\nSubject: one\r\n\r\n)\r\n";
  EXPECT_EQ(fetch("1:*", "BODY.PEEK[HEADER.FIELDS (Subject)]"), expected);
}

TEST_F(FetchRendering, PassesOverMessagesThatAreGone) {
  store.add("a");
  const store::BodyId gone = store.add("b").body;
  store.add("c");
  store.lose(gone);
  EXPECT_EQ(fetch("1:3", "BODY[]"), "* 1 FETCH (BODY[] {1}\r\na)\r\n* 3 FETCH (BODY[] {1}\r\nc)\r\n");
  EXPECT_TRUE(has_missed);
  EXPECT_EQ(fetch("2", "BODY[TEXT]"), "");
  EXPECT_EQ(fetch("2", "(ENVELOPE)"), "");
  EXPECT_TRUE(has_missed);
  EXPECT_EQ(outcome, FetchRenderer::Outcome::done);
}

TEST_F(FetchRendering, EndsTheSessionRatherThanALiteralTooShort) {
  const store::BodyId body = store.add(std::string(100'000, 'x')).body;
  store.shorten(body, 80'000);
  View view(store.snapshot_of_all());
  Fetch command;
  command.items.emplace_back().kind = FetchItem::Kind::rfc822;
  const SequenceRanges sequences{{1, 1}};
  {
    // Nothing of it was sent: it can be taken back.
    FetchRenderer renderer(store, view, command, Numbers::sequence, sequences, {});
    std::string out = "* OK before\r\n";
    EXPECT_EQ(renderer.render(out, 200'000), FetchRenderer::Outcome::failed);
    EXPECT_EQ(out, "* OK before\r\n");
    EXPECT_EQ(renderer.error().code, store::Errc::corrupt);
  }
  {
    FetchRenderer renderer(store, view, command, Numbers::sequence, sequences, {});
    std::string out;
    EXPECT_EQ(renderer.render(out, 100), FetchRenderer::Outcome::more);
    EXPECT_EQ(renderer.render(out, 200'000), FetchRenderer::Outcome::broken);
  }
}

}  // namespace
}  // namespace portreeve::imap
