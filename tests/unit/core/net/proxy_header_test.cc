#include "core/net/proxy_header.h"

#include <gtest/gtest.h>

#include <optional>

namespace portreeve::net {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;

// A version 2 header of these two bytes and this body.
std::string binary(std::string_view command_and_family, std::string_view body) {
  std::string bytes(kSignature);
  bytes += command_and_family;
  bytes += static_cast<char>(body.size() >> 8);
  bytes += static_cast<char>(body.size() & 0xff);
  return bytes += body;
}

// "SOURCE DESTINATION", "local", or "error: REASON".
std::string shown(const ProxyStep& step) {
  if (!step) return "error: " + std::string(step.error());
  if (std::holds_alternative<ProxyNeedsMore>(*step)) return "more";
  const auto& header = std::get<ProxyHeader>(*step);
  return header.is_local ? "local" : header.source.text() + " " + header.destination.text();
}

std::size_t consumed(const ProxyStep& step) { return std::get<ProxyHeader>(*step).consumed; }

// Whole, with bytes behind it, byte by byte, and in the steps that it asks for itself.
void expect_header(const std::string& bytes, std::string_view expected) {
  SCOPED_TRACE(testing::PrintToString(bytes));
  for (const std::string_view behind : {""sv, "x"sv, "\r\n"sv, "PROXY UNKNOWN\r\n"sv}) {
    const ProxyStep step = next_proxy_header(bytes + std::string(behind));
    ASSERT_EQ(shown(step), expected);
    EXPECT_EQ(consumed(step), bytes.size());
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ProxyStep step = next_proxy_header(std::string_view(bytes).substr(0, size));
    ASSERT_EQ(shown(step), "more") << size;
    const std::size_t total = std::get<ProxyNeedsMore>(*step).total;
    EXPECT_GT(total, size);
    EXPECT_LE(total, bytes.size()) << "a reader would take bytes that are not the header's, at " << size;
  }
}

// The error comes with some byte, and stays the same whatever follows.
void expect_error(const std::string& bytes, std::string_view reason) {
  SCOPED_TRACE(testing::PrintToString(bytes));
  const std::string expected = "error: " + std::string(reason);
  EXPECT_EQ(shown(next_proxy_header(bytes)), expected);
  EXPECT_EQ(shown(next_proxy_header(bytes + "EHLO x\r\n")), expected);
  bool has_failed = false;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string step = shown(next_proxy_header(std::string_view(bytes).substr(0, size)));
    has_failed = has_failed || step != "more";
    EXPECT_EQ(step, has_failed ? expected : "more") << size;
  }
  EXPECT_TRUE(has_failed);
}

TEST(ProxyHeader, Version1) {
  struct Row {
    const char* bytes;
    std::string_view expected;
  };
  for (
      const Row& row : {
          Row{"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", "192.168.0.1:56324 192.168.0.11:443"},
          {"PROXY TCP4 1.1.1.1 2.2.2.2 0 0\r\n", "1.1.1.1:0 2.2.2.2:0"},
          {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535 255.255.255.255:65535"},
          {"PROXY TCP6 2001:db8::1 2001:DB8::25 4711 25\r\n", "[2001:db8::1]:4711 [2001:db8::25]:25"},
          {"PROXY TCP6 2001:0db8:0000:0000:0000:0000:0000:0001 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
           "[2001:db8::1]:65535 [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
          // RFC 4291 §2.5.5.2: an IPv4 client that came to an IPv6 socket of the proxy.
          {"PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.25 4711 25\r\n", "192.0.2.7:4711 192.0.2.25:25"},
          // §2.1: what is behind UNKNOWN is ignored, up to the longest line.
          {"PROXY UNKNOWN\r\n", "local"},
          {"PROXY UNKNOWN \r\n", "local"},
          {"PROXY UNKNOWN any\rthing  at all\r\n", "local"},
          {"PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
           "65535\r\n",
           "local"},
      }) {
    expect_header(row.bytes, row.expected);
  }
}

TEST(ProxyHeader, Version1IsTakenStrictly) {
  constexpr std::string_view kNone = "no PROXY header";
  constexpr std::string_view kProtocol = "an unknown protocol in a version 1 header";
  constexpr std::string_view kFields = "a version 1 header without its four addresses and ports";
  constexpr std::string_view kMalformed = "a malformed address or port in a version 1 header";
  constexpr std::string_view kLineEnd = "a version 1 header that ends without CRLF";
  struct Row {
    std::string_view bytes;
    std::string_view reason;
  };
  for (const Row& row : {
           Row{"EHLO client.example\r\n", kNone},
           {"proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n", kNone},
           {" PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n", kNone},
           {"PROXY\r\n", kNone},
           {"PROXY\tTCP4 1.1.1.1 2.2.2.2 1 2\r\n", kNone},
           {"\x16\x03\x01\x02"sv, kNone},
           {"\0"sv, kNone},
           {"PROXY \r\n", kProtocol},
           {"PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n", kProtocol},
           {"PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n", kProtocol},
           {"PROXY TCP 1.1.1.1 2.2.2.2 1 2\r\n", kProtocol},
           {"PROXY tcp4 1.1.1.1 2.2.2.2 1 2\r\n", kProtocol},
           {"PROXY UNKNOWNS\r\n", kProtocol},
           {"PROXY TCP4\r\n", kFields},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n", kFields},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n", kFields},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n", kFields},
           {"PROXY TCP4  1.1.1.1 2.2.2.2 1 2\r\n", kFields},
           {"PROXY TCP4 1.1.1.1  2.2.2.2 1\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1 \r\n", kMalformed},
           // Addresses.
           {"PROXY TCP4 01.1.1.1 2.2.2.2 1 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1 2.2.2.2 1 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.256 2.2.2.2 1 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 client.example 1 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1\0.9 2.2.2.2 1 2\r\n"sv, kMalformed},
           {"PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", kMalformed},
           {"PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n", kMalformed},
           {"PROXY TCP6 2001::db8::1 2001:db8::2 1 2\r\n", kMalformed},
           {"PROXY TCP6 2001:db8::1%lo 2001:db8::2 1 2\r\n", kMalformed},
           {"PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2\r\n", kMalformed},
           // Ports.
           {"PROXY TCP4 1.1.1.1 2.2.2.2 65536 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 00 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 -1 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1 0x2\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\r\n", kMalformed},
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1 99999999999999999999\r\n", kMalformed},
           // "The receiver must not tolerate a single CR or LF character"
           {"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n", kLineEnd},
           {"PROXY UNKNOWN\n", kLineEnd},
           {"PROXY \n", kLineEnd},
       }) {
    expect_error(std::string(row.bytes), row.reason);
  }
}

TEST(ProxyHeader, Version1EndsWithin107Bytes) {
  const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
  ASSERT_EQ(longest.size(), 107U);
  expect_header(longest, "local");
  expect_error("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "a version 1 header of more than 107 bytes");
  expect_error("PROXY UNKNOWN " + std::string(200, 'x'), "a version 1 header of more than 107 bytes");
}

constexpr std::string_view kIpv4 = "\xc0\0\2\7\xc0\0\2\x19\x12\x67\0\x19"sv;
constexpr std::string_view kIpv6 =
    "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x19\x12\x67\0\x19"sv;
constexpr std::string_view kMapped =
    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\7\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\x19\x12\x67\0\x19"sv;
constexpr std::string_view kTlvs = "\x04\0\3abc\x20\0\1x"sv;

TEST(ProxyHeader, Version2) {
  struct Row {
    std::string bytes;
    std::string_view expected;
  };
  const std::string unix_body = "/run/a" + std::string(102, '\0') + "/run/b" + std::string(102, '\0');
  for (const Row& row : {
           Row{binary("\x21\x11", kIpv4), "192.0.2.7:4711 192.0.2.25:25"},
           {binary("\x21\x21", kIpv6), "[2001:db8::7]:4711 [2001:db8::19]:25"},
           {binary("\x21\x21", kMapped), "192.0.2.7:4711 192.0.2.25:25"},
           // What follows the addresses is skipped, whatever it is.
           {binary("\x21\x11", std::string(kIpv4) + std::string(kTlvs)), "192.0.2.7:4711 192.0.2.25:25"},
           {binary("\x21\x21", std::string(kIpv6) + "\xff"), "[2001:db8::7]:4711 [2001:db8::19]:25"},
           {binary("\x21\x11", std::string(kIpv4) + std::string(4096 - 12, '\xff')), "192.0.2.7:4711 192.0.2.25:25"},
           // LOCAL: the family and the block are ignored.
           {binary("\x20\0"sv, ""), "local"},
           {binary("\x20\x11", kIpv4), "local"},
           {binary("\x20\x11", "x"), "local"},
           {binary("\x20\xff", "x"), "local"},
           // For somebody whom we can't name.
           {binary("\x21\0"sv, ""), "local"},
           {binary("\x21\0"sv, kTlvs), "local"},
           {binary("\x21\x01", ""), "local"},
           {binary("\x21\x10", ""), "local"},
           {binary("\x21\x12", kIpv4), "local"},
           {binary("\x21\x22", kIpv6), "local"},
           {binary("\x21\x31", unix_body), "local"},
           {binary("\x21\x32", unix_body), "local"},
       }) {
    expect_header(row.bytes, row.expected);
  }
}

TEST(ProxyHeader, Version2IsTakenStrictly) {
  constexpr std::string_view kVersion = "a binary header of an unknown version";
  constexpr std::string_view kCommand = "an unknown command in a version 2 header";
  constexpr std::string_view kFamily = "an unknown address family or transport in a version 2 header";
  constexpr std::string_view kShort = "a version 2 header too short for its addresses";
  constexpr std::string_view kLong = "a version 2 header of more than 4096 bytes";
  struct Row {
    std::string bytes;
    std::string_view reason;
  };
  for (const Row& row : {
           Row{"\r\n\r\nEHLO", "no PROXY header"},
           {"\r\n\r\n\r\nQUIT\n", "no PROXY header"},
           {binary("\x11\x11", kIpv4), kVersion},
           {binary("\x31\x11", kIpv4), kVersion},
           {binary("\x01\x11", kIpv4), kVersion},
           {binary("\x22\x11", kIpv4), kCommand},
           {binary("\x2f\x11", kIpv4), kCommand},
           {binary("\x21\x41", kIpv4), kFamily},
           {binary("\x21\xf1", kIpv4), kFamily},
           {binary("\x21\x13", kIpv4), kFamily},
           {binary("\x21\x1f", kIpv4), kFamily},
           {binary("\x21\x11", ""), kShort},
           {binary("\x21\x11", kIpv4.substr(1)), kShort},
           {binary("\x21\x21", kIpv6.substr(1)), kShort},
           {binary("\x21\x21", kIpv4), kShort},
           {binary("\x21\x31", kIpv6), kShort},
           {binary("\x21\x11", std::string(4097, 'x')), kLong},
           {binary("\x20\0"sv, std::string(65'535, 'x')).substr(0, 16), kLong},
       }) {
    expect_error(row.bytes, row.reason);
  }
}

}  // namespace
}  // namespace portreeve::net
