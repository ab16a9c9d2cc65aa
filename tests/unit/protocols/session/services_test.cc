#include "protocols/session/services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "protocols/session/connection_log.h"
#include "run.h"

namespace portreeve::session {
namespace {

using ::testing::HasSubstr;
using testing::Log;
using testing::Sockets;

class SecurityTest : public ::testing::Test {
 protected:
  SecurityTest() {
    std::string name = std::filesystem::temp_directory_path() / "portreeve-session-XXXXXX";
    folder_ = mkdtemp(name.data());
    const tls::CertificateFiles files{folder_ / "a.pem", folder_ / "a.key"};
    EXPECT_TRUE(tls::make_self_signed(files, {"mail.example.test"}));
    certificates_ = std::move(*tls::CertificateStore::load({files}));
    context_ = std::make_unique<tls::Context>(*certificates_, tls::ContextOptions{});
  }
  ~SecurityTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::unique_ptr<tls::CertificateStore> certificates_;
  std::unique_ptr<tls::Context> context_;
};

// A peer that takes `clear` bytes of greeting, shakes hands and reads a line.
std::string peer_reads(int fd, std::size_t clear) {
  std::string greeting(clear, '\0');
  if (clear > 0 && recv(fd, greeting.data(), clear, MSG_WAITALL) != static_cast<ssize_t>(clear)) return "no greeting";
  const bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  const bssl::UniquePtr<SSL> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), fd);
  if (SSL_connect(ssl.get()) != 1) return "no handshake";
  std::array<char, 100> line{};
  const int got = SSL_read(ssl.get(), line.data(), line.size());
  return {line.data(), static_cast<std::size_t>(std::max(got, 0))};
}

async::Task<> greet(async::Loop& loop, int fd, Security security, bool& is_secured) {
  net::Connection connection(loop, fd);
  testing::introduce(connection);
  is_secured = co_await begin_security(connection, security, std::chrono::seconds(30));
  if (is_secured) {
    EXPECT_EQ(may_ask_password(connection, security), security.is_implicit || security.allows_plaintext_password);
    EXPECT_EQ(can_start_tls(connection, security), security.tls != nullptr && !security.is_implicit);
    connection.stream.write("* OK\r\n");
  }
  co_await connection.stream.close();
  log_connection_closed(connection, "imap", is_secured ? "quit" : "TLS failure", "alice@example.test");
}

async::Task<> upgrade(async::Loop& loop, int fd, Security security, bool& is_secured) {
  net::Connection connection(loop, fd);
  testing::introduce(connection);
  log_connection_opened(connection, "imap");
  connection.stream.write("OK go\r\n");
  is_secured = co_await upgrade_tls(connection, security, std::chrono::seconds(30));
  if (is_secured) {
    EXPECT_TRUE(may_ask_password(connection, security));
    EXPECT_FALSE(can_start_tls(connection, security));
    connection.stream.write("* OK\r\n");
  }
  co_await connection.stream.close();
}

TEST_F(SecurityTest, ImplicitTlsComesFirst) {
  Log log;
  Sockets sockets;
  std::string heard;
  std::thread peer([&] { heard = peer_reads(sockets.peer(), 0); });
  async::Loop loop;
  bool is_secured = false;
  testing::run(loop, greet(loop, sockets.ours(), {.tls = context_.get(), .is_implicit = true}, is_secured));
  peer.join();
  EXPECT_TRUE(is_secured);
  EXPECT_EQ(heard, "* OK\r\n");
  const std::string text = log.text();
  EXPECT_THAT(text, HasSubstr("connection id=c1 protocol=imap peer=192.0.2.7:4711 local=192.0.2.1:143 tls=TLSv1.3 "
                              "cipher=TLS_"));
  EXPECT_THAT(text, HasSubstr("account=alice@example.test received=0 sent=6 reason=quit failure=-"));
}

TEST_F(SecurityTest, OtherListenersBeginInClear) {
  for (const bool allows_plaintext : {false, true}) {
    Log log;
    Sockets sockets;
    async::Loop loop;
    bool is_secured = false;
    const Security security{.tls = context_.get(), .allows_plaintext_password = allows_plaintext};
    testing::run(loop, greet(loop, sockets.ours(), security, is_secured));
    EXPECT_TRUE(is_secured);
    std::array<char, 6> heard{};
    EXPECT_EQ(recv(sockets.peer(), heard.data(), heard.size(), MSG_WAITALL), 6);
    EXPECT_THAT(log.text(), HasSubstr("tls=- cipher=-"));
  }
}

TEST_F(SecurityTest, AFailedHandshakeEndsTheSessionWithALine) {
  struct Row {
    std::string_view said;
    std::string reason;
  };
  for (const auto& [said, reason] :
       {Row{"GET / HTTP/1.1\r\n\r\n", "reason=\"http request\""}, Row{"", "reason=\"closed by the peer\""}}) {
    Log log;
    Sockets sockets;
    if (!said.empty()) sockets.say(said);
    if (said.empty()) sockets.close_peer();
    async::Loop loop;
    bool is_secured = true;
    testing::run(loop, greet(loop, sockets.ours(), {.tls = context_.get(), .is_implicit = true}, is_secured));
    EXPECT_FALSE(is_secured);
    EXPECT_THAT(log.text(), HasSubstr("tls_failed id=c1 peer=192.0.2.7:4711 local=192.0.2.1:143 " + reason));
  }
}

TEST_F(SecurityTest, ImplicitTlsWithoutAContextServesNobody) {
  Log log;
  Sockets sockets;
  async::Loop loop;
  bool is_secured = true;
  testing::run(loop, greet(loop, sockets.ours(), {.is_implicit = true}, is_secured));
  EXPECT_FALSE(is_secured);
}

TEST_F(SecurityTest, UpgradeAnswersFirst) {
  Log log;
  Sockets sockets;
  std::string heard;
  std::thread peer([&] { heard = peer_reads(sockets.peer(), 7); });
  async::Loop loop;
  bool is_secured = false;
  testing::run(loop, upgrade(loop, sockets.ours(), {.tls = context_.get()}, is_secured));
  peer.join();
  EXPECT_TRUE(is_secured);
  EXPECT_EQ(heard, "* OK\r\n");
  EXPECT_THAT(log.text(), HasSubstr("connected id=c1 protocol=imap"));
}

}  // namespace
}  // namespace portreeve::session
