#include "protocols/session/occupancy.h"

#include <algorithm>
#include <utility>

namespace portreeve::session {

struct Occupancy::Place::State {
  State(std::function<void()> w, std::int64_t now) : wake(std::move(w)), silent_since(now) {}

  const std::function<void()> wake;
  std::atomic<std::int64_t> silent_since;
  std::atomic<bool> is_working = false;
  std::atomic<bool> is_lost = false;
};

Occupancy::Place::~Place() {
  if (state_) owner_->leave(account_, state_.get());
}

void Occupancy::Place::work() { state_->is_working = true; }

void Occupancy::Place::rest(std::int64_t now) {
  state_->silent_since = now;
  state_->is_working = false;
}

bool Occupancy::Place::is_lost() const { return state_->is_lost; }

std::expected<Occupancy::Place, Occupancy::Refusal> Occupancy::enter(store::AccountId id, const OccupancyLimits& limits,
                                                                     std::int64_t now, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  Account& account = accounts_[id];
  if (account.last_login && now - *account.last_login < limits.login_delay.count()) {
    return std::unexpected(Refusal::too_soon);
  }
  if (account.places.size() >= limits.max_sessions) {
    const auto silence = [&](const auto& place) -> std::int64_t {
      return place->is_working ? -1 : now - place->silent_since;
    };
    const auto longest = std::ranges::max_element(account.places, {}, silence);
    if (silence(*longest) < limits.gives_way_after.count()) return std::unexpected(Refusal::in_use);
    (*longest)->is_lost = true;
    (*longest)->wake();
    account.places.erase(longest);
  }
  account.last_login = now;
  account.places.push_back(std::make_shared<Place::State>(std::move(wake), now));
  return Place(*this, id, account.places.back());
}

void Occupancy::leave(store::AccountId id, const Place::State* state) {
  const std::lock_guard lock(mutex_);
  std::erase_if(accounts_[id].places, [&](const auto& place) { return place.get() == state; });
}

}  // namespace portreeve::session
