#include "tests/bench/load/imap.h"

namespace portreeve::load {

Client log_in(const Options& options) {
  Client client(options.port, options.use_tls);
  client.line();
  run_command(client, "LOGIN " + options.user + " " + options.password);
  return client;
}

std::shared_ptr<Client> select_inbox(const Options& options) {
  auto client = std::make_shared<Client>(log_in(options));
  run_command(*client, "SELECT INBOX");
  return client;
}

std::size_t run_command(Client& client, std::string_view command) {
  client.send("a " + std::string(command) + "\r\n");
  return client.until("a ", "OK");
}

std::size_t run_append(Client& client, std::string_view mailbox, const std::vector<std::string>& messages) {
  std::string command = "a APPEND " + std::string(mailbox);
  for (const std::string& message : messages) command += " {" + std::to_string(message.size()) + "+}\r\n" + message;
  command += "\r\n";
  client.send(command);
  client.until("a ", "OK");
  return command.size();
}

}  // namespace portreeve::load
