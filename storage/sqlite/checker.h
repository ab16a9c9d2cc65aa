// Looks at everything that the database holds, and puts right what it can.
//
// Reads one commit throughout, over a connection of its own. Mends are the writer's transactions, each of one finding,
// and look again before they change anything.
// Threads: run() is upkeep's; interrupt() any.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/sqlite/writer.h"

namespace portreeve::store::sqlite {

class Checker {
 public:
  using Findings = std::vector<Store::Finding>;
  using Mend = std::function<void(Transaction&)>;

  Checker(std::string path, Writer& writer) : path_(std::move(path)), writer_(writer) {}

  // Throws Failure.
  Findings run(bool mend);
  // Cuts the check short, because the WAL must be emptied.
  void interrupt();
  // Ends it and all later ones.
  void stop();

 private:
  struct Body {
    std::uint64_t bytes = 0;
    std::uint32_t chunks = 0;
    std::uint32_t references = 0;
    bool has_summary = false;
    bool has_gap = false;
    bool is_marked_shared = false;
    bool is_accounted_for = false;  // doomed or being staged
  };

  void read_all(Connection& db);
  void check_structure(Connection& db);
  void check_accounts(Connection& db);
  void read_bodies(Connection& db);
  bool check_mailboxes(Connection& db);
  void check_mailbox(Connection& db, MailboxId mailbox, const std::string& name);
  void check_annotations(Connection& db);
  void check_access_keys(Connection& db);
  void check_acls(Connection& db);
  void check_held(Connection& db);
  void check_body(BodyId id, std::uint64_t size, const std::string& name);
  void check_bodies();

  void found(std::string what) { findings_.push_back({std::move(what), false, false}); }
  void found(std::string what, Mend mend);
  void mend_all();

  const std::string path_;
  Writer& writer_;
  Findings findings_;
  std::vector<std::pair<std::size_t, Mend>> mends_;  // of findings_[first]
  std::unordered_map<BodyId, Body> bodies_;
  std::mutex mutex_;
  sqlite3* interruptible_ = nullptr;
  bool is_stopping_ = false;
};

}  // namespace portreeve::store::sqlite
