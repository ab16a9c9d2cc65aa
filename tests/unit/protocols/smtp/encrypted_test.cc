// Sessions over TLS.
#include <openssl/ssl.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "fake_outbound.h"
#include "session_fixture.h"

namespace portreeve::smtp {
namespace {

// TLS between memory and the socket, so that it is the test's affair what leaves together.
class TlsPeer : public Peer {
 public:
  // The last words of the handshake are held back until something is said.
  void shake_hands() {
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    while (SSL_do_handshake(ssl_.get()) != 1) {
      send_pending();
      ASSERT_TRUE(receive());
    }
  }
  void say(std::string_view bytes) override {
    if (!ssl_) return Peer::say(bytes);
    ASSERT_EQ(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())), static_cast<int>(bytes.size()));
    send_pending();
  }
  bool read_more() override {
    if (!ssl_) return Peer::read_more();
    send_pending();
    for (std::array<char, 4096> text{};;) {
      const int got = SSL_read(ssl_.get(), text.data(), text.size());
      if (got > 0) {
        unread_.append(text.data(), static_cast<std::size_t>(got));
        return true;
      }
      if (SSL_get_error(ssl_.get(), got) != SSL_ERROR_WANT_READ || !receive()) return false;
    }
  }

 private:
  void send_pending() {
    std::array<char, 4096> bytes{};
    for (int got = 0; (got = BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), bytes.size())) > 0;) {
      Peer::say({bytes.data(), static_cast<std::size_t>(got)});
    }
  }
  bool receive() {
    std::array<char, 4096> bytes{};
    const ssize_t got = recv(fd(), bytes.data(), bytes.size(), 0);
    return got > 0 && BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(got)) == got;
  }

  bssl::UniquePtr<SSL_CTX> context_{SSL_CTX_new(TLS_method())};
  bssl::UniquePtr<SSL> ssl_;
};

class Encrypted : public ::testing::Test {
 protected:
  Encrypted() {
    std::string name = std::filesystem::temp_directory_path() / "portreeve-smtp-XXXXXX";
    folder_ = mkdtemp(name.data());
    const tls::CertificateFiles files{folder_ / "a.pem", folder_ / "a.key"};
    EXPECT_TRUE(tls::make_self_signed(files, {"mail.example.test"}));
    certificates_ = std::move(*tls::CertificateStore::load({files}));
    context_ = std::make_unique<tls::Context>(*certificates_, tls::ContextOptions{});
    options_.security.tls = context_.get();
    options_.resolve.host_name = "mail.example.test";
    options_.outbound = &outbound_;
  }
  ~Encrypted() override {
    peer_.hang_up();
    host_.finish();
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path folder_;
  std::unique_ptr<tls::CertificateStore> certificates_;
  std::unique_ptr<tls::Context> context_;
  Options options_;
  FakeStore store_;
  FakeOutbound outbound_{store_};
  Host host_{store_};
  TlsPeer peer_;
};

TEST_F(Encrypted, WhoeverTalksBeforeTheGreeting) {
  options_.security.is_implicit = true;
  peer_.take(host_.connect(options_));
  peer_.shake_hands();
  peer_.say("EHLO x\r\n");
  EXPECT_EQ(peer_.rest(), "554 5.5.1 You talked before the greeting, closing\r\n");
}

TEST_F(Encrypted, WhoeverListensIsGreeted) {
  options_.security.is_implicit = true;
  options_.greeting_delay = async::Milliseconds(1);
  peer_.take(host_.connect(options_));
  peer_.shake_hands();
  EXPECT_EQ(peer_.next_code(), "220");
  EXPECT_EQ(peer_.code("STARTTLS"), "503 5.5.1");
}

// RFC 3207 §4.2
TEST_F(Encrypted, NothingFromBeforeCounts) {
  peer_.take(host_.connect(options_));
  EXPECT_EQ(peer_.next_code(), "220");
  EXPECT_TRUE(peer_.asked("EHLO x").contains("STARTTLS"));
  EXPECT_EQ(peer_.code("MAIL FROM:<a@b>"), "250 2.1.0");
  peer_.say("STARTTLS\r\nRSET\r\nEHLO evil\r\n");  // what is behind it is nobody's
  EXPECT_EQ(peer_.next_code(), "220 2.0.0");
  peer_.shake_hands();
  EXPECT_EQ(peer_.code("RCPT TO:<bob@example.test>"), "503 5.5.1");
  const std::string hello = peer_.asked("EHLO x");
  EXPECT_FALSE(hello.contains("STARTTLS"));
  EXPECT_TRUE(hello.contains("250-REQUIRETLS\r\n"));
  EXPECT_EQ(peer_.code("MAIL FROM:<a@b>"), "250 2.1.0");
  EXPECT_EQ(peer_.code("RCPT TO:<bob@example.test>"), "250 2.1.5");
  EXPECT_EQ(peer_.code("DATA"), "354");
  EXPECT_EQ(peer_.code("."), "250 2.0.0");
  EXPECT_TRUE(store_.delivered().at(0).text.contains(" with ESMTPS (TLSv1.3 "));
}

// RFC 8689 §2: it is said over TLS only, and goes with the message.
TEST_F(Encrypted, RequireTls) {
  options_.role = Role::submission;
  peer_.take(host_.connect(options_));
  EXPECT_EQ(peer_.next_code(), "220");
  EXPECT_FALSE(peer_.asked("EHLO x").contains("AUTH"));
  EXPECT_EQ(peer_.code("AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ="), "538 5.7.11");
  EXPECT_EQ(peer_.code("STARTTLS"), "220 2.0.0");
  peer_.shake_hands();
  EXPECT_EQ(peer_.code("EHLO x"), "250");
  EXPECT_EQ(peer_.code("AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ="), "235 2.7.0");
  EXPECT_EQ(peer_.code("MAIL FROM:<alice@example.test> REQUIRETLS"), "250 2.1.0");
  EXPECT_EQ(peer_.code("RCPT TO:<x@elsewhere.example>"), "250 2.1.5");
  EXPECT_EQ(peer_.code("DATA"), "354");
  EXPECT_EQ(peer_.code("."), "250 2.0.0");
  ASSERT_EQ(outbound_.handed().size(), 1U);
  EXPECT_TRUE(outbound_.handed()[0].envelope.requires_tls);
}

TEST_F(Encrypted, RequireTlsInClear) {
  peer_.take(host_.connect(options_));
  EXPECT_EQ(peer_.next_code(), "220");
  EXPECT_FALSE(peer_.asked("EHLO x").contains("REQUIRETLS"));
  EXPECT_EQ(peer_.code("MAIL FROM:<a@b> REQUIRETLS"), "555 5.5.4");
}

// The report on such a message must not go on in clear either (RFC 8689 §5).
TEST_F(Encrypted, AReportRequiresTlsToo) {
  options_.security.is_implicit = true;
  peer_.take(host_.connect(options_));
  peer_.shake_hands();
  EXPECT_EQ(peer_.next_code(), "220");
  EXPECT_EQ(peer_.code("EHLO x"), "250");
  EXPECT_EQ(peer_.code("MAIL FROM:<x@elsewhere.example> REQUIRETLS"), "250 2.1.0");
  EXPECT_EQ(peer_.code("RCPT TO:<bob@example.test> NOTIFY=SUCCESS"), "250 2.1.5");
  EXPECT_EQ(peer_.code("DATA"), "354");
  EXPECT_EQ(peer_.code("."), "250 2.0.0");
  ASSERT_EQ(outbound_.handed().size(), 1U);
  EXPECT_TRUE(outbound_.handed()[0].envelope.requires_tls);
}

}  // namespace
}  // namespace portreeve::smtp
