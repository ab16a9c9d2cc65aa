// Where an administrator's command is carried out: by the running server, or by us on the store itself.
// Threads: the main one, before any other is started.
#pragma once

#include <string>

#include "core/config/config.h"
#include "daemon/admin.h"
#include "storage/sqlite/open.h"

namespace portreeve::daemon {

store::sqlite::Options store_options(const config::Config& config);

// Becomes the configured user for good: what is written has to be the server's own.
AdminReply perform(const config::Config& config, const std::string& config_file, const AdminRequest& request);
AdminReply restore(const config::Config& config, const std::string& backup_file);

}  // namespace portreeve::daemon
