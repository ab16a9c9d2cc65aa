// Checks names and passwords for all protocols, in one place: same words, same time, whether the account exists or not.
//
// A password that was right is remembered for a while as an HMAC under a key made at the start, so that clients which
// log in for every request don't cost a slow hash each; a wrong one always costs the slow hash.
// Threads: any loop.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "core/async/task.h"
#include "core/async/worker_pool.h"
#include "core/auth/sasl.h"
#include "core/net/server.h"
#include "storage/store.h"

namespace portreeve::session {

enum class Denied {
  wrong,        // name, password or authorization identity; never say which
  unavailable,  // our fault: try later
};

class Login {
 public:
  Login(store::Store& store, async::WorkerPool& hashers);
  ~Login();

  // Logs the outcome under the connection's id, never the password. `protocol` is "imap", "pop3", "submission".
  async::Task<std::expected<store::Account, Denied>> check(net::Connection& connection, std::string_view protocol,
                                                           auth::Credentials credentials);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portreeve::session
