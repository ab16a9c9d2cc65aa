// What SIGHUP and a changed certificate do, on the upkeep worker: all that is new is looked at before anything changes.
#include "core/base/log.h"
#include "daemon/file_entries.h"
#include "daemon/server_run.h"
#include "daemon/settings.h"

namespace portreeve::daemon {

namespace log = base::log;

namespace {

constexpr async::Milliseconds kCertificateWatch{60'000};

}  // namespace

void ServerRun::reload() {
  const auto fresh = config::load(config_file_);
  if (!fresh) {
    for (const config::Diagnostic& diagnostic : fresh.error()) {
      log::error("reload_refused", {{"reason", diagnostic.text()}});
    }
    return;
  }
  const config::Config next = config::with_live_keys(config_, *fresh);
  const auto refuse = [](const std::string& reason) { log::error("reload_refused", {{"reason", reason}}); };
  // Certificates can be tried without a change, accounts and aliases can't: these go first, but only with good ones.
  if (certificates_) {
    if (const auto good = tls::CertificateStore::load(certificate_files(next)); !good) return refuse(good.error());
  }
  if (const auto applied = apply_file_entries(*store_, next, config_file_); !applied) return refuse(applied.error());
  if (certificates_) {
    if (const auto loaded = certificates_->reload(certificate_files(next)); !loaded) return refuse(loaded.error());
    log_certificate_warnings();
  }
  for (const config::Change& change : config::changes(next, *fresh)) {
    log::warning("reload_needs_restart", {{"key", change.key}});
  }
  for (const config::Change& change : config::changes(config_, next)) {
    log::info("reload_changed", {{"key", change.key}});
  }
  // New limits begin anew; old ones go on counting.
  const bool has_new_rates = config_.smtp.message_rate_per_client != next.smtp.message_rate_per_client ||
                             config_.smtp.message_rate_per_account != next.smtp.message_rate_per_account;
  if (has_new_rates) rates_ = message_rates(next);
  {
    const std::lock_guard lock(config_mutex_);
    config_ = next;
  }
  log::set_level(log_level(config_.log_level));
  login_->set(login_options(config_));
  for (std::size_t i = 0; i < sessions_.size(); ++i) sessions_[i]->set(config_, config_.listeners[i], rates_);
  log::info("reloaded", {{"file", config_file_}});
}

void ServerRun::watch_certificates() {
  if (!certificates_) return;
  timer_->start(kCertificateWatch, [this] {
    upkeep_->submit([this] { reload_certificates(); });
    watch_certificates();
  });
}

void ServerRun::reload_certificates() {
  if (!certificates_->have_files_changed()) return;
  if (const auto loaded = certificates_->reload(certificate_files(config_)); !loaded) {
    log::error("certificates_refused", {{"reason", loaded.error()}});
    return;
  }
  log_certificate_warnings();
  log::info("certificates_reloaded", {});
}

void ServerRun::log_certificate_warnings() const {
  for (const std::string& warning : certificates_->warnings()) log::warning("certificate", {{"warning", warning}});
}

}  // namespace portreeve::daemon
