#include <benchmark/benchmark.h>

#include <string>

#include "protocols/smtp/command.h"
#include "protocols/smtp/data.h"
#include "protocols/smtp/reply.h"
#include "protocols/smtp/trace.h"

namespace {

using namespace portreeve::smtp;

std::string message(std::size_t size, std::string_view line) {
  std::string text;
  while (text.size() < size) text.append(line);
  return text + ".\r\n";
}

void scan(benchmark::State& state, std::string_view line) {
  const std::string input = message(static_cast<std::size_t>(state.range(0)), line);
  std::string scratch;
  for (auto _ : state) {
    DataScanner scanner;
    benchmark::DoNotOptimize(scanner.next_all(input, scratch));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * input.size()));
}

void scan_text(benchmark::State& state) {
  scan(state, "A line of a message as most of them are, seventy-six bytes of it and no more\r\n");
}
BENCHMARK(scan_text)->Arg(4 << 10)->Arg(64 << 10)->Arg(1 << 20);

void scan_dots(benchmark::State& state) { scan(state, "..\r\n"); }
BENCHMARK(scan_dots)->Arg(64 << 10);

void parse_mail(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_command("MAIL FROM:<alice@example.test> SIZE=4096 BODY=8BITMIME"));
  }
}
BENCHMARK(parse_mail);

void parse_rcpt(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_command("RCPT TO:<bob@example.test>"));
}
BENCHMARK(parse_rcpt);

void print_reply(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    Reply(250, "2.1.5", "Recipient ok").print(out);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(print_reply);

void print_trace_fields(benchmark::State& state) {
  const Path from{"alice", "example.test"};
  const Path to{"bob", "example.test"};
  const Trace trace{.client_name = "client.example",
                    .client_address = "192.0.2.1",
                    .host = "mail.example.test",
                    .tls = "TLSv1.3 TLS_AES_128_GCM_SHA256",
                    .id = "abcdefghij",
                    .date = "Wed, 17 Jul 1996 09:44:25 +0000",
                    .is_esmtp = true};
  for (auto _ : state) benchmark::DoNotOptimize(print_trace(trace, from, &to));
}
BENCHMARK(print_trace_fields);

}  // namespace
