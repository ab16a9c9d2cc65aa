#include "protocols/imap/threader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>

namespace portreeve::imap {
namespace {

using enum ThreadAlgorithm;

void put(Threader& threader, std::uint32_t number, const ThreadMessage& message) {
  constexpr tls::HashKey kKey{1, 2};
  std::vector<std::uint64_t> references;
  const ThreadFacts facts = thread_facts(message, kKey, references);
  threader.add(number, facts, references);
}

// A mailbox in a line: each message with its id, what it refers to, and "subject@date".
class Mailbox {
 public:
  explicit Mailbox(ThreadAlgorithm algorithm) : threader_(algorithm) {}

  Mailbox& add(std::string id, std::string references, std::string subject = "", std::int64_t date = 0) {
    ++count_;
    ThreadMessage message;
    message.date = date == 0 ? count_ : date;
    message.is_reply_or_forward = subject.starts_with("Re: ");
    if (message.is_reply_or_forward) subject.erase(0, 4);
    message.subject = subject;
    const std::string id_field = id.empty() ? "" : "<" + id + "@x>";
    std::string references_field;
    for (const char c : references) references_field += std::string("<") + c + "@x>\r\n ";
    message.message_id = id_field;
    message.references = references_field;
    put(threader_, count_, message);
    return *this;
  }
  std::string threads() {
    std::string out;
    threader_.write(out);
    return out;
  }

 private:
  Threader threader_;
  std::uint32_t count_ = 0;
};

TEST(MessageIds, AreTakenFromAField) {
  EXPECT_EQ(message_ids("<a@b> <c@d>"), (std::vector<std::string>{"a@b", "c@d"}));
  EXPECT_EQ(message_ids("Your message of <a@b>\r\n\t<c\r\n @d> (x)"), (std::vector<std::string>{"a@b", "c@d"}));
  // RFC 5256 §2.1: one without quotes where none are needed.
  EXPECT_EQ(message_ids("<\"01KF8\"@x>"), message_ids("<01KF8@x>"));
  EXPECT_EQ(message_ids("<\"a>b\"@x>"), (std::vector<std::string>{"a>b@x"}));
  EXPECT_TRUE(message_ids("").empty());
  EXPECT_TRUE(message_ids("<> <a> <b <c \"<").empty());
  EXPECT_EQ(message_ids("<a@b <c@d>"), (std::vector<std::string>{"c@d"}));
  EXPECT_TRUE(message_ids(std::string(100'000, '<')).empty());
}

TEST(ThreadTable, HasWhatWasAddedByUid) {
  ThreadTable table({1, 2}, Collation::unicode_casemap);
  table.add(3, {.date = 30, .message_id = "<a@x>"});
  table.add(5, {.date = 50, .message_id = "<b@x>", .references = "<z@x> <a@x>", .in_reply_to = "<q@x>"});
  table.add(9, {.date = 90, .in_reply_to = "<a@x> <z@x>"});
  EXPECT_EQ(table.lower_bound(4), 1U);
  EXPECT_EQ(table.lower_bound(10), 3U);
  ThreadTable other({1, 2}, Collation::unicode_casemap);
  for (const std::size_t at : {1U, 2U}) other.add(table, at);
  EXPECT_EQ(other.uid(0), 5U);
  EXPECT_EQ(other.facts(0).date, 50);
  ASSERT_EQ(other.references(0).size(), 2U);
  ASSERT_EQ(other.references(1).size(), 1U);
  EXPECT_EQ(other.references(0)[1], table.facts(0).message_id);
  EXPECT_EQ(other.references(1)[0], table.facts(0).message_id);
  EXPECT_EQ(other.facts(1).message_id, 0U);
}

TEST(ThreadFacts, KeepTheFirstReferenceAndTheLast) {
  std::string field;
  for (int i = 0; i < 300; ++i) field += "<" + std::to_string(i) + "@x> ";
  std::vector<std::uint64_t> references{7};
  thread_facts({.references = field}, {1, 2}, references);
  ASSERT_EQ(references.size(), 1 + kMaxReferences);
  EXPECT_EQ(references[0], 7U);
  EXPECT_EQ(references[1], tls::keyed_hash({1, 2}, "0@x"));
  EXPECT_EQ(references[2], tls::keyed_hash({1, 2}, "201@x"));
  EXPECT_EQ(references.back(), tls::keyed_hash({1, 2}, "299@x"));
}

TEST(OrderedSubject, GroupsBySubjectAndDate) {
  Mailbox mailbox(ordered_subject);
  mailbox.add("", "", "B", 30).add("", "", "A", 40).add("", "", "Re: B", 20).add("", "", "C", 25).add("", "", "B", 50);
  EXPECT_EQ(mailbox.threads(), " (3 (1)(5))(4)(2)");
  EXPECT_EQ(Mailbox(ordered_subject).threads(), "");
}

TEST(References, FollowTheChain) {
  EXPECT_EQ(Mailbox(references).add("a", "").add("b", "a").add("c", "ab").threads(), " (1 2 3)");
  EXPECT_EQ(Mailbox(references).add("a", "").add("b", "a").add("c", "a").threads(), " (1 (2)(3))");
  // In whatever order they came.
  EXPECT_EQ(Mailbox(references).add("c", "ab").add("b", "a").add("a", "").threads(), " (3 2 1)");
}

TEST(References, StandInForWhatIsMissing) {
  // One below a missing message takes its place; several are kept together.
  EXPECT_EQ(Mailbox(references).add("b", "a").threads(), " (1)");
  EXPECT_EQ(Mailbox(references).add("b", "a").add("c", "a").threads(), " ((1)(2))");
  EXPECT_EQ(Mailbox(references).add("a", "").add("d", "abc").add("e", "abc").threads(), " (1 (2)(3))");
  EXPECT_EQ(Mailbox(references).add("d", "abc").add("e", "ab").threads(), " ((1)(2))");
}

TEST(References, SortSiblingsByDate) {
  EXPECT_EQ(Mailbox(references)
                .add("b", "a", "", 50)
                .add("c", "a", "", 40)
                .add("a", "", "", 10)
                .add("z", "", "", 5)
                .threads(),
            " (4)(3 (2)(1))");
  // A missing message counts by its first child.
  EXPECT_EQ(Mailbox(references).add("b", "a", "", 50).add("z", "", "", 30).add("c", "a", "", 20).threads(),
            " ((3)(1))(2)");
}

TEST(References, JoinSubjects) {
  // A reply goes below the message that it may be one to.
  EXPECT_EQ(Mailbox(references).add("a", "", "S").add("b", "", "Re: S").threads(), " (1 2)");
  EXPECT_EQ(Mailbox(references).add("b", "", "Re: S").add("a", "", "S").threads(), " (2 1)");
  // Equals stand side by side, below none.
  EXPECT_EQ(Mailbox(references).add("a", "", "S").add("b", "", "S").add("c", "", "S").threads(), " ((1)(2)(3))");
  EXPECT_EQ(Mailbox(references).add("a", "", "Re: S").add("b", "", "Re: S").threads(), " ((1)(2))");
  // The one that isn't a reply is looked for first.
  EXPECT_EQ(Mailbox(references).add("a", "", "Re: S").add("b", "", "S").add("c", "", "S").threads(), " ((2 1)(3))");
  // Two groups of which the head is missing are one.
  EXPECT_EQ(Mailbox(references).add("b", "a", "S").add("c", "a").add("e", "d", "S").add("f", "d").threads(),
            " ((1)(2)(3)(4))");
  EXPECT_EQ(Mailbox(references).add("b", "a", "S").add("c", "a").add("e", "", "S").threads(), " ((1)(2)(3))");
  // No subject is no subject in common.
  EXPECT_EQ(Mailbox(references).add("a", "").add("b", "").threads(), " (1)(2)");
}

TEST(References, CutLoops) {
  EXPECT_EQ(Mailbox(references).add("a", "a").threads(), " (1)");
  EXPECT_EQ(Mailbox(references).add("a", "b").add("b", "a").threads(), " (2 1)");
  EXPECT_EQ(Mailbox(references).add("a", "c").add("b", "a").add("c", "b").threads(), " (3 1 2)");
  EXPECT_EQ(Mailbox(references).add("a", "bab").add("b", "aba").threads().size(), 6U);
}

TEST(References, TellMessagesOfOneIdApart) {
  EXPECT_EQ(Mailbox(references).add("a", "").add("a", "").add("b", "a").threads(), " (1 3)(2)");
  EXPECT_EQ(Mailbox(references).add("", "").add("", "").threads(), " (1)(2)");
}

TEST(Refs, ForgetSubjectsAndPutTheNewestLast) {
  EXPECT_EQ(Mailbox(refs).add("a", "", "S").add("b", "", "Re: S").threads(), " (1)(2)");
  EXPECT_EQ(Mailbox(refs).add("a", "", "", 10).add("z", "", "", 20).add("b", "a", "", 30).threads(), " (2)(1 3)");
  EXPECT_EQ(Mailbox(refs).add("b", "a", "", 50).add("c", "a", "", 40).add("z", "", "", 45).threads(), " (3)((2)(1))");
}

// --- hostile mail

constexpr std::uint32_t kMany = 100'000;

std::string field(std::uint32_t id) { return "<" + std::to_string(id) + "@x>"; }

std::string chain(bool is_backward) {
  Threader threader(references);
  for (std::uint32_t i = 1; i <= kMany; ++i) {
    const std::uint32_t at = is_backward ? kMany + 1 - i : i;
    const std::string id = field(at);
    const std::string parent = field(at - 1);
    put(threader, i, {.date = at, .message_id = id, .in_reply_to = parent});
  }
  std::string out;
  threader.write(out);
  return out;
}

TEST(Threader, TakesAnyDepth) {
  for (const bool is_backward : {false, true}) {
    const std::string out = chain(is_backward);
    EXPECT_EQ(std::ranges::count(out, '('), 1);
    EXPECT_EQ(std::ranges::count(out, ' '), kMany);
  }
}

TEST(Threader, TakesManyLoopsAndReferences) {
  Threader threader(references);
  for (std::uint32_t i = 1; i <= 20'000; ++i) {
    const std::string id = field(i);
    std::string refs;
    for (std::uint32_t j = 0; j < 150; ++j) refs += field((i * 7'919 + j * 104'729) % 30'000);
    put(threader, i, {.date = i, .subject = "S", .message_id = id, .references = refs});
  }
  std::string out;
  threader.write(out);
  std::size_t numbers = 0;
  for (std::size_t i = 1; i < out.size(); ++i) numbers += std::isdigit(out[i]) && !std::isdigit(out[i - 1]) ? 1 : 0;
  EXPECT_EQ(numbers, 20'000U);
}

}  // namespace
}  // namespace portreeve::imap
