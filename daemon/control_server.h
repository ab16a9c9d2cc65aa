// The running server's side of the control socket. The socket's file, open to its owner only, is what lets one in.
// Threads: session() on the connection's loop; the requests run on a worker.
#pragma once

#include <functional>
#include <string>

#include "core/async/task.h"
#include "core/async/worker_pool.h"
#include "core/net/server.h"
#include "daemon/admin.h"

namespace portreeve::daemon {

std::string control_path(const std::string& data_directory);

// Carries out what the store has no part in first ("server.…"), then what run() knows.
using AdminHandler = std::function<AdminReply(const AdminRequest&)>;

// One request and its answer. `workers` and `handle` outlive the connection.
async::Task<> serve_control(net::Connection& connection, async::WorkerPool& workers, const AdminHandler& handle);

}  // namespace portreeve::daemon
