// The load program: drives a running server over loopback and prints one `name=value …` line.
//
//   load deliver   --port P --to ADDRESS --size BYTES --connections N --seconds S
//   load fetch     --port P --user U --password W --items ITEMS --seconds S
//   load bodies    --port P --user U --password W --count N --seconds S
//   load login     --port P --user U --password W --connections N --seconds S [--tls]
//   load idle      --port P --user U --password W --connections N [--tls]   (holds them until its input ends)
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/load/client.h"

namespace portreeve::load {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 0;
  std::string user;
  std::string password;
  std::string to;
  std::string items = "FLAGS";
  std::size_t size = 4096;
  unsigned connections = 1;
  unsigned count = 1000;
  double seconds = 5;
  bool use_tls = false;
};

// Runs `once` on each connection's thread until the time is up; gives the latencies of all, in milliseconds.
template <class Setup>
std::vector<double> run_for(const Options& options, Setup setup) {
  std::mutex mutex;
  std::vector<double> all;
  std::string failure;
  const auto end = Clock::now() + std::chrono::duration<double>(options.seconds);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < options.connections; ++i) {
      threads.emplace_back([&, i] {
        std::vector<double> mine;
        try {
          auto once = setup(i);
          for (auto now = Clock::now(); now < end;) {
            once();
            const auto after = Clock::now();
            mine.push_back(std::chrono::duration<double, std::milli>(after - now).count());
            now = after;
          }
        } catch (const std::exception& error) {
          const std::lock_guard lock(mutex);
          failure = error.what();
        }
        const std::lock_guard lock(mutex);
        all.insert(all.end(), mine.begin(), mine.end());
      });
    }
  }
  if (!failure.empty()) throw std::runtime_error(failure);
  return all;
}

void report(const Options& options, std::vector<double> latencies, double per_operation = 1) {
  std::ranges::sort(latencies);
  const auto at = [&](double share) {
    return latencies.empty() ? 0.0 : latencies[static_cast<std::size_t>(share * double(latencies.size() - 1))];
  };
  std::printf("operations=%.0f per_second=%.1f p50_ms=%.3f p99_ms=%.3f\n", double(latencies.size()) * per_operation,
              double(latencies.size()) * per_operation / options.seconds, at(0.5), at(0.99));
}

// A plain message of about `size` bytes, its lines 76 long.
std::string make_message(std::size_t size, unsigned seed) {
  std::string text = "From: Load <load@example.test>\r\nTo: <alice@example.test>\r\nSubject: Load message " +
                     std::to_string(seed) + "\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <load." +
                     std::to_string(seed) +
                     "@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
  while (text.size() < size) {
    text.append(std::min<std::size_t>(74, size - text.size()), static_cast<char>('a' + text.size() % 26));
    text += "\r\n";
  }
  return text;
}

void deliver(const Options& options) {
  auto latencies = run_for(options, [&](unsigned i) {
    auto client = std::make_shared<Client>(options.port, options.use_tls);
    client->expect("220");
    client->send("EHLO load.example.test\r\n");
    client->expect("250");
    const std::string envelope = "MAIL FROM:<load@example.test>\r\nRCPT TO:<" + options.to + ">\r\nDATA\r\n";
    return [client, envelope, message = make_message(options.size, i) + ".\r\n"] {
      client->send(envelope);
      client->expect("250");
      client->expect("250");
      client->expect("354");
      client->send(message);
      client->expect("250");
    };
  });
  report(options, std::move(latencies));
}

Client log_in(const Options& options) {
  Client client(options.port, options.use_tls);
  client.line();
  client.send("a LOGIN " + options.user + " " + options.password + "\r\n");
  client.until("a ", "OK");
  return client;
}

void fetch(const Options& options) {
  Client client = log_in(options);
  client.send("b EXAMINE INBOX\r\n");
  client.until("b ", "OK");
  std::vector<double> latencies;
  std::size_t bytes = 0;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration<double>(options.seconds);
  for (auto now = begin; now < end;) {
    client.send("c FETCH 1:" + std::to_string(options.count) + " (" + options.items + ")\r\n");
    bytes += client.until("c ", "OK");
    const auto after = Clock::now();
    latencies.push_back(std::chrono::duration<double, std::milli>(after - now).count());
    now = after;
  }
  std::printf("mb_per_second=%.0f ", double(bytes) / 1e6 / options.seconds);
  report(options, std::move(latencies), options.count);
}

void fetch_one_by_one(const Options& options) {
  auto latencies = run_for(options, [&](unsigned) {
    auto client = std::make_shared<Client>(log_in(options));
    client->send("b EXAMINE INBOX\r\n");
    client->until("b ", "OK");
    return [client, next = 1U, count = options.count]() mutable {
      client->send("c FETCH " + std::to_string(next) + " BODY.PEEK[]\r\n");
      client->until("c ", "OK");
      next = next % count + 1;
    };
  });
  report(options, std::move(latencies));
}

void login(const Options& options) {
  auto latencies = run_for(options, [&](unsigned) {
    return [&options] {
      Client client = log_in(options);
      client.send("z LOGOUT\r\n");
      client.until("z ", "OK");
    };
  });
  report(options, std::move(latencies));
}

void hold_idle(const Options& options) {
  std::vector<Client> clients;
  clients.reserve(options.connections);
  for (unsigned i = 0; i < options.connections; ++i) {
    clients.push_back(log_in(options));
    clients.back().send("b SELECT INBOX\r\n");
    clients.back().until("b ", "OK");
    clients.back().send("c IDLE\r\n");
    clients.back().until("+", "");
  }
  std::printf("connections=%zu\n", clients.size());
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
}

}  // namespace
}  // namespace portreeve::load

int main(int argc, char** argv) {
  using namespace portreeve::load;
  CLI::App app{"Load for a running Portreeve, over loopback"};
  Options options;
  void (*run)(const Options&) = nullptr;
  const auto add = [&](const char* name, const char* help, void (*function)(const Options&)) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--port", options.port)->required();
    command->add_option("--user", options.user);
    command->add_option("--password", options.password);
    command->add_option("--to", options.to);
    command->add_option("--items", options.items);
    command->add_option("--size", options.size);
    command->add_option("--connections", options.connections);
    command->add_option("--count", options.count);
    command->add_option("--seconds", options.seconds);
    command->add_flag("--tls", options.use_tls);
    command->callback([&run, function] { run = function; });
  };
  add("deliver", "messages over SMTP", deliver);
  add("fetch", "one FETCH of many messages, again and again", fetch);
  add("bodies", "one body at a time", fetch_one_by_one);
  add("login", "LOGIN and LOGOUT, a connection each", login);
  add("idle", "connections that are logged in, selected and in IDLE", hold_idle);
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
  return 0;
}
