#include "core/net/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "core/base/ascii.h"

namespace portreeve::net {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kTextPrefix = "PROXY ";
constexpr std::size_t kLeastText = "PROXY UNKNOWN\r\n"sv.size();
constexpr std::size_t kMostText = 107;
constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kBinaryHead = 16;
constexpr std::size_t kMostBinaryBody = kMostProxyHeader - kBinaryHead;

std::unexpected<std::string_view> error(std::string_view reason) { return std::unexpected(reason); }

template <class SocketAddress>
Endpoint endpoint_of(const SocketAddress& address) {
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  return to_endpoint(storage, sizeof address);
}

// --- version 1 (§2.1)

std::optional<std::uint16_t> to_port(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, base::is_digit) || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), port).ec != std::errc()) return std::nullopt;
  return port;
}

std::optional<Endpoint> to_endpoint_of_text(bool is_ipv6, std::string_view address, std::string_view port) {
  const auto number = to_port(port);
  // inet_pton takes a C string.
  if (!number || address.contains('\0')) return std::nullopt;
  const std::string text(address);
  if (is_ipv6) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(*number);
    if (inet_pton(AF_INET6, text.c_str(), &in.sin6_addr) != 1) return std::nullopt;
    return endpoint_of(in);
  }
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(*number);
  if (inet_pton(AF_INET, text.c_str(), &in.sin_addr) != 1) return std::nullopt;
  return endpoint_of(in);
}

// Up to the next space, which is taken too: exactly one separates the fields, so two leave an empty field.
std::string_view take_field(std::string_view& line) {
  const std::size_t space = line.find(' ');
  const std::string_view field = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return field;
}

ProxyStep parse_line(std::string_view line, std::size_t consumed) {
  std::string_view rest = line.substr(kTextPrefix.size());
  const std::string_view protocol = take_field(rest);
  // "the receiver must ignore anything presented before the CRLF"
  if (protocol == "UNKNOWN") return ProxyHeader{consumed, true, {}, {}};
  if (protocol != "TCP4" && protocol != "TCP6") return error("an unknown protocol in a version 1 header");
  // A space behind the last field would be lost by taking fields alone.
  if (std::ranges::count(rest, ' ') != 3) return error("a version 1 header without its four addresses and ports");
  const std::string_view source = take_field(rest);
  const std::string_view destination = take_field(rest);
  const std::string_view source_port = take_field(rest);
  const bool is_ipv6 = protocol == "TCP6";
  auto from = to_endpoint_of_text(is_ipv6, source, source_port);
  auto to = to_endpoint_of_text(is_ipv6, destination, rest);
  if (!from || !to) return error("a malformed address or port in a version 1 header");
  return ProxyHeader{consumed, false, std::move(*from), std::move(*to)};
}

ProxyStep next_text(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, kMostText).find('\n');
  if (end == std::string_view::npos) {
    if (bytes.size() >= kMostText) return error("a version 1 header of more than 107 bytes");
    const std::size_t missing = bytes.ends_with('\r') ? 1 : 2;
    return ProxyNeedsMore{std::clamp(bytes.size() + missing, kLeastText, kMostText)};
  }
  // "The receiver must not tolerate a single CR or LF character to end the line"
  if (end == 0 || bytes[end - 1] != '\r') return error("a version 1 header that ends without CRLF");
  return parse_line(bytes.substr(0, end - 1), end + 1);
}

// --- version 2 (§2.2)

enum class Command : std::uint8_t { local = 0, proxy = 1 };
enum class Family : std::uint8_t { unspecified = 0, ipv4 = 1, ipv6 = 2, unix_socket = 3 };
enum class Transport : std::uint8_t { unspecified = 0, stream = 1, datagram = 2 };

constexpr unsigned kVersion = 2;

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint16_t network_order_at(std::string_view bytes, std::size_t at) {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The addresses come first, then the ports, each the source's and then the destination's.
ProxyHeader parse_ipv4(std::string_view body, std::size_t consumed) {
  constexpr std::size_t kPorts = 2 * sizeof(in_addr);
  sockaddr_in from{};
  sockaddr_in to{};
  from.sin_family = to.sin_family = AF_INET;
  std::memcpy(&from.sin_addr, body.data(), sizeof from.sin_addr);
  std::memcpy(&to.sin_addr, body.data() + sizeof from.sin_addr, sizeof to.sin_addr);
  from.sin_port = network_order_at(body, kPorts);
  to.sin_port = network_order_at(body, kPorts + 2);
  return {consumed, false, endpoint_of(from), endpoint_of(to)};
}

ProxyHeader parse_ipv6(std::string_view body, std::size_t consumed) {
  constexpr std::size_t kPorts = 2 * sizeof(in6_addr);
  sockaddr_in6 from{};
  sockaddr_in6 to{};
  from.sin6_family = to.sin6_family = AF_INET6;
  std::memcpy(&from.sin6_addr, body.data(), sizeof from.sin6_addr);
  std::memcpy(&to.sin6_addr, body.data() + sizeof from.sin6_addr, sizeof to.sin6_addr);
  from.sin6_port = network_order_at(body, kPorts);
  to.sin6_port = network_order_at(body, kPorts + 2);
  return {consumed, false, endpoint_of(from), endpoint_of(to)};
}

std::size_t address_bytes(Family family) {
  switch (family) {
    case Family::unspecified: return 0;
    case Family::ipv4: return 12;
    case Family::ipv6: return 36;
    case Family::unix_socket: return 216;
  }
  return 0;
}

ProxyStep next_binary(std::string_view bytes) {
  constexpr std::size_t kCommandAt = 12;
  constexpr std::size_t kFamilyAt = 13;
  constexpr std::size_t kLengthAt = 14;
  if (bytes.size() <= kCommandAt) return ProxyNeedsMore{kBinaryHead};
  if (byte_at(bytes, kCommandAt) >> 4 != kVersion) return error("a binary header of an unknown version");
  const unsigned command = byte_at(bytes, kCommandAt) & 15;
  if (command > static_cast<unsigned>(Command::proxy)) return error("an unknown command in a version 2 header");
  // LOCAL: "discard the protocol block including the family which is ignored"
  const bool is_local = command == static_cast<unsigned>(Command::local);

  if (bytes.size() <= kFamilyAt) return ProxyNeedsMore{kBinaryHead};
  const unsigned family_value = byte_at(bytes, kFamilyAt) >> 4;
  const unsigned transport_value = byte_at(bytes, kFamilyAt) & 15;
  if (!is_local && (family_value > static_cast<unsigned>(Family::unix_socket) ||
                    transport_value > static_cast<unsigned>(Transport::datagram))) {
    return error("an unknown address family or transport in a version 2 header");
  }

  if (bytes.size() < kBinaryHead) return ProxyNeedsMore{kBinaryHead};
  const std::size_t length = ntohs(network_order_at(bytes, kLengthAt));
  if (length > kMostBinaryBody) return error("a version 2 header of more than 4096 bytes");
  const auto family = static_cast<Family>(family_value);
  const auto transport = static_cast<Transport>(transport_value);
  if (!is_local && transport != Transport::unspecified && length < address_bytes(family)) {
    return error("a version 2 header too short for its addresses");
  }
  const std::size_t total = kBinaryHead + length;
  if (bytes.size() < total) return ProxyNeedsMore{total};

  // What follows the addresses (TLVs) is skipped, its checksum too: TCP has one of its own.
  const std::string_view body = bytes.substr(kBinaryHead, length);
  if (!is_local && transport == Transport::stream) {
    if (family == Family::ipv4) return parse_ipv4(body, total);
    if (family == Family::ipv6) return parse_ipv6(body, total);
  }
  return ProxyHeader{total, true, {}, {}};
}

bool is_beginning(std::string_view bytes, std::string_view of) {
  return of.starts_with(bytes.substr(0, std::min(bytes.size(), of.size())));
}

}  // namespace

ProxyStep next_proxy_header(std::string_view bytes) {
  if (bytes.empty()) return ProxyNeedsMore{std::min(kLeastText, kBinaryHead)};
  if (is_beginning(bytes, kTextPrefix)) return next_text(bytes);
  if (is_beginning(bytes, kSignature)) return next_binary(bytes);
  return error("no PROXY header");
}

}  // namespace portreeve::net
