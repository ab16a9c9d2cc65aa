#include "daemon/server_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "core/base/log.h"
#include "daemon/command_line.h"
#include "daemon/control_server.h"
#include "daemon/exit_codes.h"
#include "daemon/local.h"
#include "daemon/settings.h"

namespace portreeve::daemon {
namespace {

namespace log = base::log;

constexpr unsigned kAdministrators = 2;

unsigned processors() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace

ServerRun::ServerRun(config::Config config, std::string config_file)
    : config_file_(std::move(config_file)), config_(std::move(config)) {}

ServerRun::~ServerRun() { take_down(); }

std::expected<void, Obstacle> ServerRun::prepare(std::vector<Bound> bound) {
  if (const auto loaded = load_certificates(); !loaded) return loaded;
  auto store = store::sqlite::open(store_options(config_));
  if (!store) {
    const bool is_owned = store.error().code == store::Errc::exists;
    return std::unexpected(Obstacle{is_owned ? kTemporary : kFailure, store.error().detail});
  }
  store_ = std::move(*store);

  readers_ = std::make_unique<async::WorkerPool>("reader", static_cast<unsigned>(config_.storage.readers));
  hashers_ = std::make_unique<async::WorkerPool>("hasher", processors());
  administrators_ = std::make_unique<async::WorkerPool>("admin", kAdministrators);
  upkeep_ = std::make_unique<async::WorkerPool>("upkeep", 1);
  login_ = std::make_unique<session::Login>(*store_, *hashers_);
  const auto threads = static_cast<unsigned>(config_.server.threads);
  server_ = std::make_unique<net::Server>(
      loop_, net::ServerOptions{.threads = threads == 0 ? processors() : threads,
                                .max_connections = config_.server.max_connections,
                                .max_connections_per_address = config_.server.max_connections_per_address});
  for (const config::Listener& listener : config_.listeners) {
    const bool has_tls = listener.tls != config::TlsMode::none;
    contexts_.push_back(has_tls ? std::make_unique<tls::Context>(*certificates_, context_options(listener)) : nullptr);
    sessions_.push_back(make_sessions(config_, listener, {*store_, *readers_, *login_}, contexts_.back().get()));
  }
  for (Bound& one : bound) add(std::move(one));
  return open_control();
}

std::expected<void, Obstacle> ServerRun::load_certificates() {
  if (!uses_tls(config_)) return {};
  if (const auto made = ensure_self_signed(config_); !made) return std::unexpected(Obstacle{kConfig, made.error()});
  auto loaded = tls::CertificateStore::load(certificate_files(config_));
  if (!loaded) return std::unexpected(Obstacle{kConfig, loaded.error()});
  certificates_ = std::move(*loaded);
  log_certificate_warnings();
  return {};
}

void ServerRun::add(Bound bound) {
  const config::Listener& listener = config_.listeners[bound.listener];
  const std::string address = bound.socket.local().text();
  log::info("listening",
            {{"protocol", to_text(listener.protocol)}, {"address", address}, {"tls", to_text(listener.tls)}});
  addresses_.push_back(address);
  server_->add(std::move(bound.socket), sessions_[bound.listener]->session(),
               refusal(listener.protocol, config_.host_name));
}

std::expected<void, Obstacle> ServerRun::open_control() {
  net::ListenAddress address;
  address.unix_path = control_path(config_.data_directory);
  address.unix_mode = 0600;
  auto control = net::Listener::bind(address);
  if (!control) return std::unexpected(Obstacle{kFailure, control.error()});
  // The handler lives as long as the server's copy of the session that holds it.
  auto handle = std::make_shared<AdminHandler>([this](const AdminRequest& request) { return answer(request); });
  server_->add(
      std::move(*control),
      [this, handle](net::Connection& connection) { return serve_control(connection, *administrators_, *handle); }, "");
  return {};
}

AdminReply ServerRun::answer(const AdminRequest& request) {
  if (request.verb != "server.listeners") return daemon::run(*store_, request);
  std::string text;
  for (const std::string& address : addresses_) text += address + "\n";
  return {kOk, text};
}

void ServerRun::run() {
  watch_signals();
  timer_ = std::make_unique<async::Timer>(loop_);
  watch_certificates();
  server_->start();
  log::info("ready", {{"version", PORTREEVE_VERSION}, {"host_name", config_.host_name}, {"pid", getpid()}});
  loop_.run();
  take_down();
  log::info("stopped", {});
}

void ServerRun::watch_signals() {
  for (const int signal : {SIGTERM, SIGINT}) {
    signals_.push_back(std::make_unique<async::SignalWatch>(loop_, signal, [this] { begin_stop(); }));
  }
  signals_.push_back(
      std::make_unique<async::SignalWatch>(loop_, SIGHUP, [this] { upkeep_->submit([this] { reload(); }); }));
}

void ServerRun::begin_stop() {
  if (std::exchange(is_stopping_, true)) return;
  log::info("stopping", {{"connections", server_->connections()}});
  timer_.reset();
  async::Milliseconds grace{0};
  {
    const std::lock_guard lock(config_mutex_);
    grace = config_.server.shutdown_grace;
  }
  server_->stop(grace, [this] {
    signals_.clear();
    // A second one must not cut the closing of the store short.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) std::signal(signal, SIG_IGN);
    loop_.stop();
  });
}

void ServerRun::take_down() {
  // Sessions are gone; what they left to workers and to the writer ends before its ground goes.
  timer_.reset();
  signals_.clear();
  server_.reset();
  upkeep_.reset();
  administrators_.reset();
  sessions_.clear();
  login_.reset();
  hashers_.reset();
  readers_.reset();
  contexts_.clear();
  certificates_.reset();
  if (store_) store_->close();
  store_.reset();
}

}  // namespace portreeve::daemon
