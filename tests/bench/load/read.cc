// The loads that speak IMAP.
#include <cstdio>
#include <iostream>
#include <memory>
#include <utility>

#include "tests/bench/load/imap.h"
#include "tests/bench/load/loads.h"

namespace portreeve::load {
namespace {

std::shared_ptr<Client> examine(const Options& options) {
  auto client = std::make_shared<Client>(log_in(options));
  client->send("b EXAMINE INBOX\r\n");
  client->until("b ", "OK");
  return client;
}

}  // namespace

void fetch(const Options& options) {
  const std::string command = "c FETCH 1:" + std::to_string(options.count) + " (" + options.items + ")\r\n";
  const Measured measured = run_for(options, [&](unsigned) {
    return [client = examine(options), &command] {
      client->send(command);
      return client->until("c ", "OK");
    };
  });
  report(measured, options.count);
}

void fetch_one_by_one(const Options& options) {
  report(run_for(options, [&](unsigned) {
    return [client = examine(options), next = 1U, count = options.count]() mutable {
      client->send("c FETCH " + std::to_string(next) + " BODY.PEEK[]\r\n");
      next = next % count + 1;
      return client->until("c ", "OK");
    };
  }));
}

void login(const Options& options) {
  report(run_for(options, [&](unsigned) {
    return [&options] {
      Client client = log_in(options);
      client.send("z LOGOUT\r\n");
      client.until("z ", "OK");
      return std::size_t{0};
    };
  }));
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

}  // namespace portreeve::load
