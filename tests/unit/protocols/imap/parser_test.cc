// Limits, recovery, and the parser's protocol with its session.
#include "protocols/imap/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "command_text.h"

namespace portreeve::imap {
namespace {

Limits small() {
  return {.max_line_bytes = 64,
          .max_literal_bytes = 32,
          .max_command_bytes = 128,
          .max_literals = 3,
          .max_search_depth = 4,
          .max_search_keys = 8,
          .max_list_items = 6,
          .max_append_bytes = 1'000,
          .max_skipped_bytes = 5'000};
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Parser, Pipelined) {
  EXPECT_EQ(events("a NOOP\r\nb LOGIN x {1+}\r\ny\r\nc FOO\r\nd CHECK\r\n"),
            "a NOOP\nb LOGIN [x] [y]\nc BAD Unknown command\nd CHECK");
}

TEST(Parser, StrayLineEndsAndBareLineFeeds) {
  EXPECT_EQ(events("\r\n\r\na NOOP\r\n\r\n\nb NOOP\n"), "a NOOP\nb NOOP");
  EXPECT_EQ(events("a LOGIN {1+}\nx {1+}\ny\n"), "a LOGIN [x] [y]");
  EXPECT_EQ(events("a APPEND x {1+}\ny\nb NOOP\n"), "a APPEND [x] () {1+}\nmessage [y]\nend\nb NOOP");
}

TEST(Parser, NeedsMoreUntilTheLineEnds) {
  EXPECT_EQ(events("", Feeding::whole), "");
  EXPECT_EQ(events("a NOOP", Feeding::whole), "");
  EXPECT_EQ(events("a NOOP\r", Feeding::whole), "");
  EXPECT_EQ(events("a LOGIN {3+}\r\nx", Feeding::whole), "");
  EXPECT_EQ(events("a LOGIN {3+}\r\nxyz", Feeding::whole), "");
  EXPECT_EQ(events("a LOGIN {3}\r\n", Feeding::whole), "+");
  EXPECT_EQ(events("a LOGIN {3}\r\nx\r\n", Feeding::whole), "+");
}

TEST(Parser, LongLines) {
  std::string fits = "a LOGIN x " + std::string(64 - 12, 'y');
  EXPECT_EQ(events(fits + "\r\n", small()), "a LOGIN [x] [" + std::string(52, 'y') + "]");
  EXPECT_EQ(events(fits + "y\r\n", small()), "a BAD The line is too long");
  EXPECT_EQ(events(fits + std::string(900, 'y') + "\r\nb NOOP\r\n", small()), "a BAD The line is too long\nb NOOP");
  EXPECT_EQ(events(std::string(900, 'y') + "\r\nb NOOP\r\n", small()), "* BAD The line is too long\nb NOOP");
  // Literals don't count as line, but each line does.
  EXPECT_EQ(events("a LOGIN {30+}\r\n" + std::string(30, 'x') + " " + std::string(40, 'y') + "\r\n", small()),
            "a LOGIN [" + std::string(30, 'x') + "] [" + std::string(40, 'y') + "]");
  EXPECT_EQ(events("a LOGIN {30+}\r\n" + std::string(30, 'x') + " " + std::string(70, 'y') + "\r\n", small()),
            "a BAD The line is too long");
}

TEST(Parser, ALongLineMayEndInALiteralThatIsSkipped) {
  EXPECT_EQ(events("a LOGIN " + std::string(100, 'x') + " {8+}\r\nb NOOP\r\n {2+}\r\nxx\r\nc NOOP\r\n", small()),
            "a BAD The line is too long\nc NOOP");
  EXPECT_EQ(events("a LOGIN {2+}\r\n\r\n" + std::string(200, 'x') + "\r\nc NOOP\r\n", small()),
            "a BAD The line is too long\nc NOOP");
  EXPECT_EQ(events("a LOGIN " + std::string(100, 'x') + " {8}\r\nc NOOP\r\n", small()),
            "a BAD The line is too long\nc NOOP");
}

TEST(Parser, BigLiterals) {
  EXPECT_EQ(events("a LOGIN {33}\r\nb NOOP\r\n", small()), "a BAD [TOOBIG] The literal is too big\nb NOOP");
  EXPECT_EQ(events("a LOGIN {33+}\r\n" + std::string(33, '\n') + " x\r\nb NOOP\r\n", small()),
            "a BAD [TOOBIG] The literal is too big\nb NOOP");
  EXPECT_EQ(events("a LOGIN {4294967296}\r\n", small()), "a BAD [TOOBIG] The literal is too big");
  EXPECT_EQ(events("a LOGIN {99999999999999999999999999}\r\n", small()), "a BAD [TOOBIG] The literal is too big");
}

TEST(Parser, TooMuchToSkipEndsTheSession) {
  const std::string too_big = "a BAD [TOOBIG] The literal is too big\n!* BYE Too much to skip";
  EXPECT_EQ(events("a LOGIN {5001+}\r\nxxx", Feeding::whole, small()), too_big);
  EXPECT_EQ(events("a LOGIN {18446744073709551616+}\r\nxxx", Feeding::whole, small()), too_big);
  EXPECT_EQ(events("a FOO " + std::string(6'000, 'x'), Feeding::byte_by_byte, small()),
            "a BAD The line is too long\n!* BYE Too much to skip");
  EXPECT_EQ(events("a FOO {3000+}\r\n" + std::string(3'000, 'x') + "{3000+}\r\n", Feeding::whole, small()),
            "a BAD Unknown command\n!* BYE Too much to skip");
  // Nothing that follows is looked at.
  EXPECT_EQ(events("a LOGIN {5001+}\r\nb NOOP\r\nc NOOP\r\n", Feeding::byte_by_byte, small()), too_big);
}

TEST(Parser, CommandsAreBoundedAsAWhole) {
  std::string literal = "{30+}\r\n" + std::string(30, 'x');
  EXPECT_EQ(events("a RENAME " + literal + " " + literal + "\r\n", small()),
            "a RENAME [" + std::string(30, 'x') + "] [" + std::string(30, 'x') + "]");
  EXPECT_EQ(events("a LIST \"\" (xxxxx " + literal + " " + literal + " " + literal + " x)\r\nb NOOP\r\n", small()),
            "a BAD [TOOBIG] The literal is too big\nb NOOP");
  EXPECT_EQ(events("a LIST \"\" ({1+}\r\na {1+}\r\nb {1+}\r\nc)\r\n", small()), "a LIST [] [a] [b] [c]");
  EXPECT_EQ(events("a LIST \"\" ({1+}\r\na {1+}\r\nb {1+}\r\nc {1+}\r\nd)\r\nb NOOP\r\n", small()),
            "a BAD Too many literals\nb NOOP");
}

TEST(Parser, ListsAndTreesAreBounded) {
  EXPECT_EQ(events("a STORE 1 FLAGS (a b c d e f)\r\n", small()), "a STORE 1 = (a b c d e f)");
  EXPECT_EQ(events("a STORE 1 FLAGS (a b c d e f g)\r\n", small()), "a BAD The list is too long");
  EXPECT_EQ(events("a STORE 1 FLAGS a b c d e f g\r\n", small()), "a BAD The list is too long");
  EXPECT_EQ(events("a SEARCH (((ALL)))\r\n", small()), "a SEARCH (and (and (and all)))");
  EXPECT_EQ(events("a SEARCH ((((ALL))))\r\n", small()), "a BAD The search is nested too deeply");
  EXPECT_EQ(events("a SEARCH NOT NOT NOT NOT ALL\r\n", small()), "a BAD The search is nested too deeply");
  EXPECT_EQ(events("a SEARCH OR 1 OR 1 OR 1 OR 1 1\r\n", small()), "a BAD The search is nested too deeply");
  EXPECT_EQ(events("a SEARCH OR (1 2) (3 4) OR 5 6\r\n", small()), "a BAD The search has too many keys");
  // With the limits as they come.
  EXPECT_EQ(events("a SEARCH " + repeated("(", 40) + "ALL" + repeated(")", 40) + "\r\n"),
            "a BAD The search is nested too deeply");
  EXPECT_EQ(events("a FETCH 1 BODY[1" + repeated(".1", 200) + "]\r\n"), "a BAD The part number is too long");
  std::string items;
  for (int i = 1; i <= 200; ++i) items += " BODY[" + std::to_string(i) + "]";
  EXPECT_EQ(events("a FETCH 1 (UID" + items + ")\r\n"), "a BAD Too many items");
}

TEST(Parser, LongSetsOfNumbersArePlainLines) {
  std::string set = "1";
  for (int i = 3; i < 10'000; i += 2) set += "," + std::to_string(i);
  EXPECT_EQ(events("a UID FETCH " + set + " FLAGS\r\n", Feeding::whole), "a UID FETCH " + set + " FLAGS");
}

TEST(Parser, BigMessages) {
  EXPECT_EQ(events("a APPEND x {1001}\r\nb NOOP\r\n", small()), "a NO [TOOBIG] The message is too big\nb NOOP");
  EXPECT_EQ(events("a APPEND x {1001+}\r\n" + std::string(1'001, '\n') + "\r\nb NOOP\r\n", small()),
            "a NO [TOOBIG] The message is too big\nb NOOP");
  std::string message(1'000, '\n');
  EXPECT_EQ(events("a APPEND x {1000+}\r\n" + message + "\r\n", small()),
            "a APPEND [x] () {1000+}\nmessage [" + message + "]\nend");
  // The second of two.
  EXPECT_EQ(events("a APPEND x {1+}\r\ny {1001+}\r\n" + std::string(1'001, '\n') + "\r\nb NOOP\r\n", small()),
            "a APPEND [x] () {1+}\nmessage [y]\na NO [TOOBIG] The message is too big\nb NOOP");
}

// RFC 7888 §5: a LITERAL- server takes so much unasked, and BAD is what it says to more, to APPEND too.
TEST(Parser, BigLiteralsThatNobodyAskedFor) {
  Limits limits = small();
  limits.max_unasked_literal_bytes = 10;
  const std::string big = "a BAD [TOOBIG] So big a literal must be announced first\nb NOOP";
  EXPECT_EQ(events("a LOGIN {11+}\r\n0123456789a y\r\nb NOOP\r\n", limits), big);
  EXPECT_EQ(events("a LOGIN x {11+}\r\n0123456789a\r\nb NOOP\r\n", limits), big);
  EXPECT_EQ(events("a APPEND x {11+}\r\n0123456789a\r\nb NOOP\r\n", limits), big);
  EXPECT_EQ(events("a APPEND x ~{11+}\r\n0123456789a\r\nb NOOP\r\n", limits), big);
  EXPECT_EQ(events("a APPEND x UTF8 (~{11+}\r\n0123456789a)\r\nb NOOP\r\n", limits), big);
  EXPECT_EQ(events("a APPEND x {1+}\r\ny {11+}\r\n0123456789a\r\nb NOOP\r\n", limits),
            "a APPEND [x] () {1+}\nmessage [y]\n" + big);
  EXPECT_EQ(events("a LOGIN {10+}\r\n0123456789 y\r\n", limits), "a LOGIN [0123456789] [y]");
  EXPECT_EQ(events("a APPEND x {10+}\r\n0123456789\r\n", limits), "a APPEND [x] () {10+}\nmessage [0123456789]\nend");
}

template <class Event>
const Event& take(Parser& parser, std::string& bytes, Step& step) {
  step = parser.next(bytes);
  bytes.erase(0, step.consumed);
  return std::get<Event>(step.event);
}

// RFC 6855 §3
TEST(Parser, NamesInUtf8) {
  Limits limits;
  limits.name_form = NameForm::utf8;
  Parser parser{limits};
  Step step;
  std::string bytes = "a CREATE \"R&D\"\r\nb CREATE M&APw-\r\nc CREATE \"M\u00fcll & Sohn\"\r\nd LIST \"\" R&*\r\n";
  EXPECT_EQ(describe(take<Command>(parser, bytes, step)), "a CREATE [R&D]");
  EXPECT_EQ(describe(take<Command>(parser, bytes, step)), "b CREATE [M&APw-]");
  EXPECT_EQ(describe(take<Command>(parser, bytes, step)), "c CREATE [M\u00fcll & Sohn]");
  EXPECT_EQ(std::get<List>(take<Command>(parser, bytes, step).body).patterns.front(), "R&*");
  bytes = "e CREATE \"M\xff\"\r\n";
  EXPECT_EQ(take<Rejected>(parser, bytes, step).reply.code.view(), "CANNOT");
}

TEST(Parser, AnAppendThatTheSessionRefuses) {
  Parser parser{Limits{}};
  Step step;
  // Synchronizing: the client was never asked for the message.
  std::string bytes = "a APPEND x {10}\r\n";
  EXPECT_EQ(describe(take<Command>(parser, bytes, step)), "a APPEND [x] () {10}");
  EXPECT_TRUE(parser.is_within_command());
  parser.cancel_append();
  EXPECT_FALSE(parser.is_within_command());
  bytes = "b NOOP\r\n";
  EXPECT_EQ(describe(take<Command>(parser, bytes, step)), "b NOOP");
  // Non-synchronizing: it comes anyway, and the session has read some of it.
  bytes = "c APPEND x {10+}\r\n0123456789\r\nd NOOP\r\n";
  EXPECT_EQ(describe(take<Command>(parser, bytes, step)), "c APPEND [x] () {10+}");
  bytes.erase(0, 4);
  parser.skip_append(6);
  EXPECT_EQ(describe(take<Command>(parser, bytes, step)), "d NOOP");
  EXPECT_EQ(bytes, "");
}

TEST(Parser, IsWithinACommandFromItsFirstByte) {
  Parser parser{Limits{}};
  EXPECT_FALSE(parser.is_within_command());
  Step step = parser.next("\r\n");
  EXPECT_EQ(step.consumed, 2u);
  EXPECT_FALSE(parser.is_within_command());
  step = parser.next("a NO");
  EXPECT_TRUE(parser.is_within_command());
  step = parser.next("a NOOP\r\n");
  EXPECT_FALSE(parser.is_within_command());
}

TEST(Parser, LinesThatAreNotCommands) {
  Parser parser(small());
  Step step = parser.next_line("do");
  EXPECT_TRUE(std::holds_alternative<NeedMore>(step.event));
  EXPECT_EQ(step.consumed, 0u);
  step = parser.next_line("done\r\na NOOP\r\n");
  EXPECT_EQ(std::get<Line>(step.event).text, "done");
  EXPECT_EQ(step.consumed, 6u);
  step = parser.next_line("\n");
  EXPECT_EQ(std::get<Line>(step.event).text, "");
  // No literal is looked for in them.
  step = parser.next_line("x {5+}\r\nb NOOP\r\n");
  EXPECT_EQ(std::get<Line>(step.event).text, "x {5+}");
  EXPECT_EQ(step.consumed, 8u);
}

TEST(Parser, LongLinesThatAreNotCommands) {
  Parser parser(small());
  std::string rest(70, 'x');
  Step step = parser.next_line(rest + "\r\n");
  EXPECT_EQ(std::get<Rejected>(step.event).reply.text.view(), "The line is too long");
  EXPECT_EQ(step.consumed, 72u);
  step = parser.next_line(rest);
  EXPECT_EQ(std::get<Rejected>(step.event).tag, "");
  EXPECT_EQ(step.consumed, 70u);
  step = parser.next_line("xxx\r\nDONE\r\n");
  EXPECT_EQ(std::get<Line>(step.event).text, "DONE");
  EXPECT_EQ(step.consumed, 11u);
}

}  // namespace
}  // namespace portreeve::imap
