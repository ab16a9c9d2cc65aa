// Who has a maildrop open, so that no more have than may (RFC 1939 §4), and how soon its owner may come again
// (RFC 2449 §6.5).
//
// A session that has been silent for long gives way to a new login of its account: a line that died must not lock its
// owner out. It is woken and told to leave, and removes nothing, as one whose line dropped.
//
// Knows no clock: `now` is in milliseconds of a clock that only rises.
// Threads: any; a Place is its session's, but for what others tell it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "storage/types.h"

namespace portreeve::session {

struct OccupancyLimits {
  std::size_t max_sessions = 1;  // of one account; at least 1
  std::chrono::milliseconds gives_way_after{120'000};
  std::chrono::milliseconds login_delay{0};  // between two logins of an account; 0: none
};

class Occupancy {
 public:
  enum class Refusal { in_use, too_soon };

  // A session's place in its account's maildrop, until it is destroyed. The Occupancy must outlive it.
  class Place {
   public:
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place();

    // A command came; until rest() the session is not silent, however long its answer takes.
    void work();
    void rest(std::int64_t now);
    // Another session has taken the place.
    bool is_lost() const;

   private:
    friend class Occupancy;
    struct State;
    Place(Occupancy& owner, store::AccountId account, std::shared_ptr<State> state)
        : owner_(&owner), account_(account), state_(std::move(state)) {}
    Occupancy* owner_;
    store::AccountId account_;
    std::shared_ptr<State> state_;  // null: moved from
  };

  Occupancy() = default;
  Occupancy(const Occupancy&) = delete;
  Occupancy& operator=(const Occupancy&) = delete;

  // `wake` is called, from any thread, when the place is lost.
  std::expected<Place, Refusal> enter(store::AccountId account, const OccupancyLimits& limits, std::int64_t now,
                                      std::function<void()> wake);

 private:
  struct Account {
    std::vector<std::shared_ptr<Place::State>> places;
    std::optional<std::int64_t> last_login;
  };

  void leave(store::AccountId account, const Place::State* state);

  std::mutex mutex_;
  // Guarded by mutex_. Only accounts that exist log in, so that it has no more entries than there are of those.
  std::unordered_map<store::AccountId, Account> accounts_;
};

}  // namespace portreeve::session
