// What every load has in common: what was asked for, connections that do one thing again and again, and the line of
// figures at the end.
// Threads: run_for() starts its own and returns when they have ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace portreeve::load {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 0;
  std::uint16_t smtp_port = 0;
  std::string user;
  std::string password;
  std::string to;
  std::string items = "FLAGS";
  std::size_t size = 4096;
  unsigned connections = 1;
  unsigned count = 1000;    // of the mailbox's first messages that are read
  unsigned operations = 0;  // ends the run, in all connections together; 0: only the time does
  double seconds = 5;
  bool use_tls = false;
  bool use_starttls = false;
  bool use_bdat = false;
  unsigned pipelined = 1;
  bool resume = false;
  bool connect_each = false;  // a connection for each message
  std::vector<std::string> commands;
};

// What one operation did.
struct Once {
  Once(std::size_t bytes_, Clock::duration untimed_ = {}) : bytes(bytes_), untimed(untimed_) {}
  std::size_t bytes;
  Clock::duration untimed;  // the part of its time that belongs to preparations
};

struct Measured {
  std::vector<double> latencies;  // of each operation, in milliseconds
  double seconds = 0;             // from the first operation's start to the last one's end
  std::size_t bytes = 0;          // that all of them moved, if the load counts them
};

// Calls setup(i) on a thread for each connection and, once all are set up, what it gave, again and again until the time
// is up or the number is reached. Throws std::runtime_error if any connection failed.
Measured run_for(const Options& options, const std::function<std::function<Once()>(unsigned connection)>& setup);

// Prints the line; an operation counts as `per_operation`.
void report(const Measured& measured, double per_operation = 1);

}  // namespace portreeve::load
