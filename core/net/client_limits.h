// What one client network may take of the server: connections at a time, and new ones in a time. Private to core/net.
//
// A client is counted by Endpoint::network(). Unix sockets are not.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/rate_limiter.h"
#include "core/net/endpoint.h"

namespace portreeve::net {

class ClientLimits {
 public:
  ClientLimits(std::size_t most_connections, base::Rate connection_rate);

  // One connection that is counted, until this goes. The limits must outlive it.
  class Place {
   public:
    Place(Place&& other) noexcept
        : limits_(std::exchange(other.limits_, nullptr)), network_(std::move(other.network_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (limits_ != nullptr) limits_->leave(network_);
    }

   private:
    friend class ClientLimits;
    Place(ClientLimits* limits, std::string network) : limits_(limits), network_(std::move(network)) {}
    ClientLimits* limits_;  // null: not counted
    std::string network_;
  };

  // The error is the limit's name, for the log. `now_ms` is the monotonic clock's.
  std::expected<Place, std::string_view> enter(const Endpoint& peer, std::int64_t now_ms);

 private:
  void leave(const std::string& network);

  const std::size_t most_;
  base::RateLimiter rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> counts_;  // guarded by mutex_
};

}  // namespace portreeve::net
