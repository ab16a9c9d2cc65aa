#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/async/callback.h"
#include "core/async/loop.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/async/timer.h"
#include "core/async/worker_pool.h"

namespace portreeve::async {
namespace {

class AsyncTest : public testing::Test {
 protected:
  // Runs the task to its end on a loop of this thread.
  void run(Task<> task) {
    TaskGroup group([this](std::exception_ptr error) { exception_ = error; });
    loop_.post([&] {
      group.spawn(std::move(task));
      group.when_empty([this] { loop_.stop(); });
    });
    loop_.run();
  }

  Loop loop_;
  std::exception_ptr exception_;
};

Task<int> answer() { co_return 42; }
Task<int> failing() {
  throw std::runtime_error("broken");
  co_return 0;
}

Task<> add_answers(int& sum) {
  // An await in a condition and a temporary in an awaited call: shapes that GCC 12 gets wrong.
  if (co_await answer() == 42) sum += co_await answer();
}

TEST_F(AsyncTest, TasksReturnValuesToTheirAwaiter) {
  int sum = 0;
  run(add_answers(sum));
  EXPECT_EQ(sum, 42);
}

Task<> catch_failure(std::string& caught) {
  try {
    co_await failing();
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
}

TEST_F(AsyncTest, ExceptionsReachTheAwaiter) {
  std::string caught;
  run(catch_failure(caught));
  EXPECT_EQ(caught, "broken");
}

Task<> forward_failure() { co_await failing(); }

TEST_F(AsyncTest, ExceptionsThatLeaveATaskReachItsGroup) {
  run(forward_failure());
  EXPECT_TRUE(exception_);
}

Task<int> count_down(int n) {
  if (n == 0) co_return 0;
  co_return 1 + co_await count_down(n - 1);
}

Task<> measure_depth(int& depth) { depth = co_await count_down(10'000); }

TEST_F(AsyncTest, DeepChainsOfTasksEnd) {
  int depth = 0;
  run(measure_depth(depth));
  EXPECT_EQ(depth, 10'000);
}

Task<> offload_work(WorkerPool& pool, Loop& loop, std::vector<std::thread::id>& ids) {
  ids.push_back(std::this_thread::get_id());
  ids.push_back(co_await offload(pool, loop, [] { return std::this_thread::get_id(); }));
  ids.push_back(std::this_thread::get_id());
}

TEST_F(AsyncTest, OffloadedWorkRunsElsewhereAndComesBack) {
  WorkerPool pool("test", 2);
  std::vector<std::thread::id> ids;
  run(offload_work(pool, loop_, ids));
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ(ids[0], ids[2]);
}

Task<> offload_failure(WorkerPool& pool, Loop& loop, std::string& caught) {
  try {
    co_await offload(pool, loop, [] { throw std::runtime_error("broken on a worker"); });
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
}

TEST_F(AsyncTest, ExceptionsOfOffloadedWorkComeBack) {
  WorkerPool pool("test", 1);
  std::string caught;
  run(offload_failure(pool, loop_, caught));
  EXPECT_EQ(caught, "broken on a worker");
}

Task<> await_other_thread(Loop& loop, std::jthread& thread, int& value) {
  value = co_await await_callback<int>(
      loop, [&thread](auto done) { thread = std::jthread([done = std::move(done)]() mutable { done(7); }); });
}

TEST_F(AsyncTest, CallbacksFromOtherThreadsResumeOnTheLoop) {
  std::jthread thread;
  int value = 0;
  run(await_other_thread(loop_, thread, value));
  EXPECT_EQ(value, 7);
}

Task<> sleep_then_note(Loop& loop, Milliseconds delay, std::string& order, char note) {
  co_await Sleep(loop, delay);
  order += note;
}

Task<> race_sleepers(Loop& loop, std::string& order) {
  TaskGroup group([](std::exception_ptr) {});
  group.spawn(sleep_then_note(loop, Milliseconds(20), order, 'b'));
  group.spawn(sleep_then_note(loop, Milliseconds(1), order, 'a'));
  co_await await_callback<int>(
      loop, [&group](auto done) { group.when_empty([done = std::move(done)]() mutable { done(0); }); });
}

TEST_F(AsyncTest, SleepersWakeInOrderOfTheirTimes) {
  std::string order;
  run(race_sleepers(loop_, order));
  EXPECT_EQ(order, "ab");
}

TEST_F(AsyncTest, PostsRunInOrderAndFromAnyThread) {
  std::vector<int> seen;
  std::jthread poster([&] {
    for (int i = 0; i < 1000; ++i) loop_.post([&seen, i] { seen.push_back(i); });
    loop_.stop();
  });
  loop_.run();
  ASSERT_EQ(seen.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST_F(AsyncTest, AStoppedTimerDoesNotFire) {
  bool has_fired = false;
  loop_.post([&] {
    auto stopped = std::make_unique<Timer>(loop_);
    stopped->start(Milliseconds(1), [&] { has_fired = true; });
    stopped->stop();
    auto* last = new Timer(loop_);
    last->start(Milliseconds(5), [&, last] {
      delete last;
      loop_.stop();
    });
  });
  loop_.run();
  EXPECT_FALSE(has_fired);
}

}  // namespace
}  // namespace portreeve::async
