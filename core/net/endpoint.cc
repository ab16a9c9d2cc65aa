#include "core/net/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace portreeve::net {
namespace {

constexpr std::string_view kMappedPrefix = "::ffff:";  // RFC 4291 §2.5.5.2

}  // namespace

bool Endpoint::is_loopback() const {
  switch (family) {
    case Family::unix_socket: return true;
    case Family::ipv4: return address.starts_with("127.");
    case Family::ipv6: return address == "::1";
  }
  return false;
}

std::string Endpoint::network() const {
  // By its bytes: the text form leaves zeros out.
  std::array<char, sizeof(in6_addr)> bytes{};
  if (family != Family::ipv6 || inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  return {bytes.data(), 8};
}

std::string Endpoint::text() const {
  switch (family) {
    case Family::unix_socket: return "unix:" + address;
    case Family::ipv4: return address + ":" + std::to_string(port);
    case Family::ipv6: return "[" + address + "]:" + std::to_string(port);
  }
  return address;
}

std::optional<Endpoint> parse_address(std::string_view text) {
  // inet_pton takes a C string.
  if (text.size() >= INET6_ADDRSTRLEN || text.contains('\0')) return std::nullopt;
  const std::string terminated(text);
  sockaddr_storage address{};
  sockaddr_in in{};
  sockaddr_in6 in6{};
  if (inet_pton(AF_INET, terminated.c_str(), &in.sin_addr) == 1) {
    in.sin_family = AF_INET;
    std::memcpy(&address, &in, sizeof in);
    return to_endpoint(address, sizeof in);
  }
  if (inet_pton(AF_INET6, terminated.c_str(), &in6.sin6_addr) != 1) return std::nullopt;
  in6.sin6_family = AF_INET6;
  std::memcpy(&address, &in6, sizeof in6);
  return to_endpoint(address, sizeof in6);
}

Endpoint to_endpoint(const sockaddr_storage& address, unsigned length) {
  Endpoint endpoint;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    endpoint = {Endpoint::Family::ipv4, text.data(), ntohs(in.sin_port)};
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
    endpoint = {Endpoint::Family::ipv6, text.data(), ntohs(in.sin6_port)};
    const std::string_view shown = endpoint.address;
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr) && shown.starts_with(kMappedPrefix)) {
      endpoint.address = std::string(shown.substr(kMappedPrefix.size()));
      endpoint.family = Endpoint::Family::ipv4;
    }
  } else if (address.ss_family == AF_UNIX && length > offsetof(sockaddr_un, sun_path)) {
    sockaddr_un un{};
    std::memcpy(&un, &address, std::min<std::size_t>(length, sizeof un));
    const std::size_t room = length - offsetof(sockaddr_un, sun_path);
    endpoint.address = std::string(un.sun_path, strnlen(un.sun_path, std::min(room, sizeof un.sun_path)));
  }
  return endpoint;
}

}  // namespace portreeve::net
