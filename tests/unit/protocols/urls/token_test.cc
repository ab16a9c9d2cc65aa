// The tokens of authorized URLs (RFC 4467 §2.4.1).
#include "protocols/urls/token.h"

#include <gtest/gtest.h>

namespace portreeve::urls {
namespace {

constexpr std::string_view kRump = "imap://joe@h/x/;UID=1;URLAUTH=anonymous";

TEST(Token, NamesItsAlgorithmAndIsAnHmac) {
  // RFC 4231 §4.3, test case 2
  EXPECT_EQ(internal_token("Jefe", "what do ya want for nothing?"),
            "015bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Token, IsRightForItsKeyAndItsUrlAlone) {
  const std::string key = new_access_key();
  EXPECT_EQ(key.size(), 32U);
  EXPECT_NE(key, new_access_key());
  const std::string token = internal_token(key, kRump);
  EXPECT_TRUE(is_right_token(token, key, kRump));
  EXPECT_FALSE(is_right_token(token, new_access_key(), kRump));
  EXPECT_FALSE(is_right_token(token, key, "imap://joe@h/x/;UID=2;URLAUTH=anonymous"));
  // RFC 4467 §6: nothing is done to the rump, not even to its case.
  EXPECT_FALSE(is_right_token(token, key, "imap://joe@H/x/;UID=1;URLAUTH=anonymous"));
  EXPECT_FALSE(is_right_token("02" + token.substr(2), key, kRump));
  EXPECT_FALSE(is_right_token(token.substr(0, 64), key, kRump));
  EXPECT_FALSE(is_right_token("", key, kRump));
}

TEST(Token, WithoutAKeyNoneIsRight) { EXPECT_FALSE(is_right_token(internal_token("", kRump), "", kRump)); }

}  // namespace
}  // namespace portreeve::urls
