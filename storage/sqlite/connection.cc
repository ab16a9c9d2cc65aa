#include "storage/sqlite/connection.h"

#include <mutex>

namespace portreeve::store::sqlite {
namespace {

// Statistics cost a process-wide lock at each allocation. This must be said before SQLite's first use.
void configure_library() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

Errc code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL: return Errc::disk_full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Errc::corrupt;
    default: return Errc::io;
  }
}

}  // namespace

Query::Query(Connection& connection, std::string_view sql)
    : connection_(connection), sql_(sql), statement_(connection.take(sql)) {}

Query::~Query() { connection_.give_back(sql_, statement_); }

void Query::check(int code) const {
  if (code != SQLITE_OK) connection_.raise(code, sql_);
}

void Query::bind_one(int index, std::string_view text) {
  check(sqlite3_bind_text64(statement_, index, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void Query::bind_one(int index, Blob blob) {
  // A null pointer would be bound as NULL.
  check(sqlite3_bind_blob64(statement_, index, blob.bytes.data() == nullptr ? "" : blob.bytes.data(), blob.bytes.size(),
                            SQLITE_STATIC));
}

void Query::reset() { sqlite3_reset(statement_); }

bool Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  connection_.raise(code, sql_);
}

std::string_view Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Query::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Connection::Connection(const std::string& path, Use use) {
  configure_library();
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (use == Use::writer ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  try {
    if (code != SQLITE_OK) raise(code, path);
    sqlite3_extended_result_codes(handle_, 1);
    // Nothing of ours waits for a lock; somebody who looks into the file with another program may hold one.
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
    // A page of 16 KiB: the readers' caches are 32 pages, since the system caches the file too.
    script("PRAGMA mmap_size = 0");
    script(use == Use::writer ? "PRAGMA cache_size = -8192" : "PRAGMA cache_size = -512");
    if (use == Use::reader) script("PRAGMA query_only = 1");
  } catch (...) {
    close();
    throw;
  }
}

Connection::~Connection() { close(); }

void Connection::close() noexcept {
  for (auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  idle_.clear();
  sqlite3_close(handle_);
  handle_ = nullptr;
}

void Connection::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(code, sql);
}

void Connection::roll_back() noexcept {
  if (in_transaction()) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

sqlite3_stmt* Connection::take(std::string_view sql) {
  auto& idle = idle_[sql];
  if (!idle.empty()) {
    sqlite3_stmt* statement = idle.back();
    idle.pop_back();
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) raise(code, sql);
  return statement;
}

void Connection::give_back(std::string_view sql, sqlite3_stmt* statement) noexcept {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  idle_.find(sql)->second.push_back(statement);
}

void Connection::raise(int code, std::string_view doing) const {
  std::string detail = handle_ == nullptr ? std::string(sqlite3_errstr(code)) : std::string(sqlite3_errmsg(handle_));
  detail += " (SQLite " + std::to_string(code) + ") in: ";
  detail += doing;
  Failure failure(Error{code_of(code), std::move(detail)});
  failure.is_from_database = true;
  failure.is_sync_lost = code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
  throw failure;
}

}  // namespace portreeve::store::sqlite
