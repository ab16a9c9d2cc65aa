#include "core/net/client_limits.h"

namespace portreeve::net {
namespace {

// Networks whose rate is known at a time, at some 200 bytes each.
constexpr std::size_t kRatedNetworks = 65'536;

}  // namespace

ClientLimits::ClientLimits(std::size_t most_connections, base::Rate connection_rate)
    : most_(most_connections), rate_(connection_rate, kRatedNetworks) {}

std::expected<ClientLimits::Place, std::string_view> ClientLimits::enter(const Endpoint& peer, std::int64_t now_ms) {
  if (peer.family == Endpoint::Family::unix_socket) return Place(nullptr, {});
  std::string network = peer.network();
  if (!rate_.allow(network, now_ms)) return std::unexpected("connection_rate");
  {
    const std::lock_guard lock(mutex_);
    const auto counted = counts_.try_emplace(network, 0).first;
    if (counted->second >= most_) {
      if (counted->second == 0) counts_.erase(counted);
      return std::unexpected("max_connections_per_address");
    }
    ++counted->second;
  }
  return Place(this, std::move(network));
}

void ClientLimits::leave(const std::string& network) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(network);
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace portreeve::net
