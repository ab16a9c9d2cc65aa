#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/parser.h"

namespace {

using namespace portreeve::imap;

void parse(benchmark::State& state, std::string_view command) {
  Parser parser{Limits{}};
  for (auto _ : state) {
    Step step = parser.next(command);
    if (!std::holds_alternative<Command>(step.event)) state.SkipWithError("not a command");
    benchmark::DoNotOptimize(step);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(command.size()));
}

void parse_noop(benchmark::State& state) { parse(state, "A0042 NOOP\r\n"); }
BENCHMARK(parse_noop);

void parse_login(benchmark::State& state) { parse(state, "a LOGIN \"alice@example.test\" \"secret\"\r\n"); }
BENCHMARK(parse_login);

void parse_literal(benchmark::State& state) { parse(state, "a LOGIN {18+}\r\nalice@example.test {6+}\r\nsecret\r\n"); }
BENCHMARK(parse_literal);

void parse_select(benchmark::State& state) { parse(state, "a SELECT INBOX\r\n"); }
BENCHMARK(parse_select);

void parse_fetch_body(benchmark::State& state) { parse(state, "a UID FETCH 4711 (INTERNALDATE BODY.PEEK[])\r\n"); }
BENCHMARK(parse_fetch_body);

void parse_fetch_fields(benchmark::State& state) {
  parse(state, "a UID FETCH 1:* (UID FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (From To Cc Subject Date)])\r\n");
}
BENCHMARK(parse_fetch_fields);

void parse_store(benchmark::State& state) { parse(state, "a UID STORE 4711 +FLAGS.SILENT (\\Seen $Label1)\r\n"); }
BENCHMARK(parse_store);

void parse_search(benchmark::State& state) {
  parse(state, "a UID SEARCH UNDELETED OR FROM \"alice\" SUBJECT \"hello\" SINCE 1-Feb-1994\r\n");
}
BENCHMARK(parse_search);

void parse_long_set(benchmark::State& state) {
  std::string command = "a UID FETCH 1";
  for (int i = 3; i < 10'000; i += 2) command += "," + std::to_string(i);
  parse(state, command + " FLAGS\r\n");
}
BENCHMARK(parse_long_set);

// A pipeline of 50, as mbsync sends, with all of it in the buffer.
void parse_pipeline(benchmark::State& state) {
  std::string input;
  for (int i = 0; i < 50; ++i) input += std::to_string(i) + " UID FETCH 4711 (INTERNALDATE BODY.PEEK[])\r\n";
  for (auto _ : state) {
    Parser parser{Limits{}};
    std::string_view rest = input;
    while (!rest.empty()) rest.remove_prefix(parser.next(rest).consumed);
  }
  state.SetItemsProcessed(state.iterations() * 50);
}
BENCHMARK(parse_pipeline);

void print_fetch_flags(benchmark::State& state) {
  const std::vector<std::string> keywords{"$Junk", "Work"};
  std::string out;
  for (auto _ : state) {
    out.clear();
    for (std::uint32_t i = 1; i <= 1'000; ++i) {
      FetchWriter fetch(out, i);
      fetch.uid(i + 10'000).flags(kSeen | kAnswered, false, 1, keywords);
      fetch.finish();
    }
    benchmark::DoNotOptimize(out);
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(print_fetch_flags);

void print_search(benchmark::State& state) {
  std::vector<std::uint32_t> numbers(100'000);
  for (std::uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i + 1;
  std::string out;
  for (auto _ : state) {
    out.clear();
    write_search(out, numbers);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(print_search);

void match_pattern(benchmark::State& state) {
  const ListPattern pattern("", "*a*b%c*");
  for (auto _ : state) benchmark::DoNotOptimize(pattern.matches("Archive/2024/Projects/abacus"));
}
BENCHMARK(match_pattern);

void read_name(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(mailbox_name("~peter/mail/&U,BTFw-/&ZeVnLIqe-"));
}
BENCHMARK(read_name);

}  // namespace
