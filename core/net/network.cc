#include "core/net/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <string>

#include "core/base/ascii.h"

namespace portreeve::net {
namespace {

using Family = Endpoint::Family;

constexpr std::size_t kLongestPrefix = 3;
constexpr unsigned kMappedBits = 96;  // RFC 4291 §2.5.5.2
constexpr std::array<std::uint8_t, kMappedBits / 8> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Address {
  Family family = Family::ipv4;
  std::array<std::uint8_t, 16> bytes{};
  unsigned bits() const { return family == Family::ipv4 ? 32 : 128; }
};

std::optional<Address> parse_bytes(std::string_view text) {
  // inet_pton takes a C string.
  if (text.size() >= INET6_ADDRSTRLEN || text.contains('\0')) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) return address;
  address.family = Family::ipv6;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  if (text.empty() || text.size() > kLongestPrefix || !std::ranges::all_of(text, base::is_digit) ||
      (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  unsigned bits = 0;
  std::from_chars(text.data(), text.data() + text.size(), bits);
  if (bits > most) return std::nullopt;
  return bits;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  Network network;
  if (text == "unix") return network;
  const std::size_t slash = text.find('/');
  const auto address = parse_bytes(text.substr(0, slash));
  if (!address) return std::nullopt;
  network.family_ = address->family;
  network.address_ = address->bytes;
  network.prefix_bits_ = address->bits();
  if (slash != std::string_view::npos) {
    const auto bits = parse_prefix(text.substr(slash + 1), address->bits());
    if (!bits) return std::nullopt;
    network.prefix_bits_ = *bits;
  }
  if (network.family_ == Family::ipv6 && network.prefix_bits_ >= kMappedBits &&
      std::ranges::equal(kMapped, std::span(network.address_).first<kMapped.size()>())) {
    network.family_ = Family::ipv4;
    network.prefix_bits_ -= kMappedBits;
    std::ranges::rotate(network.address_, network.address_.begin() + kMapped.size());
  }
  return network;
}

bool Network::contains(const Endpoint& peer) const {
  if (peer.family != family_) return false;
  if (family_ == Family::unix_socket) return true;
  const auto address = parse_bytes(peer.address);
  if (!address || address->family != family_) return false;
  const std::size_t whole = prefix_bits_ / 8;
  if (!std::equal(address_.begin(), address_.begin() + whole, address->bytes.begin())) return false;
  const unsigned rest = prefix_bits_ % 8;
  return rest == 0 || (address_[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

bool contains(const Networks& networks, const Endpoint& peer) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(peer); });
}

}  // namespace portreeve::net
