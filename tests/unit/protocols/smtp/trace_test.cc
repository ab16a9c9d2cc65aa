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

// RFC 5321 §4.4: Return-Path is of the last server.
TEST(Trace, OfAMessageThatGoesOn) {
  Trace trace = plain();
  trace.is_final = false;
  EXPECT_TRUE(print_trace(trace, kAlice, nullptr).starts_with("Received: from client.example ([192.0.2.1])\r\n"));
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
    bool esmtp, utf8, tls, auth, lmtp;
    std::string_view want;
  } cases[] = {
      {false, false, false, false, false, "SMTP"},   {true, false, false, false, false, "ESMTP"},
      {true, false, true, false, false, "ESMTPS"},   {true, false, false, true, false, "ESMTPA"},
      {true, false, true, true, false, "ESMTPSA"},   {true, true, false, false, false, "UTF8SMTP"},
      {true, true, true, false, false, "UTF8SMTPS"}, {true, true, false, true, false, "UTF8SMTPA"},
      {true, true, true, true, false, "UTF8SMTPSA"}, {true, false, false, false, true, "LMTP"},
      {true, false, true, false, true, "LMTPS"},     {true, true, false, false, true, "UTF8LMTP"},
      {true, true, true, false, true, "UTF8LMTPS"},
  };
  for (const auto& c : cases) {
    Trace trace = plain();
    trace.is_esmtp = c.esmtp;
    trace.is_smtputf8 = c.utf8;
    trace.tls = c.tls ? "TLSv1.3 X" : "";
    trace.is_authenticated = c.auth;
    trace.is_lmtp = c.lmtp;
    EXPECT_EQ(with_protocol(trace), c.want);
  }
}

TEST(Trace, TellsNothingOfAHiddenClient) {
  Trace trace = plain();
  trace.hides_client = true;
  const std::string text = print_trace(trace, kAlice, nullptr);
  EXPECT_TRUE(text.contains("Received: from mail.example.test (a user of this server)\r\n by mail.example.test"));
  EXPECT_FALSE(text.contains("client.example"));
  EXPECT_FALSE(text.contains("192.0.2.1"));
}

// RFC 6710 §7
TEST(Trace, Priority) {
  Trace trace = plain();
  trace.priority = -3;
  EXPECT_TRUE(print_trace(trace, kAlice, &kBob).contains(" for <bob@example.test>\r\n PRIORITY -3; Wed, "));
}

}  // namespace
}  // namespace portreeve::smtp
