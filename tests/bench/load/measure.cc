#include "tests/bench/load/measure.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace portreeve::load {

Measured run_for(const Options& options, const std::function<std::function<Once()>(unsigned connection)>& setup) {
  Measured all;
  std::mutex mutex;
  std::string failure;
  const auto fail = [&](const std::exception& error) {
    const std::lock_guard lock(mutex);
    failure = error.what();
  };
  std::latch ready(options.connections + 1);
  std::atomic<unsigned> started = 0;
  const auto may_start = [&] { return options.operations == 0 || started.fetch_add(1) < options.operations; };
  const auto run = [&](unsigned i) {
    std::function<Once()> once;
    try {
      once = setup(i);
    } catch (const std::exception& error) {
      fail(error);
    }
    ready.arrive_and_wait();
    if (!once) return;
    Measured mine;
    const auto end = Clock::now() + std::chrono::duration<double>(options.seconds);
    try {
      for (auto now = Clock::now(); now < end && may_start();) {
        const Once done = once();
        const auto after = Clock::now();
        mine.bytes += done.bytes;
        mine.latencies.push_back(std::chrono::duration<double, std::milli>(after - now - done.untimed).count());
        now = after;
      }
    } catch (const std::exception& error) {
      fail(error);
    }
    const std::lock_guard lock(mutex);
    all.latencies.insert(all.latencies.end(), mine.latencies.begin(), mine.latencies.end());
    all.bytes += mine.bytes;
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < options.connections; ++i) threads.emplace_back(run, i);
  ready.arrive_and_wait();
  const auto begin = Clock::now();
  threads.clear();
  all.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!failure.empty()) throw std::runtime_error(failure);
  return all;
}

void report(const Measured& measured, double per_operation) {
  std::vector<double> latencies = measured.latencies;
  std::ranges::sort(latencies);
  const auto at = [&](double share) {
    return latencies.empty() ? 0.0 : latencies[static_cast<std::size_t>(share * double(latencies.size() - 1))];
  };
  const double operations = double(latencies.size()) * per_operation;
  std::printf("operations=%.0f per_second=%.1f mb_per_second=%.1f p50_ms=%.3f p99_ms=%.3f\n", operations,
              operations / measured.seconds, double(measured.bytes) / 1e6 / measured.seconds, at(0.5), at(0.99));
}

}  // namespace portreeve::load
