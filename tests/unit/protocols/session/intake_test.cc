#include "protocols/session/intake.h"

#include <gtest/gtest.h>

#include "fake_store.h"
#include "protocols/session/store_call.h"
#include "run.h"

namespace portreeve::session {
namespace {

using testing::FakeStore;

constexpr std::size_t kChunk = store::Store::kStagedChunkBytes;

std::string message_of(std::size_t size) {
  std::string text = "Subject: big\r\n\r\n";
  for (std::size_t i = 0; text.size() < size; ++i) text += static_cast<char>('a' + i % 23);
  return text.substr(0, size);
}

struct Taken {
  std::string error;
  store::IncomingBody body;
  std::uint64_t size = 0;
};

async::Task<> take_in(FakeStore& store, async::Loop& loop, const std::string& message, std::size_t piece, bool finishes,
                      Taken& taken) {
  Intake intake(store, loop);
  for (std::size_t at = 0; at < message.size(); at += piece) {
    const auto added = co_await intake.add(std::string_view(message).substr(at, piece));
    if (added) continue;
    taken.error = added.error().detail;
    co_return;
  }
  taken.size = intake.size();
  if (finishes) taken.body = intake.finish();
}

Taken take_in(FakeStore& store, const std::string& message, std::size_t piece, bool finishes = true) {
  async::Loop loop;
  Taken taken;
  testing::run(loop, take_in(store, loop, message, piece, finishes, taken));
  return taken;
}

TEST(Intake, StagesWholeChunksAndKeepsTheTail) {
  struct Row {
    std::size_t size;
    std::uint32_t chunks;
  };
  for (const auto& [size, chunks] :
       {Row{20, 0}, Row{kChunk, 0}, Row{kChunk + 1, 1}, Row{2 * kChunk, 1}, Row{3 * kChunk + 77, 3}}) {
    for (const std::size_t piece : {std::size_t{9'000}, std::size_t{64 * 1024}, kChunk, 10 * kChunk}) {
      FakeStore store;
      const std::string message = message_of(size);
      const Taken taken = take_in(store, message, piece);
      EXPECT_EQ(taken.body.staged_chunks, chunks) << size << " in pieces of " << piece;
      EXPECT_EQ(taken.body.staged != 0, chunks > 0);
      std::string whole;
      std::uint32_t next = 0;
      for (const auto& [number, bytes] : store.staged[taken.body.staged]) {
        EXPECT_EQ(number, next++);
        EXPECT_EQ(bytes.size(), kChunk);
        whole += bytes;
      }
      EXPECT_FALSE(taken.body.tail.empty());
      EXPECT_EQ(whole + taken.body.tail, message);
      EXPECT_EQ(taken.size, size);
      EXPECT_EQ(taken.body.summary.size, size);
      EXPECT_TRUE(store.dropped.empty()) << "the delivery owns it now";
    }
  }
}

TEST(Intake, AnUnfinishedOneIsDropped) {
  FakeStore store;
  take_in(store, message_of(kChunk + 1), 10'000, false);
  EXPECT_EQ(store.dropped, std::vector<store::BodyId>{7});
  take_in(store, message_of(100), 10'000, false);
  EXPECT_EQ(store.dropped.size(), 1U) << "nothing was staged";
}

TEST(Intake, AFailedOneIsDropped) {
  FakeStore store;
  store.refused_chunk = 1;
  const Taken taken = take_in(store, message_of(4 * kChunk), 10'000);
  EXPECT_EQ(taken.error, "no room");
  EXPECT_EQ(store.staged[7].size(), 1U);
  EXPECT_EQ(store.dropped, std::vector<store::BodyId>{7});
}

TEST(Intake, AnEmptyMessageIsOne) {
  FakeStore store;
  const Taken taken = take_in(store, "", 1);
  EXPECT_EQ(taken.body.staged, 0);
  EXPECT_EQ(taken.body.tail, "");
  EXPECT_EQ(taken.body.summary.size, 0U);
}

}  // namespace
}  // namespace portreeve::session
