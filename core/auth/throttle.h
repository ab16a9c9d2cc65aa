// Slows down those who guess passwords: what failed is counted by client network and by account, and forgotten evenly,
// a full count in `memory`.
//
// - A network: after a few failures each further attempt has to wait, 1, 2, 4 … 60 seconds; at
//   max_failures_per_address it is shut out for `memory`.
// - An account at max_failures_per_account looks at no password from a network that has failed lately, for whichever
//   account. A network with nothing on record is let in with the right password; one wrong attempt puts it on record.
//   So that a guesser with ever new addresses gets nowhere, all such networks together get one attempt a second.
// - An account's own networks, from which it has logged in before, are held to neither of these: there only its own
//   failures from there count, by the same waits and to max_failures_per_account. So nobody elsewhere can lock an
//   account's owner out, nor can one forgotten device lock out all others behind one address.
//
// Names that are no account's are counted like those that are. What can be told from outside is at most, and only to
// somebody behind the same address, that an account has logged in from there before.
//
// Attempts that are under way already when a limit is reached still count when they end; a network that has to wait
// gets one at a time.
//
// Bounded: past max_networks and max_accounts the ones longest unheard of are forgotten. Names and networks are kept as
// keyed hashes only: people type passwords where the name belongs, and all of this is written to disk.
//
// Knows no clock: `now` is in Unix seconds; a clock that was put back makes no wait longer than `memory`.
// Threads: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/recent.h"

namespace portreeve::auth {

struct ThrottleOptions {
  // Preconditions: all at least 1.
  std::uint32_t max_failures_per_account = 20;
  std::uint32_t max_failures_per_address = 100;
  std::chrono::seconds memory{3600};
};

struct Decision {
  bool is_allowed = true;
  std::int64_t wait = 0;  // seconds until the next attempt may be looked at, if this one is refused
};

class Throttle {
 public:
  static constexpr std::size_t kMaxPackedBytes = std::size_t{4} * 1024 * 1024;

  explicit Throttle(const ThrottleOptions& options = {}, std::size_t max_networks = 50'000,
                    std::size_t max_accounts = 50'000);
  Throttle(const Throttle&) = delete;
  Throttle& operator=(const Throttle&) = delete;

  // Counts stay, and are measured by the new limits from now on.
  void set(const ThrottleOptions& options);

  // May a password be looked at? If so, failed() or succeeded() should follow. `network` is any key of the client's
  // network; the account's name is taken without regard to ASCII case.
  Decision decide(std::string_view network, std::string_view account, std::int64_t now);
  void failed(std::string_view network, std::string_view account, std::int64_t now);
  // Takes back the account's failures from this network, here and in the account's count; those by others stay.
  void succeeded(std::string_view network, std::string_view account, std::int64_t now);

  // Has anything worth keeping happened since the last pack()?
  bool is_dirty() const;
  // At most kMaxPackedBytes: of very many, the last heard of.
  std::string pack();
  // Replaces everything. False, and nothing is known then: these bytes are not from a pack() of this version.
  bool unpack(std::string_view bytes, std::int64_t now);

 private:
  using Key = std::uint64_t;

  struct Count {
    double level = 0;
    std::int64_t at = 0;  // of the last failure, and the time of `level`
  };
  // One account's part in a network's failures.
  struct Share {
    Key account = 0;
    Count count;
    std::int64_t not_before = 0;
  };
  struct Network {
    Count count;
    std::int64_t not_before = 0;
    std::vector<Share> shares;
  };
  struct Account {
    Count count;
    double strangers = 0;  // attempts by networks with nothing on record, while over the limit
    std::int64_t strangers_at = 0;
  };
  struct Place {
    Key network = 0;
    std::int64_t last_login = 0;
  };
  using Places = std::vector<Place>;

  Key key_of(char kind, std::string_view text) const;
  double level(const Count& count, std::uint32_t limit, std::int64_t now) const;
  void add_failure(Count& count, std::uint32_t limit, std::int64_t now) const;
  std::int64_t wait_at(double level, std::uint32_t limit) const;
  void settle(Count& count, std::int64_t& not_before, std::int64_t now) const;
  Network* recall(Key network, std::int64_t now);
  bool is_own_network(Key account, Key network, std::int64_t now);
  void remember_place(Key account, Key network, std::int64_t now);
  std::int64_t account_wait(Key account, bool has_failed_lately, std::int64_t now);

  mutable std::mutex mutex_;
  ThrottleOptions options_;    // this and what follows: guarded by mutex_
  std::string secret_;         // of the hashes; kept with them
  Recent<Network> networks_;   // with failures
  Recent<Account> accounts_;   // with failures
  Recent<Places> own_places_;  // where an account has logged in from: apart, so that made-up names can't displace it
  bool is_dirty_ = false;
};

}  // namespace portreeve::auth
