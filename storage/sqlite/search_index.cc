#include "storage/sqlite/search_index.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

#include "core/base/log.h"
#include "core/mime/header.h"
#include "core/mime/message_text.h"
#include "core/mime/text.h"
#include "storage/sqlite/bodies.h"

namespace portreeve::store::sqlite {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// So much of a mailbox must be new before a segment is begun: less is looked through as quickly.
constexpr std::size_t kWorthBodies = kSegmentBodies;
constexpr std::uint64_t kWorthBytes = std::uint64_t{4} * 1024 * 1024;
// Text of a body beyond this is too much to take in.
constexpr std::size_t kMaxBodyText = std::size_t{8} * 1024 * 1024;
constexpr std::uint64_t kWholeMessage = std::size_t{256} * 1024;  // read at once rather than part by part
// Of a key more trigrams would rarely rule out more.
constexpr std::size_t kMaxLookedUp = 12;

constexpr auto kWork = 5ms;      // then it rests
constexpr int kRestsFor = 2;     // times what it worked
constexpr auto kBusyWait = 5ms;  // while the writer has something to do
constexpr auto kMostBusy = 500ms;
constexpr auto kSweepEvery = 6h;
constexpr int kNiceness = 10;

std::int64_t store_number(Connection& main) { return main.number("SELECT value FROM meta WHERE key = 'search'", 0); }

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Goes by each `step`th of the bodies.
bool is_mostly_gone(Connection& main, std::span<const BodyId> bodies, std::size_t step) {
  std::size_t asked = 0;
  std::size_t gone = 0;
  for (std::size_t i = 0; i < bodies.size(); i += step, ++asked) {
    if (main.number("SELECT count(*) FROM summary WHERE body = ?", 0, bodies[i]) == 0) ++gone;
  }
  return 2 * gone > asked;
}

// Spread over the key, since neighbours tell much the same.
std::vector<Trigram> looked_up(std::string_view key) {
  std::vector<Trigram> all;
  const std::size_t count = key.size() - kTrigramBytes + 1;
  const std::size_t step = (count + kMaxLookedUp - 1) / kMaxLookedUp;
  for (std::size_t i = 0; i < count; i += step) all.push_back(trigrams_of(key.substr(i, kTrigramBytes)).front());
  return all;
}

}  // namespace

SearchIndex::SearchIndex(Shared& shared) : shared_(shared), path_(search_path(shared.options.directory)) {}

SearchIndex::~SearchIndex() { stop(); }

void SearchIndex::load(Connection& connection) {
  if (!exists(path_)) return;
  const Result<void> done = guarded([&] {
    file_ = std::make_unique<SearchFile>(path_, SearchFile::How::open, store_number(connection));
    // Then the database was put back to an earlier state, and its numbers come again.
    if (file_->highest() >= shared_.next_body) fail(Errc::invalid, "the search index knows of later mail");
  });
  if (!done) lose_file(done.error());
}

void SearchIndex::start(Writer& writer, SnapshotOf snapshot_of) {
  writer_ = &writer;
  snapshot_of_ = std::move(snapshot_of);
  thread_ = std::thread([this] { loop(); });
}

void SearchIndex::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  settled_.notify_all();
}

bool SearchIndex::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

// --- looking up

void SearchIndex::search_hints(MailboxId mailbox, std::span<const BodyId> bodies, std::string_view key,
                               std::vector<SearchHint>& hints) {
  hints.assign(bodies.size(), SearchHint::unknown);
  if (key.size() < kTrigramBytes || bodies.empty()) return;
  std::vector<std::size_t> order;
  std::vector<BodyId> sorted;
  if (!std::ranges::is_sorted(bodies)) {
    order.resize(bodies.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return bodies[i]; });
    for (const std::size_t i : order) sorted.push_back(bodies[i]);
    bodies = sorted;
  }
  look_up(bodies, looked_up(key), hints);
  if (std::ranges::find(hints, SearchHint::unknown) != hints.end()) queue(mailbox);
  if (order.empty()) return;
  std::vector<SearchHint> in_place(hints.size());
  for (std::size_t i = 0; i < order.size(); ++i) in_place[order[i]] = hints[i];
  hints = std::move(in_place);
}

void SearchIndex::look_up(std::span<const BodyId> bodies, std::span<const Trigram> trigrams,
                          std::span<SearchHint> hints) {
  const Result<void> done = guarded([&] {
    const std::shared_lock lock(file_mutex_);
    if (file_) file_->look_up(bodies, trigrams, hints);
  });
  if (done) return;
  std::ranges::fill(hints, SearchHint::unknown);
  lose_file(done.error());
}

// It is no loss but of time, so that nothing is asked of what may be wrong.
void SearchIndex::lose_file(const Error& why) {
  const std::unique_lock lock(file_mutex_);
  // Another that looked up may have been first.
  if (!file_ && !exists(path_)) return;
  base::log::error("store.search_index", {{"what", "it is begun anew: " + why.detail}});
  file_.reset();
  SearchFile::remove(path_);
}

void SearchIndex::queue(MailboxId mailbox) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_ || std::ranges::find(wanted_, mailbox) != wanted_.end()) return;
    wanted_.push_back(mailbox);
  }
  changed_.notify_one();
}

// --- building

void SearchIndex::settle() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return is_stopping_ || (wanted_.empty() && !is_working_ && !is_sweep_wanted_); });
}

void SearchIndex::sweep_soon() {
  {
    const std::lock_guard lock(mutex_);
    is_sweep_wanted_ = true;
  }
  changed_.notify_one();
}

void SearchIndex::loop() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);  // of this thread; a wish
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_stopping_ || is_sweep_wanted_ || !wanted_.empty(); });
    if (is_stopping_) return;
    const bool is_swept = std::exchange(is_sweep_wanted_, false) || steady_clock::now() >= next_sweep_;
    std::optional<MailboxId> mailbox;
    if (!wanted_.empty()) {
      mailbox = wanted_.front();
      wanted_.pop_front();
    }
    is_working_ = true;
    lock.unlock();
    worked_since_ = steady_clock::now();
    const Result<void> done = guarded([&] {
      if (mailbox) build(*mailbox);
      if (is_swept) {
        Connection main(database_path(shared_.options.directory), Connection::Use::reader);
        sweep(main);
        next_sweep_ = steady_clock::now() + kSweepEvery;
      }
    });
    if (!done && !is_stopping()) lose_file(done.error());
    lock.lock();
    is_working_ = false;
    if (wanted_.empty()) settled_.notify_all();
  }
}

bool SearchIndex::pace() {
  std::unique_lock lock(mutex_);
  const auto worked = steady_clock::now() - worked_since_;
  if (worked >= kWork) {
    changed_.wait_for(lock, kRestsFor * worked, [this] { return is_stopping_; });
    worked_since_ = steady_clock::now();
  }
  const auto until = steady_clock::now() + kMostBusy;
  while (!is_stopping_ && !writer_->is_idle() && steady_clock::now() < until) {
    changed_.wait_for(lock, kBusyWait, [this] { return is_stopping_; });
    worked_since_ = steady_clock::now();
  }
  return !is_stopping_;
}

// False if it can't be made now.
bool SearchIndex::make_file() {
  {
    const std::shared_lock lock(file_mutex_);
    if (file_) return true;
  }
  const auto number = static_cast<std::int64_t>(std::random_device{}()) << 31 | std::random_device{}();
  // In the store first: a file whose number it doesn't have is no good.
  std::promise<Result<void>> done;
  auto result = done.get_future();
  writer_->submit<void>(
      Lane::background, 0,
      [number](Transaction& transaction) {
        transaction.db().run("INSERT OR REPLACE INTO meta VALUES ('search', ?)", number);
      },
      [&done](Result<void> outcome) { done.set_value(std::move(outcome)); });
  if (!result.get()) return false;
  const std::unique_lock lock(file_mutex_);
  SearchFile::remove(path_);
  file_ = std::make_unique<SearchFile>(path_, SearchFile::How::make, number);
  return true;
}

void SearchIndex::build(MailboxId mailbox) {
  std::vector<BodyId> bodies;
  std::uint64_t bytes = 0;
  {
    const SnapshotPtr snapshot = snapshot_of_(mailbox);
    if (!snapshot || !shared_.disk.has_room()) return;
    std::vector<std::pair<BodyId, std::uint32_t>> all;
    all.reserve(snapshot->exists());
    for (const auto& block : snapshot->blocks) {
      for (const Message& message : *block) all.emplace_back(message.body, message.size);
    }
    std::ranges::sort(all);
    const auto doubles = std::ranges::unique(all);
    all.erase(doubles.begin(), doubles.end());
    for (const auto& [body, size] : all) bodies.push_back(body);
    std::vector<SearchHint> hints(bodies.size(), SearchHint::unknown);
    look_up(bodies, {}, hints);
    bodies.clear();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (hints[i] != SearchHint::unknown) continue;
      bodies.push_back(all[i].first);
      bytes += all[i].second;
    }
  }
  if (bodies.size() < kWorthBodies && bytes < kWorthBytes) return;
  if (!make_file()) return;
  Connection main(database_path(shared_.options.directory), Connection::Use::reader);
  take_in(main, bodies);
  if (!is_stopping()) {
    base::log::info("store.search_index",
                    {{"mailbox", std::to_string(mailbox)}, {"messages", std::to_string(bodies.size())}});
  }
}

void SearchIndex::take_in(Connection& main, std::span<const BodyId> bodies) {
  SegmentBuilder builder;
  for (const BodyId body : bodies) {
    if (!pace() || !take_in(main, body, builder)) return;
    if (!builder.is_full() && body != bodies.back()) continue;
    const std::shared_lock lock(file_mutex_);
    if (!file_ || !shared_.disk.has_room()) return;
    file_->add(builder.finish());
  }
}

// False when stopping. A body that is gone is left out; one that can't be read may hold anything.
bool SearchIndex::take_in(Connection& main, BodyId body, SegmentBuilder& builder) {
  std::size_t taken = 0;
  bool is_gone = false;
  bool is_stopped = false;
  const auto take = [&](std::string_view text) {
    taken += text.size();
    builder.add_text(mime::fold(text));
    is_stopped = is_stopping();
    return is_gone || is_stopped || taken > kMaxBodyText;
  };
  const Result<void> done = guarded([&] {
    auto summary = read_summary(main, body);
    if (!summary) {
      is_gone = true;
      return;
    }
    std::string buffer;
    const bool is_whole = summary->size <= kWholeMessage;
    const auto load = [&](std::uint64_t offset, std::uint64_t length) {
      buffer.clear();
      if (!try_read_body(main, body, offset, length, buffer)) is_gone = true;
    };
    if (is_whole) load(0, summary->size);
    const mime::ReadMessage read = [&](std::uint64_t offset, std::uint64_t length) -> std::string_view {
      if (is_whole) return std::string_view(buffer).substr(std::min<std::uint64_t>(offset, buffer.size()), length);
      load(offset, length);
      return buffer;
    };
    const std::string_view beginning = read(0, std::min<std::uint64_t>(summary->size, mime::kMaxSearchedHeader));
    if (!take(mime::header_text(mime::header_block(beginning)))) mime::any_body_text(summary->parts, read, take);
  });
  if (is_gone || is_stopped) {
    builder.drop_body();
  } else {
    builder.end_body(body, !done || taken > kMaxBodyText);
  }
  return !is_stopped;
}

// A segment of which most is gone goes too; what is left of it is taken in again when it is searched for.
void SearchIndex::sweep(Connection& main) {
  std::vector<std::int64_t> segments;
  {
    const std::shared_lock lock(file_mutex_);
    if (!file_) return;
    segments = file_->segments();
  }
  for (const std::int64_t segment : segments) {
    if (!pace()) return;
    const std::shared_lock lock(file_mutex_);
    if (!file_) return;
    // A few tell whether it is worth to look for all.
    const std::vector<BodyId> bodies = file_->bodies(segment);
    constexpr std::size_t kSampleOf = 16;
    if (is_mostly_gone(main, bodies, kSampleOf) && is_mostly_gone(main, bodies, 1)) file_->drop(segment);
  }
}

}  // namespace portreeve::store::sqlite
