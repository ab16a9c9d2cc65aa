#include "protocols/smtp/data.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::smtp {
namespace {

struct Outcome {
  std::string text;
  std::string left;  // behind the end
  bool is_ended = false;
  DataFault fault = DataFault::none;
  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << testing::PrintToString(outcome.text) << " left " << testing::PrintToString(outcome.left)
       << (outcome.is_ended ? " ended" : " open") << " fault " << static_cast<int>(outcome.fault);
}

// Gives the scanner the input in chunks of `step` bytes, as a session does: unused bytes come again.
Outcome scanned(const std::string& input, std::size_t step) {
  DataScanner scanner;
  Outcome outcome;
  std::string waiting;
  std::string scratch;
  std::size_t at = 0;
  while (!outcome.is_ended && at < input.size()) {
    waiting += input.substr(at, step);
    at = std::min(at + step, input.size());
    const DataScanner::Piece piece = scanner.next_all(waiting, scratch);
    outcome.text.append(piece.text);
    outcome.is_ended = piece.is_end;
    waiting.erase(0, piece.consumed);
  }
  outcome.fault = scanner.fault();
  outcome.left = waiting + input.substr(at);
  return outcome;
}

void expect_scan(const std::string& input, const Outcome& want) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, input.size()}) {
    if (step == 0) continue;
    EXPECT_EQ(scanned(input, step), want) << testing::PrintToString(input) << " in steps of " << step;
  }
}

TEST(Data, EndsAtItsEndOnly) {
  expect_scan(".\r\n", {"", "", true});
  expect_scan("a\r\n.\r\n", {"a\r\n", "", true});
  expect_scan("a\r\n.\r\nQUIT\r\n", {"a\r\n", "QUIT\r\n", true});
  expect_scan("a\r\n", {"a\r\n", "", false});
  expect_scan("a\r\n.", {"a\r\n", ".", false});
  expect_scan("a\r\n.\r", {"a\r\n", ".\r", false});
  expect_scan("a.\r\n", {"a.\r\n", "", false});
  expect_scan("a\r\n.b\r\n", {"a\r\nb\r\n", "", false});
  expect_scan("\r\n\r\n.\r\n", {"\r\n\r\n", "", true});
}

// RFC 5321 §4.5.2
TEST(Data, DropsOneDotOfALine) {
  expect_scan("..\r\n.\r\n", {".\r\n", "", true});
  expect_scan("...\r\n.\r\n", {"..\r\n", "", true});
  expect_scan(".a\r\n..b\r\nc.\r\n.\r\n", {"a\r\n.b\r\nc.\r\n", "", true});
  expect_scan("a\r\n..\r\n..\r\n..\r\n.\r\n", {"a\r\n.\r\n.\r\n.\r\n", "", true});
}

// Each of these has ended a message for some server, and let the rest pass as commands.
TEST(Data, NothingElseEndsIt) {
  const std::string rest = "MAIL FROM:<evil@example.test>\r\n";
  struct Case {
    std::string end;
    std::string text;
    DataFault fault;
  };
  const Case cases[] = {
      {"a\n.\n", "a\n.\n", DataFault::bare_lf},
      {"a\n.\r\n", "a\n.\r\n", DataFault::bare_lf},
      {"a\r\n.\n", "a\r\n\n", DataFault::bare_lf},
      {"a\r.\r\n", "a\r.\r\n", DataFault::bare_cr},
      {"a\r\n.\r", "a\r\n\r", DataFault::bare_cr},
      {"a\r.\r", "a\r.\r", DataFault::bare_cr},
      {"a\r\r\n.\r\r\n", "a\r\r\n\r\r\n", DataFault::bare_cr},
      {std::string("a\r\n\0.\r\n", 7), std::string("a\r\n\0.\r\n", 7), DataFault::nul},
      {std::string("a\r\n.\0\r\n", 7), std::string("a\r\n\0\r\n", 6), DataFault::nul},
      {std::string("a\r\0\n.\r\n", 7), std::string("a\r\0\n.\r\n", 7), DataFault::bare_cr},
  };
  for (const Case& c : cases) {
    expect_scan(c.end + rest + ".\r\n", {c.text + rest, "", true, c.fault});
  }
}

TEST(Data, FindsFaultsWhereverTheyAre) {
  const std::string line = "0123456789012345678901234567890123456789012345678901234567890123456789012345\r\n";
  std::string plain;
  while (plain.size() < 3000) plain += line;
  for (std::size_t at = 1; at < plain.size(); at += 37) {
    for (const char c : {'\r', '\n', '\0'}) {
      if (plain[at] == '\r' || plain[at] == '\n' || plain[at - 1] == '\r') continue;
      std::string text = plain;
      text[at] = c;
      if (c == '\r' && text[at + 1] == '\n') continue;
      DataScanner scanner;
      std::string scratch;
      const auto piece = scanner.next_all(text, scratch);
      EXPECT_EQ(piece.text, text);
      EXPECT_NE(scanner.fault(), DataFault::none) << at << ' ' << int{c};
    }
  }
}

TEST(Data, PassesCleanTextThroughAsAView) {
  std::string text;
  while (text.size() < 100'000) text += "Some text, with .dots. and more of it; no line begins with one.\r\n";
  const std::string input = text + ".\r\n";
  DataScanner scanner;
  std::string scratch;
  const auto piece = scanner.next_all(input, scratch);
  EXPECT_TRUE(piece.is_end);
  EXPECT_EQ(piece.text.data(), input.data());
  EXPECT_EQ(piece.text.size(), text.size());
  EXPECT_EQ(piece.consumed, input.size());
  EXPECT_EQ(scanner.fault(), DataFault::none);
}

TEST(Data, LinesMayBeLong) {
  const std::string line(1'000'000, 'x');
  expect_scan(line.substr(0, 20'000) + "\r\n.\r\n", {line.substr(0, 20'000) + "\r\n", "", true});
  EXPECT_EQ(scanned(line + "\r\n.\r\n", 65'536), (Outcome{line + "\r\n", "", true}));
}

TEST(Data, DotsInEveryPlaceOfABlock) {
  for (std::size_t before = 0; before < 1100; ++before) {
    const std::string start = std::string(before, 'a') + "\r\n";
    const Outcome want{start + ".b\r\n.\r\n", "Q", true};
    EXPECT_EQ(scanned(start + "..b\r\n..\r\n.\r\nQ", 4096), want) << before;
  }
}

// RFC 3030 §2: in chunks a dot is text, and the faults are the same.
TEST(Chunks, Faults) {
  using namespace std::string_literals;
  const struct {
    std::string text;
    DataFault want;
  } cases[] = {
      {"", DataFault::none},
      {"a\r\n.\r\n..\r\n", DataFault::none},
      {"no line end", DataFault::none},
      {"a\nb\r\n", DataFault::bare_lf},
      {"\n", DataFault::bare_lf},
      {"a\rb\r\n", DataFault::bare_cr},
      {"a\r\n\r", DataFault::bare_cr},
      {"a\0b\r\n"s, DataFault::nul},
      {"a\nb\0\r\n"s, DataFault::nul},  // which nothing mends
      {std::string(5000, 'x') + "\n", DataFault::bare_lf},
  };
  for (const auto& c : cases) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, c.text.size() + 1}) {
      ChunkChecker checker;
      for (std::size_t at = 0; at < c.text.size(); at += step) checker.feed(std::string_view(c.text).substr(at, step));
      checker.finish();
      EXPECT_EQ(checker.fault(), c.want) << testing::PrintToString(c.text) << " in steps of " << step;
    }
  }
}

TEST(Newlines, AreMended) {
  const struct {
    std::string text;
    std::string want;
  } cases[] = {
      {"", ""},
      {"a\r\nb\r\n", "a\r\nb\r\n"},
      {"a\nb\n", "a\r\nb\r\n"},
      {"a\rb\r", "a\r\nb\r\n"},
      {"\n\r\r\n\n", "\r\n\r\n\r\n\r\n"},
      {"a\n.\nb", "a\r\n.\r\nb"},
  };
  for (const auto& c : cases) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, c.text.size() + 1}) {
      NewlineMender mender;
      std::string out;
      for (std::size_t at = 0; at < c.text.size(); at += step) {
        mender.feed(std::string_view(c.text).substr(at, step), out);
      }
      mender.finish(out);
      EXPECT_EQ(out, c.want) << testing::PrintToString(c.text) << " in steps of " << step;
    }
  }
}

}  // namespace
}  // namespace portreeve::smtp
