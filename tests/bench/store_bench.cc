// What the store costs: durable deliveries from many threads, and the reads and changes of a large mailbox.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <latch>
#include <memory>

#include "storage/sqlite/open.h"

namespace portreeve::store {
namespace {

std::string message_of(std::size_t size) {
  std::string text =
      "From: Alice <alice@example.test>\r\nTo: bob@example.test\r\nSubject: a message of some size\r\n"
      "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nMessage-ID: <1@example.test>\r\n\r\n";
  while (text.size() < size) text += "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.\r\n";
  return text;
}

class Bench {
 public:
  Bench() {
    std::string pattern = std::filesystem::temp_directory_path() / "portreeve-bench-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    sqlite::Options options;
    options.directory = directory_ + "/store";
    store_ = sqlite::open(options).value();
    wait<void>([&](auto done) { store_->add_accounts({{"a@example.test", "v"}}, std::move(done)); }).value();
    account_ = store_->directory()->find_address("a@example.test")->id;
    inbox_ = store_->inbox(account_);
  }
  ~Bench() {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  template <class T, class Submit>
  static Result<T> wait(Submit submit) {
    std::promise<Result<T>> promise;
    auto future = promise.get_future();
    submit(Done<T>([&promise](Result<T> result) { promise.set_value(std::move(result)); }));
    return future.get();
  }

  Store& store() { return *store_; }
  MailboxId inbox() const { return inbox_; }
  MailboxId create(const std::string& name) {
    return wait<MailboxId>(
               [&](auto done) { store_->create_mailbox(account_, name, SpecialUse::none, std::move(done)); })
        .value();
  }
  Delivery delivery(const std::string& text, const mime::Summary& summary) const {
    return {.body = {.staged = 0, .staged_chunks = 0, .tail = text, .summary = summary},
            .targets = {{inbox_, {}}},
            .internal_date = 1'700'000'000};
  }
  void fill(int count) {
    const std::string text = message_of(2000);
    const mime::Summary summary = mime::summarize(text);
    std::latch done(count);
    for (int i = 0; i < count; ++i) store_->deliver(delivery(text, summary), [&](auto) { done.count_down(); });
    done.wait();
  }

 private:
  std::string directory_;
  std::unique_ptr<Store> store_;
  AccountId account_ = 0;
  MailboxId inbox_ = 0;
};

std::unique_ptr<Bench> bench;

// Each thread is a session that waits for its message to be durable before it sends the next.
void deliver(benchmark::State& state) {
  if (state.thread_index() == 0) bench = std::make_unique<Bench>();
  const std::string text = message_of(static_cast<std::size_t>(state.range(0)));
  const mime::Summary summary = mime::summarize(text);
  for (auto _ : state) {
    Bench::wait<std::vector<Appended>>(
        [&](auto done) { bench->store().deliver(bench->delivery(text, summary), std::move(done)); });
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) bench.reset();
}
BENCHMARK(deliver)->Arg(4096)->Threads(1)->Threads(20)->UseRealTime()->MeasureProcessCPUTime();
BENCHMARK(deliver)->Arg(65536)->Threads(1)->Threads(20)->UseRealTime()->MeasureProcessCPUTime();

constexpr int kMessages = 10'000;

void change_flags(benchmark::State& state) {
  Bench own;
  own.fill(kMessages);
  bool is_seen = false;
  for (auto _ : state) {
    is_seen = !is_seen;
    Bench::wait<FlagsChanged>([&](auto done) {
      own.store().change_flags(own.inbox(), {{1, UINT32_MAX}}, is_seen ? FlagChange::add : FlagChange::remove,
                               {.system = kSeen, .keywords = {}}, std::move(done));
    });
  }
}
BENCHMARK(change_flags)->UseRealTime()->Unit(benchmark::kMillisecond);

void change_one_flag(benchmark::State& state) {
  Bench own;
  own.fill(kMessages);
  bool is_seen = false;
  for (auto _ : state) {
    is_seen = !is_seen;
    Bench::wait<FlagsChanged>([&](auto done) {
      own.store().change_flags(own.inbox(), {{77, 77}}, is_seen ? FlagChange::add : FlagChange::remove,
                               {.system = kSeen, .keywords = {}}, std::move(done));
    });
  }
}
BENCHMARK(change_one_flag)->UseRealTime()->Unit(benchmark::kMicrosecond);

void copy_and_expunge(benchmark::State& state) {
  Bench own;
  own.fill(kMessages);
  const MailboxId other = own.create("other");
  const bool is_copy = state.range(0) == 0;
  for (auto _ : state) {
    if (!is_copy) state.PauseTiming();
    Bench::wait<Copied>([&](auto done) { own.store().copy(own.inbox(), {{1, UINT32_MAX}}, other, std::move(done)); });
    is_copy ? state.PauseTiming() : state.ResumeTiming();
    Bench::wait<Expunged>([&](auto done) { own.store().expunge(other, {{1, UINT32_MAX}}, false, std::move(done)); });
    if (is_copy) state.ResumeTiming();
  }
}
BENCHMARK(copy_and_expunge)->Arg(0)->Name("copy")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(copy_and_expunge)->Arg(1)->Name("expunge")->UseRealTime()->Unit(benchmark::kMillisecond);

void summaries(benchmark::State& state) {
  Bench own;
  own.fill(kMessages);
  std::vector<BodyId> bodies;
  const SnapshotPtr snapshot = own.store().snapshot(own.inbox()).value();
  for (const auto& block : snapshot->blocks) {
    for (const Message& message : *block) bodies.push_back(message.body);
  }
  for (auto _ : state) {
    std::size_t bytes = 0;
    benchmark::DoNotOptimize(own.store().summaries(bodies, [&](std::size_t, const mime::Summary* summary) {
      bytes += summary->envelope.size();
      return true;
    }));
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
}
BENCHMARK(summaries)->UseRealTime()->Unit(benchmark::kMillisecond);

void read_bodies(benchmark::State& state) {
  Bench own;
  own.fill(2000);
  const SnapshotPtr snapshot = own.store().snapshot(own.inbox()).value();
  std::uint32_t sequence = 0;
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(own.store().read_body(snapshot->at(sequence % 2000 + 1).body, 0, 1 << 20, out));
    ++sequence;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_bodies)->UseRealTime()->Unit(benchmark::kMicrosecond);

// A large message, read in pieces as a session sends them.
void read_large(benchmark::State& state) {
  Bench own;
  const std::string text = message_of(50 << 20);
  Bench::wait<std::vector<Appended>>(
      [&](auto done) { own.store().deliver(own.delivery(text, mime::summarize(text)), std::move(done)); });
  const BodyId body = own.store().snapshot(own.inbox()).value()->at(1).body;
  const auto piece = static_cast<std::uint64_t>(state.range(0));
  std::string out;
  for (auto _ : state) {
    for (std::uint64_t offset = 0; offset < text.size(); offset += piece) {
      out.clear();
      benchmark::DoNotOptimize(own.store().read_body(body, offset, piece, out));
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(read_large)->Arg(16 << 10)->Arg(64 << 10)->Arg(256 << 10)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace portreeve::store
