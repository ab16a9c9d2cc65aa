// What every session is given: the server's parts, made by the daemon and outliving all sessions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/async/worker_pool.h"
#include "core/net/server.h"
#include "core/tls/context.h"
#include "storage/store.h"

namespace portreeve::session {

class Login;

struct Services {
  store::Store& store;
  async::WorkerPool& readers;  // for the store's blocking reads
  Login& login;
  std::string host_name;  // in greetings and trace headers
};

// What a listener's sessions do about TLS and passwords, whatever their protocol.
struct Security {
  tls::Context* tls = nullptr;  // null: no TLS on this listener
  bool is_implicit = false;     // TLS from the first byte
  bool allows_plaintext_password = false;
};

// Shakes hands on an implicit-TLS listener; does nothing on others. False: the session is over (and logged).
async::Task<bool> begin_security(net::Connection& connection, const Security& security, async::Milliseconds deadline);

// May a password be asked for now?
inline bool may_ask_password(const net::Connection& connection, const Security& security) {
  return connection.stream.tls() != nullptr || security.allows_plaintext_password;
}

}  // namespace portreeve::session
