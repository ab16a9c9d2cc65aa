#include "protocols/smtp/trace.h"

#include <gtest/gtest.h>

namespace portreeve::smtp {
namespace {

constexpr std::string_view kDate = "Wed, 17 Jul 1996 09:44:25 +0000";

Trace plain() {
  return {.client_name = "client.example",
          .client_address = "192.0.2.1",
          .host = "mail.example.test",
          .tls = "",
          .id = "abc123",
          .date = kDate,
          .is_esmtp = true};
}
const Path kAlice{"alice", "example.test"};
const Path kBob{"bob", "example.test"};

TEST(Trace, OneRecipient) {
  EXPECT_EQ(print_trace(plain(), kAlice, &kBob),
            "Return-Path: <alice@example.test>\r\n"
            "Received: from client.example ([192.0.2.1])\r\n"
            " by mail.example.test with ESMTP\r\n"
            " id abc123\r\n"
            " for <bob@example.test>; Wed, 17 Jul 1996 09:44:25 +0000\r\n");
}

TEST(Trace, SeveralRecipientsDontLearnOfEachOther) {
  const std::string text = print_trace(plain(), Path{}, nullptr);
  EXPECT_TRUE(text.starts_with("Return-Path: <>\r\n"));
  EXPECT_FALSE(text.contains(" for "));
  EXPECT_TRUE(text.ends_with("id abc123; Wed, 17 Jul 1996 09:44:25 +0000\r\n"));
}

TEST(Trace, NamesTheEncryption) {
  Trace trace = plain();
  trace.tls = "TLSv1.3 TLS_AES_128_GCM_SHA256";
  trace.is_authenticated = true;
  EXPECT_TRUE(print_trace(trace, kAlice, nullptr).contains(" with ESMTPSA (TLSv1.3 TLS_AES_128_GCM_SHA256)\r\n"));
}

TEST(Trace, Peers) {
  Trace trace = plain();
  trace.client_address = "2001:db8::1";
  EXPECT_TRUE(print_trace(trace, kAlice, nullptr).contains("from client.example ([IPv6:2001:db8::1])\r\n"));
  trace.client_address = "";
  EXPECT_TRUE(print_trace(trace, kAlice, nullptr).contains("from client.example (local)\r\n"));
}

TEST(Trace, ClientsNameCanNotForgeAnything) {
  Trace trace = plain();
  const struct {
    std::string_view name;
    std::string_view want;
  } cases[] = {{"[192.0.2.9]", "[192.0.2.9]"},
               {"MY_PC", "MY_PC"},
               {"a(b)c", "a?b?c"},
               {"x;y", "x?y"},
               {"b\xfcro", "b?ro"},
               {"", "unknown"}};
  for (const auto& c : cases) {
    trace.client_name = c.name;
    EXPECT_TRUE(print_trace(trace, kAlice, nullptr).contains("from " + std::string(c.want) + " (")) << c.name;
  }
}

TEST(Trace, WithProtocol) {
  const struct {
    bool esmtp, utf8, tls, auth;
    std::string_view want;
  } cases[] = {
      {false, false, false, false, "SMTP"},   {true, false, false, false, "ESMTP"},
      {true, false, true, false, "ESMTPS"},   {true, false, false, true, "ESMTPA"},
      {true, false, true, true, "ESMTPSA"},   {true, true, false, false, "UTF8SMTP"},
      {true, true, true, false, "UTF8SMTPS"}, {true, true, false, true, "UTF8SMTPA"},
      {true, true, true, true, "UTF8SMTPSA"},
  };
  for (const auto& c : cases) EXPECT_EQ(with_protocol(c.esmtp, c.utf8, c.tls, c.auth), c.want);
}

TEST(Trace, HeaderEnd) {
  constexpr auto kNone = std::string_view::npos;
  const struct {
    std::string_view text;
    std::size_t want;
  } cases[] = {
      {"", kNone},         {"\r\n", 2},           {"\r\nbody", 2},     {"\r", kNone},
      {"A: b\r\n", kNone}, {"A: b\r\n\r", kNone}, {"A: b\r\n\r\n", 8}, {"A: b\r\n c\r\n\r\nbody\r\n\r\n", 12},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(find_header_end(c.text, 0), c.want) << c.text;
    // Found also if the end came byte by byte.
    std::size_t end = kNone;
    for (std::size_t length = 0; length <= c.text.size() && end == kNone; ++length) {
      end = find_header_end(c.text.substr(0, length), length == 0 ? 0 : length - 1);
    }
    EXPECT_EQ(end, c.want) << c.text;
  }
}

TEST(Trace, Fields) {
  const struct {
    std::string_view text;
    bool want;
  } cases[] = {
      {"Date: x\r\n", true},
      {"date:x\r\n", true},
      {"Subject: y\r\nDATE : x\r\n\r\n", true},
      {"", false},
      {"Date", false},
      {"Date\r\n: x\r\n", false},
      {"Dates: x\r\n", false},
      {"X-Date: x\r\n", false},
      {"Subject: y\r\n Date: x\r\n\r\n", false},  // folded
      {"Subject: y\r\n\r\nDate: x\r\n", false},   // in the body
      {"\r\nDate: x\r\n", false},
  };
  for (const auto& c : cases) EXPECT_EQ(has_field(c.text, "Date"), c.want) << c.text;
}

}  // namespace
}  // namespace portreeve::smtp
