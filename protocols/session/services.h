// What every session is given: the server's parts, made by the daemon and outliving all sessions.
// Threads: Services and Security are shared by all loops and don't change; the calls belong to the connection's loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/async/worker_pool.h"
#include "core/base/rate_limiter.h"
#include "core/net/server.h"
#include "core/tls/context.h"
#include "storage/store.h"

namespace portreeve::session {

class Login;
class Occupancy;

// How much one peer may send, counted over all listeners.
struct Rates {
  static constexpr std::size_t kMaxKeys = 100'000;
  Rates(base::Rate of_client, base::Rate of_account)
      : messages_of_client(of_client, kMaxKeys), messages_of_account(of_account, kMaxKeys) {}

  base::RateLimiter messages_of_client;   // by net::Endpoint::network()
  base::RateLimiter messages_of_account;  // by address
};

struct Services {
  store::Store& store;
  async::WorkerPool& readers;  // for the store's blocking reads
  Login& login;
  std::string host_name;                   // in greetings and trace headers
  std::shared_ptr<Rates> rates = nullptr;  // null: no limits
  Occupancy* maildrops = nullptr;          // null: they may be open as often as anybody likes
};

// What a listener's sessions do about TLS and passwords, whatever their protocol.
struct Security {
  tls::Context* tls = nullptr;  // null: no TLS on this listener
  bool is_implicit = false;     // TLS from the first byte
  bool allows_plaintext_password = false;
  bool announces_channel_binding = false;  // SCRAM's -PLUS mechanism, which is taken over TLS in any case
};

// How long a peer may take. Each is a whole budget, set by Stream::set_deadline() at its beginning: bytes that trickle
// in buy no time.
struct Timeouts {
  async::Milliseconds handshake = std::chrono::seconds(30);  // TLS, from its first byte to its last
  async::Milliseconds login = std::chrono::minutes(1);       // for the next command, while nobody is logged in
  async::Milliseconds idle = std::chrono::minutes(31);       // for the next command, after that
  async::Milliseconds command = std::chrono::minutes(1);     // from a command's first byte to its last
  async::Milliseconds transfer = std::chrono::minutes(5);    // for each kTransferSlice of a message, either way
};
constexpr std::uint64_t kTransferSlice = std::uint64_t{256} * 1024;

// Shakes hands on an implicit-TLS listener; does nothing on others. False: the session is over (and logged).
async::Task<bool> begin_security(net::Connection& connection, const Security& security, async::Milliseconds deadline);

// STARTTLS and STLS, after the reply was queued: sends it, drops what arrived in clear, shakes hands. False: the
// session is over (and logged). Precondition: can_start_tls().
async::Task<bool> upgrade_tls(net::Connection& connection, const Security& security, async::Milliseconds deadline);

inline bool can_start_tls(const net::Connection& connection, const Security& security) {
  return security.tls != nullptr && connection.stream.tls() == nullptr;
}

// May a password be asked for now?
inline bool may_ask_password(const net::Connection& connection, const Security& security) {
  return connection.stream.tls() != nullptr || security.allows_plaintext_password;
}

}  // namespace portreeve::session
