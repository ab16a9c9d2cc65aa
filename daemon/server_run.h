// The parts of a running server, made in order and taken down in the reverse.
// Threads: made, run and destroyed on one thread, whose loop is the main loop.
#pragma once

#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/async/signals.h"
#include "core/async/timer.h"
#include "core/async/worker_pool.h"
#include "core/config/config.h"
#include "core/net/server.h"
#include "core/tls/context.h"
#include "daemon/admin.h"
#include "daemon/housekeeping.h"
#include "daemon/sessions.h"
#include "protocols/session/login.h"
#include "protocols/session/occupancy.h"
#include "storage/store.h"

namespace portreeve::daemon {

// A listening socket, and which [[listener]] it belongs to.
struct Bound {
  net::Listener socket;
  std::size_t listener = 0;
};

// Why the server can't start.
struct Obstacle {
  int exit_code = 0;
  std::string reason;
};

class ServerRun {
 public:
  ServerRun(config::Config config, std::string config_file);
  ~ServerRun();
  ServerRun(const ServerRun&) = delete;
  ServerRun& operator=(const ServerRun&) = delete;

  std::expected<void, Obstacle> prepare(std::vector<Bound> bound);
  // Until SIGTERM or SIGINT.
  void run();

 private:
  std::expected<void, Obstacle> load_certificates();
  std::expected<void, Obstacle> take_file_entries();
  std::expected<void, Obstacle> open_control();
  void add(Bound bound);
  void watch_signals();
  void watch_certificates();
  void each_second();
  void reload();
  void reload_certificates();
  void log_certificate_warnings() const;
  void save_failed_logins();
  void begin_stop();
  void take_down();
  AdminReply answer(const AdminRequest& request);

  const std::string config_file_;
  std::mutex config_mutex_;
  // Once run() has begun, the upkeep worker alone writes it, under config_mutex_; the others read it under that.
  config::Config config_;
  std::mutex alias_changes_;
  std::vector<std::string> addresses_;

  async::Loop loop_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<async::WorkerPool> readers_;
  std::unique_ptr<async::WorkerPool> hashers_;
  std::unique_ptr<async::WorkerPool> administrators_;
  std::unique_ptr<async::WorkerPool> upkeep_;
  std::unique_ptr<session::Login> login_;
  session::Occupancy maildrops_;
  std::shared_ptr<session::Rates> rates_;  // as config_ has them
  std::unique_ptr<Housekeeping> housekeeping_;
  std::unique_ptr<tls::CertificateStore> certificates_;
  std::vector<std::unique_ptr<tls::Context>> contexts_;  // one a [[listener]]; null: no TLS
  std::vector<std::unique_ptr<Sessions>> sessions_;      // one a [[listener]]
  std::unique_ptr<net::Server> server_;
  std::vector<std::unique_ptr<async::SignalWatch>> signals_;
  std::unique_ptr<async::Timer> timer_;         // looks at the certificates
  std::unique_ptr<async::Timer> second_timer_;  // for what is due at a time
  std::unique_ptr<async::Timer> login_timer_;   // saves the failed logins
  bool is_stopping_ = false;
};

}  // namespace portreeve::daemon
