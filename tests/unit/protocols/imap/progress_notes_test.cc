#include "protocols/imap/progress_notes.h"

#include <gtest/gtest.h>

#include "protocols/session/login.h"
#include "tests/support/useless_store.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::imap {
namespace {

using session::testing::Sockets;

class ProgressNotesTest : public ::testing::Test {
 protected:
  // What the client hears of a command that calls `tell` for each of these.
  std::string hear(async::Milliseconds interval, std::vector<std::uint32_t> done) {
    options_.progress_interval = interval;
    async::Loop loop;
    session::testing::run(loop, tell(loop, sockets_.ours(), std::move(done)));
    std::string text(1000, '\0');
    const ssize_t got = recv(sockets_.peer(), text.data(), text.size(), MSG_DONTWAIT);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

  // The same in parts of 100 steps, towards a goal of so many.
  std::uint64_t goal_ = 0;
  async::Task<> tell(async::Loop& loop, int fd, std::vector<std::uint32_t> done) {
    net::Connection connection(loop, fd);
    session::testing::introduce(connection);
    Context context(connection, services_, options_);
    context.tag = "a]1";
    ProgressNotes notes(context);
    notes.set_goal(goal_);
    for (const std::uint32_t each : done) {
      if (!co_await notes.tell(each, 100)) is_lost_ = true;
      if (goal_ != 0 && each == 100) notes.add_done(100);
    }
  }

  Sockets sockets_;
  testing::UselessStore store_;
  async::WorkerPool workers_{"test", 1};
  session::Login login_{store_, workers_};
  session::Services services_{store_, workers_, login_, "mail.example.test"};
  Options options_;
  bool is_lost_ = false;
};

TEST_F(ProgressNotesTest, AreSentWhenTheyAreDue) {
  EXPECT_EQ(hear(async::Milliseconds(0), {10, 20}),
            "* OK [INPROGRESS (\"a]1\" 10 100)] Still at it\r\n* OK [INPROGRESS (\"a]1\" 20 100)] Still at it\r\n");
}

TEST_F(ProgressNotesTest, AreNotSentForWhatIsQuickOrDone) {
  EXPECT_EQ(hear(std::chrono::hours(1), {10, 20, 90}), "");
  EXPECT_FALSE(is_lost_);
}

TEST_F(ProgressNotesTest, AreNotSentForTheLastOfIt) { EXPECT_EQ(hear(async::Milliseconds(0), {100}), ""); }

TEST_F(ProgressNotesTest, CountTowardsOneGoal) {
  goal_ = 300;
  EXPECT_EQ(hear(async::Milliseconds(0), {50, 100, 70, 100, 100, 1}),
            "* OK [INPROGRESS (\"a]1\" 50 300)] Still at it\r\n* OK [INPROGRESS (\"a]1\" 100 300)] Still at it\r\n"
            "* OK [INPROGRESS (\"a]1\" 170 300)] Still at it\r\n* OK [INPROGRESS (\"a]1\" 200 300)] Still at it\r\n");
}

TEST_F(ProgressNotesTest, CountAsFarAsTheirNumbersGo) {
  goal_ = std::uint64_t{1} << 40;
  EXPECT_EQ(hear(async::Milliseconds(0), {1}), "* OK [INPROGRESS (\"a]1\" 1 4294967295)] Still at it\r\n");
}

TEST_F(ProgressNotesTest, EndTheSessionOfAClientThatIsGone) {
  sockets_.close_peer();
  hear(async::Milliseconds(0), {10});
  EXPECT_TRUE(is_lost_);
}

}  // namespace
}  // namespace portreeve::imap
