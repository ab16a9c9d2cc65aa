#include "storage/sqlite/upkeep.h"

#include <algorithm>
#include <future>

#include "core/base/log.h"
#include "storage/sqlite/bodies.h"
#include "storage/sqlite/packing.h"

namespace portreeve::store::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 1s;
// A search for references reads every block, so it waits until it is worth it, or until this long.
constexpr auto kScanWaits = 30s;
constexpr std::size_t kBlocksPerBody = 16;
constexpr int kBlocksPerReading = 256;

constexpr std::size_t kSliceBodies = 200;
constexpr std::size_t kSliceBytes = 1 << 20;

constexpr std::int64_t kFreePagesKept = 4096;  // 64 MiB, for the mail to come
constexpr int kPagesPerSlice = 64;

bool is_marked(std::string_view bits, BodyId body) {
  const auto bit = static_cast<std::size_t>(body % kBodiesPerBitmap);
  return bit / 8 < bits.size() && (static_cast<unsigned char>(bits[bit / 8]) >> (bit % 8) & 1) != 0;
}

// Removes up to kSliceBytes of a body, from its end; false if there is more.
bool remove_some(Connection& db, BodyId body, std::size_t& bytes) {
  std::vector<std::int64_t> rows;
  bool is_all = true;
  {
    Query query(db, "SELECT id, length(data) FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id DESC");
    query.bind(chunk_row(body, 0), chunk_row(body, kMaxChunks - 1));
    while (query.step()) {
      if (bytes >= kSliceBytes) {
        is_all = false;
        break;
      }
      rows.push_back(query.integer(0));
      bytes += static_cast<std::size_t>(query.integer(1));
    }
  }
  for (const std::int64_t row : rows) db.run("DELETE FROM chunk WHERE id = ?", row);
  if (is_all) db.run("DELETE FROM summary WHERE body = ?", body);
  return is_all;
}

}  // namespace

Upkeep::Upkeep(Shared& shared)
    : shared_(shared), removals_([&shared](MailboxId mailbox) { return shared.registry.least_seen(mailbox); }) {}

Upkeep::~Upkeep() { stop(); }

void Upkeep::load(Connection& connection) {
  std::vector<Release> releases;
  Query query(connection, "SELECT id, bodies FROM doomed");
  while (query.step()) {
    auto bodies = unpack_bodies(query.blob(1));
    if (!bodies) {
      // No reason not to serve; a check tells of it and finds the bodies.
      base::log::error("store.damage", {{"what", "a list of removed bodies is damaged"}});
      continue;
    }
    releases.push_back({0, 0, std::move(*bodies), query.integer(0)});
  }
  removals_.add(std::move(releases));
}

void Upkeep::start(Readers& readers, Writer& writer) {
  readers_ = &readers;
  writer_ = &writer;
  thread_ = std::thread([this] { loop(); });
}

void Upkeep::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  settled_.notify_all();
}

bool Upkeep::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

void Upkeep::released(std::vector<Release> releases) {
  removals_.add(std::move(releases));
  if (removals_.has_ready()) changed_.notify_one();
}

void Upkeep::referenced(const std::vector<BodyId>& bodies) {
  const std::lock_guard lock(mutex_);
  if (is_scanning_) referenced_.insert(bodies.begin(), bodies.end());
}

void Upkeep::view_moved() {
  if (!removals_.is_waiting()) return;
  {
    const std::lock_guard lock(mutex_);
    is_poked_ = true;
  }
  changed_.notify_one();
}

bool Upkeep::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void Upkeep::settle() {
  std::unique_lock lock(mutex_);
  do {
    const std::uint64_t mine = ++rounds_wanted_;
    changed_.notify_one();
    settled_.wait(lock, [this, mine] { return is_stopping_ || rounds_ended_ >= mine; });
  } while (!is_stopping_ && !is_settled_);
}

void Upkeep::loop() {
  std::unique_lock lock(mutex_);
  bool has_failed = false;
  while (!is_stopping_) {
    changed_.wait_for(lock, kTick, [this, has_failed] {
      // What failed before waits for the tick.
      const bool is_due = !has_failed && removals_.has_ready();
      return is_stopping_ || is_poked_ || rounds_wanted_ > rounds_ended_ || !tasks_.empty() || is_due;
    });
    is_poked_ = false;
    const std::uint64_t round = rounds_wanted_;
    const bool is_hasty = round > rounds_ended_;
    const std::deque<std::function<void()>> tasks = std::exchange(tasks_, {});
    lock.unlock();
    for (const auto& task : tasks) task();
    has_failed = !run_round(is_hasty);
    lock.lock();
    rounds_ended_ = round;
    is_settled_ = !removals_.has_ready() && shared_waiting_.empty();
    settled_.notify_all();
  }
  // Somebody waits for what these tell; they see by themselves that the store is closing.
  const std::deque<std::function<void()>> left = std::exchange(tasks_, {});
  lock.unlock();
  for (const auto& task : left) task();
}

bool Upkeep::run_round(bool is_hasty) {
  try {
    removals_.promote();
    remove_ready(is_hasty);
    tick();
    return true;
  } catch (const Failure& failure) {
    base::log::error("store.upkeep", {{"what", failure.error().detail}});
    return false;
  }
}

void Upkeep::tick() {
  shared_.disk.look();
  if (shared_.registry.has_unsaved()) {
    // The transaction takes them along by itself.
    writer_->submit<void>(Lane::background, 0, [](Transaction&) {}, nullptr);
  }
  give_back_pages();
}

// Runs one slice and waits for it; false if the store is closing.
bool Upkeep::run_slice(std::function<void(Transaction&)> work) {
  if (is_stopping()) return false;
  std::promise<Result<void>> done;
  auto result = done.get_future();
  writer_->submit<void>(Lane::background, 0, std::move(work),
                        [&done](Result<void> outcome) { done.set_value(std::move(outcome)); });
  const Result<void> outcome = result.get();
  if (outcome) return true;
  if (outcome.error().code == Errc::closed) return false;
  throw Failure(outcome.error());
}

void Upkeep::remove_ready(bool is_hasty) {
  for (std::deque<Release> releases = removals_.take_ready(); !releases.empty(); releases.pop_front()) {
    try {
      sort_out(releases.front());
    } catch (...) {
      removals_.put_back(std::move(releases));
      throw;
    }
  }
  if (shared_waiting_.empty()) return;
  const bool is_worth_it = shared_waiting_.size() * kBlocksPerBody >= blocks_at_last_scan_;
  if (is_hasty || is_worth_it || std::chrono::steady_clock::now() - shared_since_ >= kScanWaits) scan_shared();
}

// Bodies that only one message ever referred to go at once; the others wait for a search.
void Upkeep::sort_out(const Release& release) {
  std::vector<BodyId> plain;
  std::vector<BodyId> shared;
  {
    auto reader = readers_->take();
    std::int64_t row = -1;
    std::string bits;
    for (const BodyId body : release.bodies) {
      if (body / kBodiesPerBitmap != row) {
        row = body / kBodiesPerBitmap;
        Query query(*reader, "SELECT bits FROM shared WHERE id = ?");
        bits = query.bind(row).step() ? std::string(query.blob(0)) : std::string();
      }
      (is_marked(bits, body) ? shared : plain).push_back(body);
    }
  }
  remove(std::move(plain), shared.empty() ? std::vector{release.doomed_row} : std::vector<std::int64_t>());
  if (shared.empty()) return;
  if (shared_waiting_.empty()) shared_since_ = std::chrono::steady_clock::now();
  shared_waiting_.insert(shared_waiting_.end(), shared.begin(), shared.end());
  shared_rows_.push_back(release.doomed_row);
}

void Upkeep::watch_references(bool is_watching) {
  const std::lock_guard lock(mutex_);
  is_scanning_ = is_watching;
  referenced_.clear();
}

void Upkeep::scan_shared() {
  // If this fails, the rows are still there at the next start.
  std::vector<BodyId> bodies = std::exchange(shared_waiting_, {});
  std::vector<std::int64_t> rows = std::exchange(shared_rows_, {});
  watch_references(true);
  try {
    remove(unreferenced(std::move(bodies)), std::move(rows));
  } catch (...) {
    watch_references(false);
    throw;
  }
  watch_references(false);
}

// Those of the bodies that neither a held message nor a block refers to. Blocks are read a few at a time, so that no
// snapshot is held for long; what gets a reference meanwhile is known from referenced().
std::vector<BodyId> Upkeep::unreferenced(std::vector<BodyId> bodies) {
  std::unordered_set<BodyId> candidates(bodies.begin(), bodies.end());
  {
    // Before the blocks: a body may go from here to a mailbox, and never back.
    auto reader = readers_->take();
    Query held(*reader, "SELECT body FROM held");
    while (held.step()) candidates.erase(held.integer(0));
  }
  std::size_t blocks = 0;
  std::int64_t last = INT64_MIN;
  for (bool is_more = true; is_more && !candidates.empty() && !is_stopping();) {
    auto reader = readers_->take();
    Query query(*reader, "SELECT id, data FROM block WHERE id > ? ORDER BY id LIMIT ?");
    query.bind(last, kBlocksPerReading);
    is_more = false;
    while (query.step()) {
      is_more = true;
      ++blocks;
      last = query.integer(0);
      const auto block = unpack_block(query.blob(1));
      if (!block) fail(Errc::corrupt, "a block is damaged, so that nobody can tell which bodies it refers to");
      for (const Message& message : *block) candidates.erase(message.body);
    }
  }
  if (is_stopping()) return {};
  blocks_at_last_scan_ = blocks;
  return {candidates.begin(), candidates.end()};
}

// Removes the bodies, then the rows that listed them.
void Upkeep::remove(std::vector<BodyId> bodies, std::vector<std::int64_t> rows) {
  std::ranges::sort(bodies);
  std::size_t next = 0;
  while (true) {
    // Set by the slice, which may run twice.
    std::size_t reached = next;
    const bool is_done = run_slice([this, &bodies, &rows, &reached, next](Transaction& transaction) {
      std::size_t bytes = 0;
      for (reached = next; reached < bodies.size() && reached - next < kSliceBodies; ++reached) {
        {
          const std::lock_guard lock(mutex_);
          if (referenced_.contains(bodies[reached])) continue;
        }
        // Then it was expunged elsewhere meanwhile, and goes with the row of that.
        if (removals_.is_wanted(bodies[reached])) continue;
        if (!remove_some(transaction.db(), bodies[reached], bytes)) return;
      }
      if (reached < bodies.size()) return;
      for (const std::int64_t row : rows) transaction.db().run("DELETE FROM doomed WHERE id = ?", row);
    });
    if (!is_done) return;
    next = reached;
    if (next >= bodies.size()) return;
  }
}

void Upkeep::give_back_pages() {
  const std::int64_t kept = shared_.disk.has_room() ? kFreePagesKept : 0;
  while (!is_stopping()) {
    {
      auto reader = readers_->take();
      if (reader->number("PRAGMA freelist_count", 0) <= kept) return;
    }
    std::promise<bool> done;
    auto result = done.get_future();
    writer_->submit(Lane::background,
                    std::make_unique<MaintenanceJob>(
                        [&done](Connection& connection) {
                          connection.script("PRAGMA incremental_vacuum(" + std::to_string(kPagesPerSlice) + ")");
                          done.set_value(true);
                        },
                        [&done](const Error&) { done.set_value(false); }));
    if (!result.get()) return;
  }
}

}  // namespace portreeve::store::sqlite
