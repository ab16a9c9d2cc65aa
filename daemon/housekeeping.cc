#include "daemon/housekeeping.h"

#include <array>
#include <ctime>
#include <exception>
#include <utility>

#include "core/base/log.h"
#include "core/mime/date.h"
#include "core/tls/digest.h"
#include "daemon/settings.h"
#include "protocols/session/quota_notice.h"
#include "protocols/smtp/releaser.h"

namespace portreeve::daemon {
namespace {

namespace log = base::log;

// What can't be released now isn't tried again at once.
constexpr std::chrono::seconds kPause{30};

std::string new_id() {
  std::array<std::uint8_t, 9> random{};
  tls::fill_random(random);
  std::string id = "quota-";
  for (const std::uint8_t byte : random) id += static_cast<char>('a' + byte % 26);
  return id;
}

}  // namespace

Housekeeping::Housekeeping(store::Store& store, async::WorkerPool& worker, std::function<config::Config()> current)
    : store_(store), worker_(worker), current_(std::move(current)) {}

Housekeeping::~Housekeeping() { stop(); }

void Housekeeping::stop() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
}

void Housekeeping::submit(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return;
  worker_.submit([work = std::move(work)] {
    try {
      work();
    } catch (const std::exception& exception) {
      log::error("housekeeping_failed", {{"what", exception.what()}});
    }
  });
}

void Housekeeping::watch_quotas(const std::vector<std::uint64_t>& percents) {
  store_.watch_quotas({percents.begin(), percents.end()}, [this](store::AccountId account, unsigned percent) {
    submit([this, account, percent] { tell_of_quota(account, percent); });
  });
}

void Housekeeping::tick(std::int64_t now) {
  const std::optional<std::int64_t> next = store_.next_release();
  if (!next || *next > now || std::chrono::steady_clock::now() < not_before_.load()) return;
  if (is_releasing_.exchange(true)) return;
  submit([this, now] {
    const std::unique_ptr<std::atomic<bool>, decltype([](std::atomic<bool>* flag) { *flag = false; })> end(
        &is_releasing_);
    // Unless all went well, not at once again.
    not_before_ = std::chrono::steady_clock::now() + kPause;
    if (smtp::release_due(store_, release_options(current_()), now))
      not_before_ = std::chrono::steady_clock::time_point{};
  });
}

void Housekeeping::tell_of_quota(store::AccountId id, unsigned percent) {
  const store::DirectoryPtr directory = store_.directory();
  const store::Account* account = directory->find(id);
  const store::MailboxId inbox = store_.inbox(id);
  if (account == nullptr || inbox == 0) return;
  const std::int64_t now = std::time(nullptr);
  const std::string host = current_().host_name;
  const std::string notice_id = new_id();
  const std::string date = mime::format_date(now);
  store::Delivery delivery;
  delivery.body.tail = session::print_quota_notice({.host = host,
                                                    .id = notice_id,
                                                    .date = date,
                                                    .address = account->address,
                                                    .used_bytes = store_.usage(id).bytes,
                                                    .quota_bytes = account->quota_bytes,
                                                    .percent = percent});
  delivery.body.summary = mime::summarize(delivery.body.tail);
  delivery.targets.push_back({.mailbox = inbox});
  delivery.internal_date = now;
  delivery.quota = store::Quota::is_ignored;
  store_.deliver(std::move(delivery), [address = account->address, percent](auto delivered) {
    log::info("quota_notice", {{"account", address},
                               {"percent", percent},
                               {"result", delivered ? std::string_view("delivered") : delivered.error().detail}});
  });
}

}  // namespace portreeve::daemon
