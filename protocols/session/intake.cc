#include "protocols/session/intake.h"

#include <algorithm>
#include <utility>

#include "protocols/session/store_call.h"

namespace portreeve::session {

Intake::Intake(store::Store& store, async::Loop& loop) : store_(store), loop_(loop) {}

Intake::~Intake() {
  if (staging_ != 0) store_.drop_staging(staging_);
}

async::Task<store::Result<>> Intake::add(std::string_view bytes) {
  builder_->feed(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    // A full chunk waits for the byte behind it, so that a tail is never empty.
    if (pending_.size() == store::Store::kStagedChunkBytes) {
      if (auto staged = co_await stage_pending(); !staged) co_return std::unexpected(std::move(staged.error()));
    }
    const std::size_t count = std::min(bytes.size(), store::Store::kStagedChunkBytes - pending_.size());
    pending_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
  }
  co_return store::Result<>{};
}

async::Task<store::Result<>> Intake::stage_pending() {
  if (staging_ == 0) staging_ = store_.new_staging();
  auto staged = co_await store_call(loop_, [this](store::Done<void> done) {
    store_.stage(staging_, chunks_, std::exchange(pending_, {}), std::move(done));
  });
  if (staged) ++chunks_;
  co_return staged;
}

void Intake::end() {
  if (!builder_) return;
  summary_ = builder_->finish();
  builder_.reset();
  pending_.shrink_to_fit();
}

std::size_t Intake::summary_bytes() const {
  return sizeof(*this) + summary_.envelope.size() + summary_.body.size() + summary_.body_structure.size() +
         summary_.parts.size() * sizeof(mime::Part);
}

async::Task<store::Result<>> Intake::stage_rest() {
  if (pending_.empty()) co_return store::Result<>{};
  co_return co_await stage_pending();
}

store::IncomingBody Intake::finish() {
  end();
  store::IncomingBody body;
  body.staged = std::exchange(staging_, 0);
  body.staged_chunks = chunks_;
  body.tail = std::move(pending_);
  body.summary = std::move(summary_);
  return body;
}

}  // namespace portreeve::session
