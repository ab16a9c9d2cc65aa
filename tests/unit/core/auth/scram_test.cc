#include "core/auth/scram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/tls/digest.h"

namespace portreeve::auth {
namespace {

using ::testing::HasSubstr;

// RFC 7677 §3's exchange.
constexpr std::string_view kClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr const char* kServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

std::string salt() { return *tls::base64_decode("W22ZaJ0SNY7soEsUEjb6gQ=="); }
ScramKeys keys_of(std::string_view password, std::uint32_t iterations = 4096) {
  return *scram_keys(make_verifier(password, salt(), iterations));
}
std::string bytes_of(const tls::Sha256& digest) { return std::string(tls::view(digest)); }

// A client's part, by RFC 5802 §3.
std::string client_final(std::string_view password, std::string_view client_first_bare, std::string_view server_first,
                         std::string_view binding_input, std::uint32_t iterations) {
  const std::string nonce(server_first.substr(0, server_first.find(",s=")));
  const std::string without_proof = "c=" + tls::base64_encode(binding_input) + ',' + nonce;
  const std::string auth_message =
      std::string(client_first_bare) + ',' + std::string(server_first) + ',' + without_proof;
  const std::string salted = bytes_of(tls::pbkdf2_sha256(password, salt(), iterations));
  std::string proof = bytes_of(tls::hmac_sha256(salted, "Client Key"));
  const std::string signature = bytes_of(tls::hmac_sha256(bytes_of(tls::sha256(proof)), auth_message));
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ signature[i]);
  return without_proof + ",p=" + tls::base64_encode(proof);
}

// The whole exchange; the server-final-message, "no", or "malformed: why".
std::string exchange(ScramServer server, const std::string& gs2_header, const std::string& binding,
                     std::string_view password, std::vector<ScramKeys> keys) {
  const std::string bare = "n=user,r=client";
  const auto claim = server.begin(gs2_header + bare);
  if (!claim) return "malformed: " + claim.error().why;
  const std::string first = server.challenge(std::move(keys));
  const auto verdict = server.finish(client_final(password, bare, first, gs2_header + binding, 16));
  if (!verdict) return "malformed: " + verdict.error().why;
  return verdict->value_or("no");
}

TEST(Scram, AnswersAsTheRfcsExampleDoes) {
  ScramServer server({}, kServerNonce);
  const auto claim = server.begin(kClientFirst);
  ASSERT_TRUE(claim) << claim.error().why;
  EXPECT_EQ(claim->authentication, "user");
  EXPECT_EQ(claim->authorization, "");
  EXPECT_EQ(server.challenge({keys_of("pencil")}), kServerFirst);
  const auto verdict = server.finish(kClientFinal);
  ASSERT_TRUE(verdict) << verdict.error().why;
  EXPECT_EQ(*verdict, kServerFinal);
}

TEST(Scram, RefusesAWrongProof) {
  ScramServer server({}, kServerNonce);
  ASSERT_TRUE(server.begin(kClientFirst));
  server.challenge({keys_of("Pencil")});
  const auto verdict = server.finish(kClientFinal);
  ASSERT_TRUE(verdict) << verdict.error().why;
  EXPECT_EQ(*verdict, std::nullopt);
}

TEST(Scram, TriesEachOfAnAccountsPasswords) {
  const std::vector<ScramKeys> keys{keys_of("main", 16), keys_of("phone", 16), keys_of("laptop", 16)};
  for (const char* password : {"main", "phone", "laptop"}) {
    EXPECT_THAT(exchange(ScramServer({}, "s"), "n,,", "", password, keys), HasSubstr("v=")) << password;
  }
  EXPECT_EQ(exchange(ScramServer({}, "s"), "n,,", "", "tablet", keys), "no");
}

TEST(Scram, BindsToTheChannel) {
  const std::vector<ChannelBinding> bindings{{"tls-exporter", "our key"}, {"tls-server-end-point", "our hash"}};
  const std::vector<ScramKeys> keys{keys_of("pencil", 16)};
  const auto with = [&](bool is_plus, const std::string& header, const std::string& data) {
    return exchange(ScramServer({.is_plus = is_plus, .is_plus_announced = true, .bindings = bindings}, "s"), header,
                    data, "pencil", keys);
  };
  EXPECT_THAT(with(true, "p=tls-exporter,,", "our key"), HasSubstr("v="));
  EXPECT_THAT(with(true, "p=tls-server-end-point,,", "our hash"), HasSubstr("v="));
  EXPECT_THAT(with(false, "n,,", ""), HasSubstr("v="));

  EXPECT_EQ(with(true, "p=tls-exporter,,", "another's key"), "no") << "somebody stands between";
  EXPECT_EQ(with(true, "p=tls-exporter,,", "our hash"), "no");
  EXPECT_THAT(with(true, "p=tls-unique,,", "our key"), HasSubstr("malformed: that type"));
  EXPECT_THAT(with(true, "n,,", ""), HasSubstr("malformed: the -PLUS mechanism needs"));
  EXPECT_THAT(with(false, "p=tls-exporter,,", "our key"), HasSubstr("malformed: channel binding belongs"));
  EXPECT_THAT(with(false, "y,,", ""), HasSubstr("malformed: the server does support"));
  EXPECT_THAT(exchange(ScramServer({}, "s"), "y,,", "", "pencil", keys), HasSubstr("v=")) << "without TLS";
  EXPECT_THAT(exchange(ScramServer({.bindings = bindings}, "s"), "y,,", "", "pencil", keys), HasSubstr("v="))
      << "nothing was taken away from what is not announced";
}

TEST(Scram, ReadsNames) {
  const auto claimed = [](std::string_view message) {
    const auto claim = ScramServer({}, "s").begin(message);
    return claim ? claim->authorization + "|" + claim->authentication : "malformed";
  };
  EXPECT_EQ(claimed("n,,n=alice@example.test,r=x"), "|alice@example.test");
  EXPECT_EQ(claimed("n,a=bob,n=alice,r=x"), "bob|alice");
  EXPECT_EQ(claimed("n,,n=a=2Cb=3Dc,r=x"), "|a,b=c");
  EXPECT_EQ(claimed("n,,n=alice,r=x,future=1"), "|alice") << "RFC 5802 §5.1: optional extensions are ignored";
  for (const char* wrong : {"", "n", "n,", "n,,", "n,,n=alice", "n,,n=,r=x", "n,,n=alice,r=", "n,,n=a=2cb,r=x",
                            "n,,n=a=,r=x", "n,,m=strange,n=alice,r=x", "n,bob,n=alice,r=x", "n,a=,n=alice,r=x",
                            "x,,n=alice,r=x", "p=,,n=alice,r=x", "n,,n=alice,r=\xc3\xbc", "n,,r=x,n=alice"}) {
    EXPECT_EQ(claimed(wrong), "malformed") << wrong;
  }
  EXPECT_EQ(claimed("n,,n=" + std::string(kMaxNameBytes, 'x') + ",r=x"), "|" + std::string(kMaxNameBytes, 'x'));
  EXPECT_EQ(claimed("n,,n=" + std::string(kMaxNameBytes + 1, 'x') + ",r=x"), "malformed");
  EXPECT_EQ(claimed("n,,n=alice,r=" + std::string(ScramServer::kMaxMessageBytes, 'x')), "malformed");
}

TEST(Scram, RefusesAFinalMessageThatIsNoneOfThisExchange) {
  const std::string nonce = "r=rOprNGfwEbeRWgbNEkqO" + std::string(kServerNonce);
  const std::string proof = ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  for (const std::string& wrong :
       {std::string(), std::string("c=biws"), "c=biws," + nonce, "c=biws," + nonce + ",p=", "c=!," + nonce + proof,
        "c=biws," + nonce + ",p=AAAA", nonce + ",c=biws" + proof, "c=biws," + nonce + "x" + proof,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO" + proof, "c=biws" + proof}) {
    ScramServer server({}, kServerNonce);
    ASSERT_TRUE(server.begin(kClientFirst));
    server.challenge({keys_of("pencil")});
    EXPECT_FALSE(server.finish(wrong)) << wrong;
  }
}

TEST(Scram, UnknownNamesHaveSaltsOfTheirOwnThatStay) {
  const ScramKeys first = unknown_scram_keys("secret", "nobody@example.test");
  EXPECT_EQ(first.salt, unknown_scram_keys("secret", "nobody@example.test").salt);
  EXPECT_NE(first.salt, unknown_scram_keys("secret", "somebody@example.test").salt);
  EXPECT_NE(first.salt, unknown_scram_keys("another", "nobody@example.test").salt);
  EXPECT_EQ(first.iterations, kIterations);
  EXPECT_EQ(first.salt.size(), scram_keys(make_verifier("pencil"))->salt.size()) << "as a real one looks";
}

TEST(Scram, NoncesAreNew) {
  EXPECT_NE(make_nonce(), make_nonce());
  EXPECT_EQ(make_nonce().find(','), std::string::npos);
}

}  // namespace
}  // namespace portreeve::auth
