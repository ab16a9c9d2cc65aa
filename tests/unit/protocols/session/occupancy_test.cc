#include "protocols/session/occupancy.h"

#include <gtest/gtest.h>

namespace portreeve::session {
namespace {

using std::chrono::milliseconds;

constexpr store::AccountId kAlice = 1;
constexpr store::AccountId kBob = 2;

class MaildropOccupancy : public ::testing::Test {
 protected:
  std::expected<Occupancy::Place, Occupancy::Refusal> enter(std::int64_t now, store::AccountId account = kAlice) {
    return occupancy_.enter(account, limits_, now, [this] { ++woken_; });
  }

  OccupancyLimits limits_{.max_sessions = 1, .gives_way_after = milliseconds(100), .login_delay = milliseconds(0)};
  Occupancy occupancy_;
  int woken_ = 0;
};

TEST_F(MaildropOccupancy, ASilentSessionGivesWay) {
  auto first = enter(0);
  ASSERT_TRUE(first);
  EXPECT_EQ(enter(99).error(), Occupancy::Refusal::in_use);
  EXPECT_FALSE(first->is_lost());
  const auto second = enter(100);
  ASSERT_TRUE(second);
  EXPECT_TRUE(first->is_lost());
  EXPECT_EQ(woken_, 1);
  EXPECT_FALSE(second->is_lost());
}

TEST_F(MaildropOccupancy, ACommandBreaksTheSilence) {
  auto first = enter(0);
  ASSERT_TRUE(first);
  first->work();
  EXPECT_FALSE(enter(1'000'000)) << "its answer is on the way";
  first->rest(1'000'000);
  EXPECT_FALSE(enter(1'000'099));
  EXPECT_TRUE(enter(1'000'100));
}

TEST_F(MaildropOccupancy, TheLongestSilentGivesWayFirst) {
  limits_.max_sessions = 2;
  auto first = enter(0);
  auto second = enter(0);
  first->work();
  first->rest(50);
  ASSERT_TRUE(enter(120));
  EXPECT_FALSE(first->is_lost());
  EXPECT_TRUE(second->is_lost());
}

TEST_F(MaildropOccupancy, WhoLeavesMakesRoomAndWhoLostDoesNot) {
  {
    const auto first = enter(0);
    EXPECT_FALSE(enter(0));
    EXPECT_TRUE(enter(0, kBob));
  }
  auto second = enter(0);
  ASSERT_TRUE(second);
  std::optional<Occupancy::Place> third(std::move(*enter(100)));
  {
    const Occupancy::Place lost(std::move(*second));
  }
  EXPECT_FALSE(enter(100)) << "the third still has it";
  third.reset();
  EXPECT_TRUE(enter(100));
}

TEST_F(MaildropOccupancy, ALoginHasToWaitForTheDelay) {
  limits_.login_delay = milliseconds(1000);
  EXPECT_TRUE(enter(0));
  EXPECT_EQ(enter(999).error(), Occupancy::Refusal::too_soon);
  EXPECT_TRUE(enter(999, kBob));
  EXPECT_TRUE(enter(1000)) << "a refused one doesn't count";
  EXPECT_EQ(enter(1001).error(), Occupancy::Refusal::too_soon);
}

}  // namespace
}  // namespace portreeve::session
