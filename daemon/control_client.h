// A command's side of the control socket: plain blocking calls.
// Threads: any.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "daemon/admin.h"

namespace portreeve::daemon {

// Asks the server that runs on this data directory. nullopt: none runs. The error is one line for people.
std::expected<std::optional<AdminReply>, std::string> ask_server(const std::string& data_directory,
                                                                 const AdminRequest& request);

}  // namespace portreeve::daemon
