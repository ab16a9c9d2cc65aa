#include <openssl/x509.h>

#include "core/tls/digest.h"
#include "pair.h"

namespace portreeve::tls {
namespace {

using net::IoStep;
using testing::Client;
using testing::ClientOptions;
using testing::Folder;
using testing::Pair;

std::string shown_common_name(Client& client) {
  const bssl::UniquePtr<X509> shown(SSL_get_peer_certificate(client.ssl()));
  if (!shown) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name.data(), name.size());
  return name.data();
}

// The client's session for later; TLS 1.3 sends it with the first answer.
SSL_SESSION* session_of(Pair& pair) {
  EXPECT_EQ(pair.write("hello").bytes, 5U);
  EXPECT_EQ(pair.client().read(), "hello");
  return pair.client().session();
}

class Handshake : public ::testing::Test {
 protected:
  std::unique_ptr<CertificateStore> load(std::vector<CertificateFiles> files) {
    auto store = CertificateStore::load(std::move(files));
    EXPECT_TRUE(store) << store.error();
    return std::move(*store);
  }

  Folder folder_;
};

TEST_F(Handshake, TellsWhatWasAgreed) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  Context context(*store, {});
  struct Row {
    std::uint16_t version;
    std::string name;
    std::string cipher;
  };
  for (const auto& [version, name, cipher] :
       {Row{TLS1_2_VERSION, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_"}, Row{TLS1_3_VERSION, "TLSv1.3", "TLS_"}}) {
    Pair pair(context, {.server_name = "Mail.example.test", .least = version, .most = version});
    ASSERT_TRUE(pair.handshake());
    const net::TlsInfo& info = *pair.server().tls();
    EXPECT_EQ(info.version, name);
    EXPECT_TRUE(info.cipher.starts_with(cipher)) << info.cipher;
    EXPECT_EQ(info.server_name, "Mail.example.test");
    EXPECT_FALSE(info.is_resumed);
    EXPECT_EQ(pair.server().failure(), "");
  }
}

TEST_F(Handshake, BothSidesHaveTheSameChannelBindings) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  Context context(*store, {});
  std::string former;
  for (const std::uint16_t version : {std::uint16_t{TLS1_2_VERSION}, std::uint16_t{TLS1_3_VERSION}}) {
    Pair pair(context, {.least = version, .most = version});
    ASSERT_TRUE(pair.handshake());
    // RFC 9266 §2: 32 octets under this label, with an empty context
    std::array<std::uint8_t, 32> exported{};
    const std::string label = "EXPORTER-Channel-Binding";
    ASSERT_EQ(SSL_export_keying_material(pair.client().ssl(), exported.data(), exported.size(), label.data(),
                                         label.size(), nullptr, 0, 1),
              1);
    const std::string ours = pair.server().channel_binding("tls-exporter");
    EXPECT_EQ(ours, std::string(reinterpret_cast<const char*>(exported.data()), exported.size()));
    EXPECT_NE(ours, former) << "each connection has its own";
    former = ours;

    // RFC 5929 §4.1: the certificate as it was sent, by the hash of its signature, which is SHA-256 here
    const auto* chain = SSL_get0_peer_certificates(pair.client().ssl());
    const CRYPTO_BUFFER* leaf = sk_CRYPTO_BUFFER_value(chain, 0);
    const Sha256 hash = sha256({reinterpret_cast<const char*>(CRYPTO_BUFFER_data(leaf)), CRYPTO_BUFFER_len(leaf)});
    EXPECT_EQ(pair.server().channel_binding("tls-server-end-point"),
              std::string(reinterpret_cast<const char*>(hash.data()), hash.size()));
    EXPECT_EQ(pair.server().channel_binding("tls-unique"), "") << "not to be trusted (RFC 9325 §3.5)";
  }
}

TEST_F(Handshake, CarriesBytesBothWays) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  Context context(*store, {});
  Pair pair(context);
  ASSERT_TRUE(pair.handshake());
  pair.client().write("EHLO me\r\n");
  EXPECT_EQ(pair.read(), "EHLO me\r\n");
  EXPECT_EQ(pair.write("250 ", "you\r\n").bytes, 9U);
  EXPECT_EQ(pair.client().read(), "250 you\r\n");
  pair.server().shrink();
  pair.client().write("QUIT\r\n");
  EXPECT_EQ(pair.read(), "QUIT\r\n");
  EXPECT_EQ(pair.read(), "");
  EXPECT_EQ(pair.last(), IoStep::Status::want_read);
}

TEST_F(Handshake, ChoosesTheCertificateByServerName) {
  const auto store =
      load({folder_.certificate("first", {"first.example.test", "also.example.test"}),
            folder_.certificate("wild", {"*.wild.test"}), folder_.certificate("exact", {"exact.wild.test"})});
  Context context(*store, {});
  const std::pair<std::string, std::string> rows[] = {
      {"", "first.example.test"},
      {"first.example.test", "first.example.test"},
      {"also.example.test", "first.example.test"},
      {"ALSO.Example.Test", "first.example.test"},
      {"a.wild.test", "*.wild.test"},
      {"exact.wild.test", "exact.wild.test"},
      // A wildcard stands for one label.
      {"a.b.wild.test", "first.example.test"},
      {"wild.test", "first.example.test"},
      {"nobody.test", "first.example.test"},
  };
  for (const auto& [asked, shown] : rows) {
    Pair pair(context, {.server_name = asked});
    ASSERT_TRUE(pair.handshake()) << asked;
    EXPECT_EQ(shown_common_name(pair.client()), shown) << asked;
  }
}

TEST_F(Handshake, RefusesWhatIsTooOldOrTooWeak) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  Context context(*store, {});
  struct Row {
    ClientOptions options;
    std::string why;
  };
  const Row rows[] = {
      {{.least = TLS1_VERSION, .most = TLS1_VERSION}, "unsupported protocol"},
      {{.least = TLS1_1_VERSION, .most = TLS1_1_VERSION}, "unsupported protocol"},
      {{.most = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"}, "no shared cipher"},
      {{.most = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256"}, "no shared cipher"},
  };
  for (const auto& [options, why] : rows) {
    Pair pair(context, options);
    EXPECT_FALSE(pair.handshake());
    EXPECT_EQ(pair.server().failure(), why);
    EXPECT_NE(pair.client().error(), "") << "an alert tells the client";
  }
}

TEST_F(Handshake, RefusesForeignAlpnWithAnAlert) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  Context imap(*store, {.alpn = {"imap"}});
  Context smtp(*store, {});
  struct Row {
    Context* context;
    std::string offered;
    bool is_served;
  };
  const Row rows[] = {
      {&imap, "", true},
      {&imap, "\4imap", true},
      {&imap, "\2h2\4imap", true},
      {&imap, "\2h2\10http/1.1", false},
      {&imap, "\4pop3", false},
      {&smtp, "", true},
      {&smtp, "\2h2\10http/1.1", false},
  };
  for (const Row& row : rows) {
    Pair pair(*row.context, {.alpn = row.offered});
    EXPECT_EQ(pair.handshake(), row.is_served) << row.offered;
    if (row.is_served) continue;
    EXPECT_EQ(pair.client().error(), "tlsv1 alert no application protocol");
    EXPECT_EQ(pair.server().failure(), "no application protocol");
  }
}

TEST_F(Handshake, ResumesUnlessTicketsAreOff) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  for (const std::uint16_t version : {std::uint16_t{TLS1_2_VERSION}, std::uint16_t{TLS1_3_VERSION}}) {
    for (const bool use_tickets : {true, false}) {
      Context context(*store, {.use_tickets = use_tickets});
      Pair first(context, {.least = version, .most = version});
      ASSERT_TRUE(first.handshake());
      EXPECT_FALSE(first.server().tls()->is_resumed);
      Pair second(context, {.least = version, .most = version, .session = session_of(first)});
      ASSERT_TRUE(second.handshake());
      EXPECT_EQ(second.server().tls()->is_resumed, use_tickets) << version;
    }
  }
}

TEST_F(Handshake, SessionsOutliveAReload) {
  const auto store = load({folder_.certificate("a", {"old.example.test"})});
  Context context(*store, {});
  Pair old(context);
  ASSERT_TRUE(old.handshake());

  ASSERT_TRUE(store->reload({folder_.certificate("a", {"new.example.test"})}));
  Pair fresh(context);
  ASSERT_TRUE(fresh.handshake());
  EXPECT_EQ(shown_common_name(fresh.client()), "new.example.test");
  Pair resumed(context, {.session = session_of(old)});
  ASSERT_TRUE(resumed.handshake());
  EXPECT_TRUE(resumed.server().tls()->is_resumed) << "ticket keys stay";

  old.client().write("still here");
  EXPECT_EQ(old.read(), "still here");
}

TEST_F(Handshake, ABadReloadChangesNothing) {
  const auto store = load({folder_.certificate("a", {"old.example.test"})});
  Context context(*store, {});
  EXPECT_FALSE(store->reload({{folder_.file("none.pem"), folder_.file("none.key")}}));
  EXPECT_FALSE(store->reload({}));
  Pair pair(context);
  ASSERT_TRUE(pair.handshake());
  EXPECT_EQ(shown_common_name(pair.client()), "old.example.test");
}

TEST_F(Handshake, FailsOnWhatIsNotTls) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  Context context(*store, {});
  const std::pair<std::string_view, std::string> rows[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "http request"},
      {"EHLO me.example.test\r\n", "wrong version number"},
  };
  for (const auto& [sent, why] : rows) {
    Pair pair(context);
    ASSERT_EQ(send(pair.client_fd(), sent.data(), sent.size(), 0), static_cast<ssize_t>(sent.size()));
    EXPECT_EQ(pair.server().handshake().status, IoStep::Status::failed);
    EXPECT_EQ(pair.server().failure(), why);
    EXPECT_EQ(pair.server().shutdown().status, IoStep::Status::done);
  }
}

TEST_F(Handshake, EndsWhenThePeerLeaves) {
  const auto store = load({folder_.certificate("a", {"mail.example.test"})});
  Context context(*store, {});
  Pair pair(context);
  EXPECT_EQ(pair.server().handshake().status, IoStep::Status::want_read);
  pair.close_client();
  EXPECT_EQ(pair.server().handshake().status, IoStep::Status::eof);
}

}  // namespace
}  // namespace portreeve::tls
