// A consistent copy of the database, made while it is in use.
//
// Pages are copied through the writer's own connection, a slice between two groups: what it changes meanwhile is
// carried over by SQLite, so that the copy neither begins anew nor holds a read snapshot.
// Threads: start() any; the slices are the writer's, the final sync upkeep's.
#pragma once

#include <memory>
#include <string>

#include "storage/sqlite/upkeep.h"
#include "storage/sqlite/writer.h"

namespace portreeve::store::sqlite {

class Backup : public std::enable_shared_from_this<Backup> {
 public:
  static void start(Writer& writer, Upkeep& upkeep, std::string path, Done<void> done);
  ~Backup();
  Backup(const Backup&) = delete;
  Backup& operator=(const Backup&) = delete;

 private:
  Backup(Writer& writer, Upkeep& upkeep, std::string path, Done<void> done);
  void submit_step();
  void step(Connection& source);
  void open(Connection& source);
  void finish();
  void report(Result<void> result);
  void drop() noexcept;

  Writer& writer_;
  Upkeep& upkeep_;
  const std::string path_;
  const std::string partial_;
  Done<void> done_;
  std::unique_ptr<Connection> target_;
  sqlite3_backup* backup_ = nullptr;
  bool is_made_ = false;  // the partial file is ours
};

}  // namespace portreeve::store::sqlite
