#include <cstdio>
#include <exception>

#include "core/config/config.h"
#include "daemon/command_line.h"
#include "daemon/commands.h"
#include "daemon/exit_codes.h"

namespace portreeve::daemon {
namespace {

void print(std::FILE* to, const std::string& text) { std::fwrite(text.data(), 1, text.size(), to); }

void print_diagnostics(const CommandLine& line, const std::vector<config::Diagnostic>& diagnostics) {
  for (const config::Diagnostic& diagnostic : diagnostics) print(stderr, diagnostic.text() + "\n");
  // Line 0 means that the file could not be read at all.
  if (diagnostics.front().line == 0 && line.config_file == kDefaultConfig) {
    print(stderr,
          "Name your configuration with --config FILE, or write that one: conf/portreeve.toml of the source, "
          "installed as /usr/share/doc/portreeve/portreeve.toml, explains every key.\n");
  }
}

int run(int argc, char** argv) {
  const auto line = parse_command_line(argc, argv);
  if (!line) {
    print(line.error().exit_code == kOk ? stdout : stderr, line.error().text);
    return line.error().exit_code;
  }
  if (line->command == Command::version) {
    print(stdout, version_text());
    return kOk;
  }
  if (line->command == Command::account_verifier) return print_verifier(*line);
  auto config = config::load(line->config_file);
  if (!config) {
    print_diagnostics(*line, config.error());
    return kConfig;
  }
  switch (line->command) {
    case Command::serve: return serve(std::move(*config), line->config_file);
    case Command::check: return check(*config, line->config_file);
    default: return administer(*config, *line);
  }
}

}  // namespace
}  // namespace portreeve::daemon

int main(int argc, char** argv) {
  try {
    return portreeve::daemon::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "portreeve: %s\n", error.what());
    return portreeve::daemon::kFailure;
  }
}
