#include "core/auth/verifier.h"

#include <gtest/gtest.h>

#include "core/tls/digest.h"

namespace portreeve::auth {
namespace {

std::string bytes_of(const tls::Sha256& digest) { return std::string(tls::view(digest)); }

// RFC 7677 §3's exchange.
constexpr std::string_view kSalt = "W22ZaJ0SNY7soEsUEjb6gQ==";
constexpr std::string_view kAuthMessage =
    "n=user,r=rOprNGfwEbeRWgbNEkqO,"
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

TEST(Verifier, KeepsWhatScramNeeds) {
  const std::string verifier = make_verifier("pencil", *tls::base64_decode(kSalt), 4096);
  const std::string head = "SCRAM-SHA-256$4096:" + std::string(kSalt) + "$";
  ASSERT_TRUE(verifier.starts_with(head)) << verifier;
  const std::string keys = verifier.substr(head.size());
  const auto stored_key = tls::base64_decode(keys.substr(0, 44));
  const auto server_key = tls::base64_decode(keys.substr(45));
  ASSERT_TRUE(stored_key && server_key) << keys;

  EXPECT_EQ(tls::base64_encode(bytes_of(tls::hmac_sha256(*server_key, kAuthMessage))),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  std::string client_key = *tls::base64_decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  const std::string signature = bytes_of(tls::hmac_sha256(*stored_key, kAuthMessage));
  for (std::size_t i = 0; i < client_key.size(); ++i) client_key[i] = static_cast<char>(client_key[i] ^ signature[i]);
  EXPECT_EQ(bytes_of(tls::sha256(client_key)), *stored_key);
}

TEST(Verifier, VerifiesItsPasswordOnly) {
  const std::string verifier = make_verifier("pencil");
  EXPECT_TRUE(is_verifier(verifier));
  EXPECT_TRUE(verify("pencil", verifier));
  for (const std::string& wrong : {std::string(), std::string("Pencil"), std::string("pencil "), std::string("penci"),
                                   std::string("pencil\0", 7), std::string(kMaxPasswordBytes + 1, 'x')}) {
    EXPECT_FALSE(verify(wrong, verifier)) << wrong;
  }
  const std::string longest(kMaxPasswordBytes, 'x');
  EXPECT_TRUE(verify(longest, make_verifier(longest)));
  EXPECT_TRUE(verify("gr\xc3\xbc\xc3\x9f", make_verifier("gr\xc3\xbc\xc3\x9f")));
}

TEST(Verifier, SaltsEachAnew) { EXPECT_NE(make_verifier("pencil"), make_verifier("pencil")); }

TEST(Verifier, TheUnknownUsersIsWellFormedAndVerifiesNothing) {
  EXPECT_TRUE(is_verifier(unknown_user_verifier()));
  EXPECT_EQ(unknown_user_verifier(), unknown_user_verifier());
  EXPECT_TRUE(unknown_user_verifier().starts_with("SCRAM-SHA-256$4096:")) << "as slow as a real one";
  EXPECT_FALSE(verify("", unknown_user_verifier()));
  EXPECT_FALSE(verify("pencil", unknown_user_verifier()));
}

TEST(Verifier, TellsWhatIsNone) {
  const std::string key = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";
  EXPECT_TRUE(is_verifier("SCRAM-SHA-256$4096:" + std::string(kSalt) + "$" + key + ":" + key));
  EXPECT_TRUE(is_verifier("SCRAM-SHA-256$1000000:" + std::string(kSalt) + "$" + key + ":" + key));
  for (const std::string& text : {
           std::string(),
           std::string("pencil"),
           "SCRAM-SHA-1$4096:" + std::string(kSalt) + "$" + key + ":" + key,
           "SCRAM-SHA-256$0:" + std::string(kSalt) + "$" + key + ":" + key,
           "SCRAM-SHA-256$-1:" + std::string(kSalt) + "$" + key + ":" + key,
           "SCRAM-SHA-256$4096x:" + std::string(kSalt) + "$" + key + ":" + key,
           "SCRAM-SHA-256$1000001:" + std::string(kSalt) + "$" + key + ":" + key,
           "SCRAM-SHA-256$99999999999:" + std::string(kSalt) + "$" + key + ":" + key,
           "SCRAM-SHA-256$4096:$" + key + ":" + key,
           "SCRAM-SHA-256$4096:*$" + key + ":" + key,
           "SCRAM-SHA-256$4096:" + std::string(kSalt) + "$" + key,
           "SCRAM-SHA-256$4096:" + std::string(kSalt) + "$" + key + ":",
           "SCRAM-SHA-256$4096:" + std::string(kSalt) + "$" + key + ":" + key + "\n",
           "SCRAM-SHA-256$4096:" + std::string(kSalt) + "$AAAA:" + key,
           "SCRAM-SHA-256$4096:" + tls::base64_encode(std::string(65, 's')) + "$" + key + ":" + key,
       }) {
    EXPECT_FALSE(is_verifier(text)) << text;
    EXPECT_FALSE(verify("pencil", text)) << text;
  }
}

}  // namespace
}  // namespace portreeve::auth
