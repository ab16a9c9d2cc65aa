// Takes in one message of any size: summarizes it as it arrives and stages what is too big to hold.
//
//   Intake intake(services.store, loop);
//   for each piece:  if (auto ok = co_await intake.add(piece); !ok) …
//   auto body = intake.finish();   // for Store::deliver
//
// A destroyed Intake whose body was not finished drops its staging; whose was, leaves it to the delivery. After an
// error nothing is left to do but destroy it. Threads: the session's loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/async/loop.h"
#include "core/async/task.h"
#include "storage/store.h"

namespace portreeve::session {

class Intake {
 public:
  Intake(store::Store& store, async::Loop& loop);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // `bytes` must live until this returns. Small pieces are gathered: it waits only when a chunk is full.
  async::Task<store::Result<>> add(std::string_view bytes);
  // For one of several messages that are to be delivered together: nothing more comes, and what only parsing needs is
  // given back.
  void end();
  // After end(), what it keeps in memory of the message itself, and what its summary takes.
  std::size_t held_bytes() const { return pending_.size(); }
  std::size_t summary_bytes() const;
  // After end(): stages what is held of the message, too.
  async::Task<store::Result<>> stage_rest();
  store::IncomingBody finish();
  std::uint64_t size() const { return size_; }

 private:
  async::Task<store::Result<>> stage_pending();

  store::Store& store_;
  async::Loop& loop_;
  std::optional<mime::SummaryBuilder> builder_{std::in_place};  // until end()
  mime::Summary summary_;
  std::string pending_;  // kStagedChunkBytes at most
  store::BodyId staging_ = 0;
  std::uint32_t chunks_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace portreeve::session
