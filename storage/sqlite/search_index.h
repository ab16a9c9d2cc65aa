// The index that searches of text begin with: which bodies can't hold a key.
//
// A mailbox that is searched is queued, and a thread of low priority takes what isn't known of it into the index: one
// body at a time, while the writer has nothing to do, and for no more than a part of a core's time. What the index
// doesn't know is searched without it, so that nothing but time depends on it: when anything is wrong with its file,
// that is removed and begun anew. Bodies that are gone stay in it until most of their segment are.
//
// Threads: search_hints() any; load(), start(), stop() the store's owner.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/sqlite/search_file.h"
#include "storage/sqlite/shared.h"
#include "storage/sqlite/writer.h"

namespace portreeve::store::sqlite {

class SearchIndex {
 public:
  // The mailbox's state, or null.
  using SnapshotOf = std::function<SnapshotPtr(MailboxId)>;

  explicit SearchIndex(Shared& shared);
  ~SearchIndex();

  // What an earlier process left. Before start().
  void load(Connection& connection);
  void start(Writer& writer, SnapshotOf snapshot_of);
  // Before the writer's end.
  void stop();

  void search_hints(MailboxId mailbox, std::span<const BodyId> bodies, std::string_view key,
                    std::vector<SearchHint>& hints);
  // Waits until nothing is queued; for tests.
  void settle();
  // Takes out what is mostly gone, as else every few hours; for tests.
  void sweep_soon();

 private:
  struct Wanted;
  void loop();
  void queue(MailboxId mailbox);
  void look_up(std::span<const BodyId> bodies, std::span<const Trigram> trigrams, std::span<SearchHint> hints);
  void lose_file(const Error& why);
  bool make_file();
  void build(MailboxId mailbox);
  void take_in(Connection& main, std::span<const BodyId> bodies);
  bool take_in(Connection& main, BodyId body, SegmentBuilder& builder);
  void sweep(Connection& main);
  // Gives way; false when stopping.
  bool pace();
  bool is_stopping() const;

  Shared& shared_;
  const std::string path_;
  Writer* writer_ = nullptr;
  SnapshotOf snapshot_of_;
  std::chrono::steady_clock::time_point worked_since_;
  std::chrono::steady_clock::time_point next_sweep_;

  std::shared_mutex file_mutex_;  // shared to look up; of the pointer
  std::unique_ptr<SearchFile> file_;

  mutable std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::condition_variable settled_;
  std::deque<MailboxId> wanted_;  // each once
  bool is_working_ = false;
  bool is_sweep_wanted_ = false;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace portreeve::store::sqlite
