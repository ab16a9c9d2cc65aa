// The loads that speak POP3.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tests/bench/load/client.h"
#include "tests/bench/load/loads.h"

namespace portreeve::load {
namespace {

Client log_in(const Options& options, unsigned connection) {
  std::string user = options.user;
  if (const std::size_t at = user.find('%'); at != std::string::npos) user.replace(at, 1, std::to_string(connection));
  Client client(options.port, options.use_tls);
  client.expect("+OK");
  client.send("USER " + user + "\r\n");
  client.expect("+OK");
  client.send("PASS " + options.password + "\r\n");
  client.expect("+OK");
  return client;
}

// An answer of several lines, to its end; gives its bytes.
std::size_t read_lines(Client& client) {
  client.expect("+OK");
  std::size_t bytes = 0;
  for (;;) {
    const std::string_view line = client.line();
    bytes += line.size() + 2;
    if (line == ".") return bytes;
  }
}

bool has_lines(std::string_view command) {
  return command == "UIDL" || command == "LIST" || command == "CAPA" || command.starts_with("RETR ") ||
         command.starts_with("TOP ");
}

}  // namespace

void pop3_commands(const Options& options) {
  report(run_for(options, [&](unsigned connection) {
    return [client = std::make_shared<Client>(log_in(options, connection)), next = std::size_t{0}, &options]() mutable {
      const std::string& command = options.commands[next];
      next = (next + 1) % options.commands.size();
      client->send(command + "\r\n");
      if (has_lines(command)) return Once(read_lines(*client));
      client->expect("+OK");
      return Once(0);
    };
  }));
}

void pop3_retrieve(const Options& options) {
  const Measured measured = run_for(options, [&](unsigned connection) {
    return [client = std::make_shared<Client>(log_in(options, connection)), next = 1U, &options]() mutable {
      std::string commands;
      for (unsigned i = 0; i < options.pipelined; ++i) {
        commands += "RETR " + std::to_string(next) + "\r\n";
        next = next % options.count + 1;
      }
      client->send(commands);
      std::size_t bytes = 0;
      for (unsigned i = 0; i < options.pipelined; ++i) bytes += read_lines(*client);
      return Once(bytes);
    };
  });
  report(measured, options.pipelined);
}

void pop3_sessions(const Options& options) {
  report(run_for(options, [&](unsigned connection) {
    return [&options, connection] {
      Client client = log_in(options, connection);
      client.send("STAT\r\n");
      client.expect("+OK");
      client.send("QUIT\r\n");
      client.expect("+OK");
      return Once(0);
    };
  }));
}

}  // namespace portreeve::load
