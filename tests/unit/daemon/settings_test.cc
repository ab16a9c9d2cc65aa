#include "daemon/settings.h"

#include <gtest/gtest.h>

namespace portreeve::daemon {
namespace {

TEST(Settings, ListenersBecomeAddresses) {
  config::Listener listener;
  listener.port = 25;
  const auto both = listen_addresses(listener);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].host, "0.0.0.0");
  EXPECT_EQ(both[1].host, "::");
  EXPECT_EQ(both[1].port, 25);
  listener.path = "/run/s";
  listener.mode = 0600;
  const auto socket = listen_addresses(listener);
  ASSERT_EQ(socket.size(), 1U);
  EXPECT_EQ(socket[0].unix_path, "/run/s");
  EXPECT_EQ(socket[0].unix_mode, 0600U);
}

TEST(Settings, RefusalsSpeakTheProtocol) {
  struct Row {
    config::Protocol protocol;
    std::string_view begins;
  };
  for (const Row& row : {Row{config::Protocol::smtp, "421 4.7.0 mail.test "},
                         {config::Protocol::submission, "421 4.7.0 mail.test "},
                         {config::Protocol::lmtp, "421 4.7.0 mail.test "},
                         {config::Protocol::pop3, "-ERR [SYS/TEMP] "},
                         {config::Protocol::imap, "* BYE [UNAVAILABLE] "}}) {
    const std::string line = refusal(row.protocol, "mail.test");
    EXPECT_TRUE(line.starts_with(row.begins)) << line;
    EXPECT_TRUE(line.ends_with("\r\n")) << line;
  }
}

TEST(Settings, TlsIsWantedWhereAListenerOffersIt) {
  config::Config config;
  EXPECT_FALSE(uses_tls(config));
  config.listeners.emplace_back().tls = config::TlsMode::none;
  EXPECT_FALSE(uses_tls(config));
  config.listeners.emplace_back().tls = config::TlsMode::implicit;
  EXPECT_TRUE(uses_tls(config));
}

TEST(Settings, OptionsFollowTheConfiguration) {
  config::Config config;
  config.limits.max_message_size = 1 << 20;
  config.limits.max_errors = 7;
  config.limits.transfer_timeout = std::chrono::seconds(9);
  config.imap.idle_nudge = std::chrono::seconds(8);
  config.pop3.login_timeout = std::chrono::seconds(5);
  config::Listener listener;
  listener.protocol = config::Protocol::submission;
  listener.tls = config::TlsMode::implicit;
  listener.plaintext_auth = true;

  const smtp::Options submission = smtp_options(config, listener, nullptr);
  EXPECT_EQ(submission.role, smtp::Role::submission);
  EXPECT_TRUE(submission.security.is_implicit);
  EXPECT_TRUE(submission.security.allows_plaintext_password);
  EXPECT_EQ(submission.max_message_bytes, 1U << 20);
  EXPECT_EQ(submission.timeouts.transfer, std::chrono::seconds(9));

  listener = {};
  EXPECT_EQ(smtp_options(config, listener, nullptr).role, smtp::Role::mx);
  const pop3::Options pop3 = pop3_options(config, listener, nullptr);
  EXPECT_EQ(pop3.login_timeout, std::chrono::seconds(5));
  EXPECT_EQ(pop3.max_errors, 7U);
  EXPECT_FALSE(pop3.security.is_implicit);
  const imap::Options imap = imap_options(config, listener, nullptr);
  EXPECT_EQ(imap.max_append_bytes, 1U << 20);
  EXPECT_EQ(imap.idle_nudge, std::chrono::seconds(8));
  EXPECT_FALSE(imap.version.empty());
}

TEST(Settings, AddressesResolveByTheConfiguration) {
  config::Config config;
  config.host_name = "mail.test";
  config.smtp.subaddress_delimiters = "+-";
  config.smtp.postmaster = "alice@mail.test";
  const store::ResolveOptions options = resolve_options(config);
  EXPECT_EQ(options.host_name, "mail.test");
  EXPECT_EQ(options.delimiters, "+-");
  EXPECT_EQ(options.postmaster, "alice@mail.test");
}

TEST(Settings, LoginsAreThrottledAsConfigured) {
  config::Config config;
  config.auth.max_failures_per_account = 7;
  config.auth.max_failures_per_address = 70;
  config.auth.failure_memory = std::chrono::minutes(5);
  config.auth.never_throttle = {"10.0.0.0/8", "2001:db8::1"};
  const session::LoginOptions options = login_options(config);
  EXPECT_EQ(options.throttle.max_failures_per_account, 7U);
  EXPECT_EQ(options.throttle.max_failures_per_address, 70U);
  EXPECT_EQ(options.throttle.memory, std::chrono::seconds(300));
  EXPECT_TRUE(options.is_exempt({net::Endpoint::Family::ipv4, "10.1.2.3", 1}));
  EXPECT_TRUE(options.is_exempt({net::Endpoint::Family::ipv6, "2001:db8::1", 1}));
  EXPECT_FALSE(options.is_exempt({net::Endpoint::Family::ipv4, "192.0.2.1", 1}));
}

TEST(Settings, CurrentKeepsWhatWasHandedOut) {
  Current<std::string> current("one");
  const auto before = current.get();
  current.set("two");
  EXPECT_EQ(*before, "one");
  EXPECT_EQ(*current.get(), "two");
}

}  // namespace
}  // namespace portreeve::daemon
