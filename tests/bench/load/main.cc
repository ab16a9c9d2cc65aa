// The load program: drives a running server over loopback and prints one `name=value …` line.
//
//   load deliver   --port P --to ADDRESS --size BYTES --connections N --seconds S [--operations N] [--connect-each]
//                  [--tls | --starttls] [--bdat]
//   load fetch     --port P --user U --password W --items ITEMS --count N --seconds S [--tls]
//   load bodies    --port P --user U --password W --count N --seconds S [--tls]
//   load login     --port P --user U --password W --connections N --seconds S [--tls]
//   load commands  --port P --user U --password W --seconds S [--operations N] [--tls] COMMAND…
//   load append    --port P --user U --password W --connections N --size BYTES --count N --seconds S [--tls]
//   load news      --port P --user U --password W --size BYTES --seconds S [--tls] [--to ADDRESS --smtp-port P]
//   load mixed     --port P --user U --password W --connections N --size BYTES --seconds S [--tls]
//   load handshake --port P --connections N --seconds S [--resume]
//   load pop3-commands --port P --user U --password W --connections N --seconds S COMMAND…
//   load pop3-retrieve --port P --user U --password W --count N --pipelined N --seconds S
//   load pop3-sessions --port P --user U --password W --connections N --seconds S
//   load idle      --port P --user U --password W --connections N [--tls]   (holds them until its input ends)
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "tests/bench/load/loads.h"

int main(int argc, char** argv) {
  using namespace portreeve::load;
  CLI::App app{"Load for a running Portreeve, over loopback"};
  Options options;
  void (*run)(const Options&) = nullptr;
  const auto add = [&](const char* name, const char* help, void (*function)(const Options&)) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--port", options.port)->required();
    command->add_option("--smtp-port", options.smtp_port);
    command->add_option("--user", options.user);
    command->add_option("--password", options.password);
    command->add_option("--to", options.to);
    command->add_option("--items", options.items);
    command->add_option("--size", options.size);
    command->add_option("--connections", options.connections);
    command->add_option("--count", options.count);
    command->add_option("--operations", options.operations);
    command->add_option("--seconds", options.seconds);
    command->add_flag("--tls", options.use_tls);
    command->add_flag("--starttls", options.use_starttls);
    command->add_flag("--bdat", options.use_bdat);
    command->add_option("--pipelined", options.pipelined);
    command->add_flag("--resume", options.resume);
    command->add_flag("--connect-each", options.connect_each);
    command->add_option("commands", options.commands);
    command->callback([&run, function] { run = function; });
  };
  add("deliver", "messages over SMTP", deliver);
  add("fetch", "one FETCH of many messages, again and again", fetch);
  add("bodies", "one body at a time", fetch_one_by_one);
  add("login", "LOGIN and LOGOUT, a connection each", login);
  add("commands", "IMAP commands, again and again", commands);
  add("append", "APPEND", append);
  add("news", "how soon a session in IDLE is told", news);
  add("mixed", "what many clients do in a day", mixed);
  add("handshake", "TLS handshakes, a connection each", handshake);
  add("pop3-commands", "POP3 commands, again and again", pop3_commands);
  add("pop3-retrieve", "RETR of one message after the other", pop3_retrieve);
  add("pop3-sessions", "USER, PASS, STAT and QUIT, a connection each", pop3_sessions);
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
