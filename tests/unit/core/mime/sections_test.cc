// Where the parts of a message lie, and which of them a section number names (RFC 3501 §6.4.5).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/mime/feeding.h"

namespace portreeve::mime {
namespace {

using Path = std::vector<std::uint32_t>;

std::string header_of(const std::string& message, const Part& part) {
  return message.substr(part.header_begin, part.body_begin - part.header_begin);
}
std::string body_of(const std::string& message, const Part& part) {
  return message.substr(part.body_begin, part.body_end - part.body_begin);
}

// RFC 3501 §6.4.5's example, with bodies that say who they are.
const std::string kNested =
    "Subject: whole\r\n"
    "Content-Type: multipart/mixed; boundary=outer\r\n"
    "\r\n"
    "preamble\r\n"
    "--outer\r\n"
    "\r\n"
    "one\r\n"
    "--outer\r\n"
    "Content-Type: application/octet-stream\r\n"
    "\r\n"
    "two\r\n"
    "--outer\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: three\r\n"
    "Content-Type: multipart/mixed; boundary=inner\r\n"
    "\r\n"
    "--inner\r\n"
    "\r\n"
    "three.one\r\n"
    "--inner\r\n"
    "\r\n"
    "three.two\r\n"
    "--inner--\r\n"
    "--outer\r\n"
    "Content-Type: multipart/mixed; boundary=fourth\r\n"
    "\r\n"
    "--fourth\r\n"
    "Content-Type: image/gif\r\n"
    "\r\n"
    "four.one\r\n"
    "--fourth\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: four.two\r\n"
    "\r\n"
    "four.two.one\r\n"
    "--fourth--\r\n"
    "--outer--\r\n"
    "epilogue\r\n";

TEST(FindPart, GoesThroughMessagesWithin) {
  Summary summary = summarize_all_ways(kNested);
  struct Row {
    Path path;
    const char* body;
  };
  for (const Row& row : {Row{{1}, "one"},
                         {{2}, "two"},
                         {{3, 1}, "three.one"},
                         {{3, 2}, "three.two"},
                         {{4, 1}, "four.one"},
                         {{4, 2}, "Subject: four.two\r\n\r\nfour.two.one"},
                         {{4, 2, 1}, "four.two.one"}}) {
    const Part* part = find_part(summary, row.path);
    ASSERT_NE(part, nullptr) << row.body;
    EXPECT_EQ(body_of(kNested, *part), row.body);
  }
  for (const Path& path : {Path{5}, {0}, {1, 1}, {2, 1}, {3, 3}, {3, 1, 1}, {4, 2, 2}, {4, 2, 1, 1}}) {
    EXPECT_EQ(find_part(summary, path), nullptr) << testing::PrintToString(path);
  }
  EXPECT_EQ(find_part(summary, {}), summary.parts.data());
}

TEST(FindPart, GivesTheHeadersOfMessagesWithin) {
  Summary summary = summarize(kNested);
  const Part* three = find_part(summary, {3});
  ASSERT_TRUE(three && three->is_message);
  EXPECT_EQ(header_of(kNested, *three), "Content-Type: message/rfc822\r\n\r\n");
  const Part* within = inner_message(summary.parts, *three);
  ASSERT_NE(within, nullptr);
  EXPECT_EQ(header_of(kNested, *within), "Subject: three\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n");
  EXPECT_EQ(inner_message(summary.parts, *find_part(summary, {1})), nullptr);
}

TEST(FindPart, TakesOneForTheBodyOfASinglePart) {
  std::string message = "Subject: x\r\n\r\nbody\r\n";
  Summary summary = summarize_all_ways(message);
  ASSERT_NE(find_part(summary, {1}), nullptr);
  EXPECT_EQ(body_of(message, *find_part(summary, {1})), "body\r\n");
  EXPECT_EQ(find_part(summary, {2}), nullptr);
  EXPECT_EQ(find_part(summary, {1, 1}), nullptr);
}

TEST(FindPart, EntersAMessageThatIsOneItself) {
  std::string message = "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nbody\r\n";
  Summary summary = summarize_all_ways(message);
  EXPECT_EQ(body_of(message, *find_part(summary, {1})), "Subject: x\r\n\r\nbody\r\n");
  EXPECT_EQ(body_of(message, *find_part(summary, {1, 1})), "body\r\n");
  EXPECT_EQ(find_part(summary, {1, 1, 1}), nullptr);
}

TEST(FindPart, FindsTheEmptyPartOfAnEmptyMultipart) {
  Summary summary = summarize("Content-Type: multipart/mixed; boundary=b\r\n\r\nno part\r\n");
  const Part* part = find_part(summary, {1});
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->body_begin, part->body_end);
}

// The bodies of all leaves, each in brackets.
std::string leaves(const std::string& message, Limits limits = {}) {
  Summary summary = summarize_all_ways(message, limits);
  std::string out;
  for (const Part& part : summary.parts) {
    EXPECT_LE(part.header_begin, part.body_begin);
    EXPECT_LE(part.body_begin, part.body_end);
    EXPECT_LE(part.body_end, message.size());
    if (part.parent >= 0) {
      const Part& parent = summary.parts[static_cast<std::size_t>(part.parent)];
      EXPECT_LE(parent.body_begin, part.header_begin);
      EXPECT_LE(part.body_end, parent.body_end) << message;
    }
    if (!part.is_message && !part.is_multipart) out += "[" + body_of(message, part) + "]";
  }
  return out;
}

struct Case {
  const char* name;
  const char* boundary;
  const char* body;
  const char* leaves;
};
class Boundaries : public testing::TestWithParam<Case> {};
TEST_P(Boundaries, DivideParts) {
  const Case& row = GetParam();
  EXPECT_EQ(leaves(std::string("Content-Type: multipart/mixed; boundary=\"") + row.boundary + "\"\r\n\r\n" + row.body),
            row.leaves);
}

const Case kBoundaries[] = {
    {"regular", "b", "--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", "[one][two]"},
    {"lf_only", "b", "--b\n\none\n--b\n\ntwo\n--b--\n", "[one][two]"},
    {"lf_before_crlf_after", "b", "--b\n\none\n--b\r\n\r\ntwo\r\n--b--", "[one][two]"},
    {"closing_one_missing", "b", "--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n", "[one][two\r\n]"},
    {"cut_in_the_boundary", "b", "--b\r\n\r\none\r\n--b", "[one][]"},
    {"cut_in_the_closing_one", "b", "--b\r\n\r\none\r\n--b--", "[one]"},
    {"blanks_after_it", "b", "--b \t\r\n\r\none\r\n--b-- \r\n", "[one]"},
    {"text_after_it", "b", "--b\r\n\r\none\r\n--bx\r\ntwo\r\n--b--", "[one\r\n--bx\r\ntwo]"},
    {"not_at_the_line_begin", "b", "--b\r\n\r\none\r\n --b\r\ntwo --b\r\n--b--", "[one\r\n --b\r\ntwo --b]"},
    {"dashes_that_are_none", "b", "--b\r\n\r\n--\r\n-\r\n---\r\n-- \r\n-b\r\n--b--", "[--\r\n-\r\n---\r\n-- \r\n-b]"},
    {"empty_part", "b", "--b\r\n\r\n--b--\r\n", "[]"},
    {"part_of_one_line_end", "b", "--b\r\n\r\n\r\n--b--\r\n", "[]"},
    {"part_without_blank_line", "b", "--b\r\nContent-Type: text/plain\r\n--b\r\n\r\ntwo\r\n--b--", "[][two]"},
    {"boundaries_in_a_row", "b", "--b\r\n--b\r\n--b--\r\n", "[][]"},
    {"more_after_the_end", "b", "--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n", "[one]"},
    {"boundary_of_dashes", "--", "----\r\n\r\none\r\n------\r\n", "[one]"},
    {"boundary_with_blanks", "a b", "--a b\r\n\r\none\r\n--a b--\r\n", "[one]"},
    {"bare_cr_before_it", "b", "--b\r\n\r\none\r--b\r\n--b--", "[one\r--b]"},
};
INSTANTIATE_TEST_SUITE_P(Flat, Boundaries, testing::ValuesIn(kBoundaries),
                         [](const auto& row) { return row.param.name; });

// Where an inner boundary is like an outer one (RFC 2046 §5.1.2).
const Case kNestedBoundaries[] = {
    {"inner_is_longer", "b",
     "--b\r\nContent-Type: multipart/mixed; "
     "boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb--\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
     "[one][two]"},
    {"inner_is_shorter", "bb",
     "--bb\r\nContent-Type: multipart/mixed; "
     "boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n--bb\r\n\r\ntwo\r\n--bb--\r\n",
     "[one][two]"},
    {"inner_ends_like_the_outers_end", "b",
     "--b\r\nContent-Type: multipart/mixed; "
     "boundary=b--x\r\n\r\n--b--x\r\n\r\none\r\n--b--x--\r\n--b\r\n\r\ntwo\r\n--b--",
     "[one][two]"},
    {"same_boundary_twice", "b",
     "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
     "[one][two]"},
    {"inner_is_not_closed", "b",
     "--b\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
     "[one][two]"},
    {"outer_ends_in_an_inner_header", "b",
     "--b\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n--b--\r\n", "[]"},
    {"message_that_is_cut", "b", "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n--b\r\n\r\ntwo\r\n--b--",
     "[][two]"},
    {"message_without_anything", "b", "--b\r\nContent-Type: message/rfc822\r\n--b\r\n\r\ntwo\r\n--b--", "[][two]"},
    {"multipart_in_a_message", "b",
     "--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\none\r\n"
     "--i--\r\n\r\n--b--\r\n",
     "[one]"},
    {"epilogue_of_the_inner", "b",
     "--b\r\nContent-Type: multipart/mixed; "
     "boundary=i\r\n\r\n--i\r\n\r\none\r\n--i--\r\nepilogue\r\n--b\r\n\r\ntwo\r\n--b--",
     "[one][two]"},
    {"empty_multipart_within", "b",
     "--b\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\nx\r\n--b\r\n\r\ntwo\r\n--b--", "[][two]"},
};
INSTANTIATE_TEST_SUITE_P(Nested, Boundaries, testing::ValuesIn(kNestedBoundaries),
                         [](const auto& row) { return row.param.name; });

TEST(Boundaries, MayBeContinuedOrEncoded) {
  for (const char* parameter :
       {"boundary*0=a; boundary*1=b", "boundary*=us-ascii''%61b", "BOUNDARY=ab", "boundary=\"ab \""}) {
    EXPECT_EQ(leaves("Content-Type: multipart/mixed; " + std::string(parameter) + "\r\n\r\n--ab\r\n\r\none\r\n--ab--"),
              "[one]")
        << parameter;
  }
}

TEST(Boundaries, LongOnesAreNotLookedFor) {
  for (std::size_t size : {70U, 990U, 1'100U}) {
    std::string boundary(size, 'x');
    std::string found = leaves("Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
                               "\r\n\r\none\r\n--" + boundary + "--\r\n");
    EXPECT_EQ(found, size < 1'000 ? "[one]" : "[]") << size;
  }
}

}  // namespace
}  // namespace portreeve::mime
