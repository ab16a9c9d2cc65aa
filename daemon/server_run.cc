#include "daemon/server_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <thread>

#include "core/base/log.h"
#include "daemon/command_line.h"
#include "daemon/control_server.h"
#include "daemon/exit_codes.h"
#include "daemon/file_entries.h"
#include "daemon/local.h"
#include "daemon/settings.h"

namespace portreeve::daemon {
namespace {

namespace log = base::log;

constexpr unsigned kAdministrators = 2;
// What a SIGKILL loses of failed logins.
constexpr async::Milliseconds kLoginSaving{5'000};

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
  if (const auto taken = take_file_entries(); !taken) return taken;

  readers_ = std::make_unique<async::WorkerPool>("reader", static_cast<unsigned>(config_.storage.readers));
  hashers_ = std::make_unique<async::WorkerPool>("hasher", processors());
  administrators_ = std::make_unique<async::WorkerPool>("admin", kAdministrators);
  upkeep_ = std::make_unique<async::WorkerPool>("upkeep", 1);
  login_ = std::make_unique<session::Login>(*store_, *hashers_, login_options(config_));
  login_->load();
  const auto threads = static_cast<unsigned>(config_.server.threads);
  server_ = std::make_unique<net::Server>(
      loop_, net::ServerOptions{.threads = threads == 0 ? processors() : threads,
                                .max_connections = config_.server.max_connections,
                                .max_connections_per_address = config_.server.max_connections_per_address,
                                .connection_rate = rate(config_.server.connection_rate_per_address)});
  rates_ = message_rates(config_);
  housekeeping_ = std::make_unique<Housekeeping>(*store_, *upkeep_, [this] {
    const std::lock_guard lock(config_mutex_);
    return config_;
  });
  housekeeping_->watch_quotas(config_.quota.warn_at);
  for (const config::Listener& listener : config_.listeners) {
    const bool has_tls = listener.tls != config::TlsMode::none;
    contexts_.push_back(has_tls ? std::make_unique<tls::Context>(*certificates_, context_options(listener)) : nullptr);
    sessions_.push_back(
        make_sessions(config_, listener, {*store_, *readers_, *login_, maildrops_}, rates_, contexts_.back().get()));
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

std::expected<void, Obstacle> ServerRun::take_file_entries() {
  const auto applied = apply_file_entries(*store_, config_, config_file_);
  if (!applied) return std::unexpected(Obstacle{kConfig, applied.error()});
  return {};
}

void ServerRun::add(Bound bound) {
  const config::Listener& listener = config_.listeners[bound.listener];
  const std::string address = bound.socket.local().text();
  log::info("listening",
            {{"protocol", to_text(listener.protocol)}, {"address", address}, {"tls", to_text(listener.tls)}});
  addresses_.push_back(address);
  server_->add(
      std::move(bound.socket), sessions_[bound.listener]->session(),
      {.refusal = refusal(listener.protocol, config_.host_name), .proxy_networks = networks(listener.proxy_from)});
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
      [this, handle](net::Connection& connection) { return serve_control(connection, *administrators_, *handle); }, {});
  return {};
}

AdminReply ServerRun::answer(const AdminRequest& request) {
  if (request.verb == "server.listeners") {
    std::string text;
    for (const std::string& address : addresses_) text += address + "\n";
    return {kOk, text};
  }
  const config::Config config = [this] {
    const std::lock_guard lock(config_mutex_);
    return config_;
  }();
  return daemon::run(*store_, {config, config_file_, alias_changes_}, request);
}

void ServerRun::run() {
  watch_signals();
  timer_ = std::make_unique<async::Timer>(loop_);
  watch_certificates();
  second_timer_ = std::make_unique<async::Timer>(loop_);
  each_second();
  login_timer_ = std::make_unique<async::Timer>(loop_);
  save_failed_logins();
  server_->start();
  log::info("ready", {{"version", PORTREEVE_VERSION}, {"host_name", config_.host_name}, {"pid", getpid()}});
  loop_.run();
  take_down();
  log::info("stopped", {});
}

void ServerRun::each_second() {
  housekeeping_->tick(std::time(nullptr));
  second_timer_->start(async::Milliseconds(1000), [this] { each_second(); });
}

void ServerRun::watch_signals() {
  for (const int signal : {SIGTERM, SIGINT}) {
    signals_.push_back(std::make_unique<async::SignalWatch>(loop_, signal, [this] { begin_stop(); }));
  }
  signals_.push_back(
      std::make_unique<async::SignalWatch>(loop_, SIGHUP, [this] { upkeep_->submit([this] { reload(); }); }));
}

void ServerRun::save_failed_logins() {
  login_timer_->start(kLoginSaving, [this] {
    upkeep_->submit([this] { login_->save_if_dirty(); });
    save_failed_logins();
  });
}

void ServerRun::begin_stop() {
  if (std::exchange(is_stopping_, true)) return;
  log::info("stopping", {{"connections", server_->connections()}});
  timer_.reset();
  second_timer_.reset();
  login_timer_.reset();
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
  second_timer_.reset();
  login_timer_.reset();
  signals_.clear();
  server_.reset();
  if (housekeeping_) housekeeping_->stop();
  upkeep_.reset();
  administrators_.reset();
  sessions_.clear();
  if (login_) login_->save();
  login_.reset();
  hashers_.reset();
  readers_.reset();
  contexts_.clear();
  certificates_.reset();
  if (store_) store_->close();
  store_.reset();
  housekeeping_.reset();  // the store may have told of quotas until here
}

}  // namespace portreeve::daemon
