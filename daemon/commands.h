// The subcommands that main() hands over to. Each returns the program's exit code.
#pragma once

#include "core/config/config.h"
#include "daemon/command_line.h"

namespace portreeve::daemon {

// Runs until SIGTERM or SIGINT.
int serve(config::Config config, const std::string& config_file);
int check(const config::Config& config, const std::string& config_file);
// account …, alias …, list …, resolve, domain …, held …, backup, restore, fsck.
int administer(const config::Config& config, const CommandLine& line);
// account verifier, which needs neither store nor configuration.
int print_verifier(const CommandLine& line);

}  // namespace portreeve::daemon
