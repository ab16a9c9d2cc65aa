#include "protocols/session/password_cache.h"

#include <gtest/gtest.h>

namespace portreeve::session {
namespace {

using namespace std::chrono_literals;

store::Account account(store::AccountId id, std::string verifier = "v") {
  store::Account made;
  made.id = id;
  made.verifier = std::move(verifier);
  return made;
}

TEST(PasswordCache, KnowsTheRightPasswordOnly) {
  PasswordCache cache;
  EXPECT_FALSE(cache.knows(account(1), "pencil", 0));
  cache.remember(account(1), "pencil", 0);
  EXPECT_TRUE(cache.knows(account(1), "pencil", 1));
  EXPECT_FALSE(cache.knows(account(1), "pencils", 1));
  EXPECT_FALSE(cache.knows(account(1), "", 1));
  EXPECT_FALSE(cache.knows(account(2), "pencil", 1));
  EXPECT_TRUE(cache.knows(account(1), "pencil", 1)) << "a wrong guess forgets nothing";
}

TEST(PasswordCache, ForgetsWithTheVerifier) {
  PasswordCache cache;
  cache.remember(account(1, "old"), "pencil", 0);
  EXPECT_FALSE(cache.knows(account(1, "new"), "pencil", 0));
  cache.remember(account(1, "new"), "ink", 0);
  EXPECT_TRUE(cache.knows(account(1, "new"), "ink", 0));
  EXPECT_FALSE(cache.knows(account(1, "old"), "pencil", 0));
}

TEST(PasswordCache, ForgetsAfterItsLifetimeThoughUsed) {
  PasswordCache cache(10, 100ms);
  cache.remember(account(1), "pencil", 1000);
  EXPECT_TRUE(cache.knows(account(1), "pencil", 1099));
  EXPECT_FALSE(cache.knows(account(1), "pencil", 1100));
  EXPECT_FALSE(cache.knows(account(1), "pencil", 1000)) << "it is gone";
}

TEST(PasswordCache, TheLeastRecentlyUsedGivesWay) {
  PasswordCache cache(3);
  for (store::AccountId id = 1; id <= 3; ++id) cache.remember(account(id), "p", 0);
  EXPECT_TRUE(cache.knows(account(1), "p", 0));
  cache.remember(account(3), "q", 0);
  cache.remember(account(4), "p", 0);
  EXPECT_FALSE(cache.knows(account(2), "p", 0));
  EXPECT_TRUE(cache.knows(account(1), "p", 0));
  EXPECT_TRUE(cache.knows(account(3), "q", 0));
  EXPECT_TRUE(cache.knows(account(4), "p", 0));
}

}  // namespace
}  // namespace portreeve::session
