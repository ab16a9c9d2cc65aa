// What a listener's connections are served with, and how a reload changes it for those that come later.
// Threads: session() is called on any loop; set() from any thread.
#pragma once

#include <memory>

#include "core/config/config.h"
#include "core/net/server.h"
#include "core/tls/context.h"
#include "protocols/session/services.h"

namespace portreeve::daemon {

// The server's parts, without what a reload may change.
struct Parts {
  store::Store& store;
  async::WorkerPool& readers;
  session::Login& login;
  session::Occupancy& maildrops;
};

class Sessions {
 public:
  virtual ~Sessions() = default;
  // For net::Server; refers to this object, which must outlive the server.
  virtual net::Session session() = 0;
  // From now on, new connections get what `config` says of `listener`.
  virtual void set(const config::Config& config, const config::Listener& listener,
                   std::shared_ptr<session::Rates> rates) = 0;
};

// `parts` and `context` (null: no TLS) must outlive it.
std::unique_ptr<Sessions> make_sessions(const config::Config& config, const config::Listener& listener,
                                        const Parts& parts, std::shared_ptr<session::Rates> rates,
                                        tls::Context* context);

}  // namespace portreeve::daemon
