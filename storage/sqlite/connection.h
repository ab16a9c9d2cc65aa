// A SQLite connection and its prepared statements.
//
// Every failure of SQLite is thrown as a Failure. SQL texts must be literals: they are the keys under which prepared
// statements are kept. Threads: a connection belongs to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/sqlite/failure.h"

namespace portreeve::store::sqlite {

struct Blob {
  std::string_view bytes;
};

class Connection;

// One execution of a prepared statement; given back to its connection at the end.
class Query {
 public:
  Query(Connection& connection, std::string_view sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  template <class... Values>
  Query& bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  // Starts over with other values.
  void reset();
  // True while there is a row.
  bool step();

  // Views are valid until the next step() or reset().
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  template <std::integral I>
  void bind_one(int index, I value) {
    check(sqlite3_bind_int64(statement_, index, static_cast<std::int64_t>(value)));
  }
  void bind_one(int index, std::string_view text);
  void bind_one(int index, Blob blob);
  void check(int code) const;

  Connection& connection_;
  std::string_view sql_;
  sqlite3_stmt* statement_ = nullptr;
};

constexpr int kBusyTimeoutMs = 5000;

class Connection {
 public:
  enum class Use { writer, reader, upkeep };

  // Opens a file; Use::writer makes it if it is missing.
  Connection(const std::string& path, Use use);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs a statement to its end. Texts and blobs need to live only until it returns.
  template <class... Values>
  void run(std::string_view sql, const Values&... values) {
    Query query(*this, sql);
    query.bind(values...);
    while (query.step()) {
    }
  }
  // The first column of the first row, or `otherwise` if there is none.
  template <class... Values>
  std::int64_t number(std::string_view sql, std::int64_t otherwise, const Values&... values) {
    Query query(*this, sql);
    query.bind(values...);
    return query.step() ? query.integer(0) : otherwise;
  }
  // Runs several statements that need no values; any text will do.
  void script(const std::string& sql);

  std::int64_t last_row() const { return sqlite3_last_insert_rowid(handle_); }
  std::int64_t total_changes() const { return sqlite3_total_changes64(handle_); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // Ends a transaction that failed, if SQLite didn't already.
  void roll_back() noexcept;
  sqlite3* handle() { return handle_; }
  [[noreturn]] void raise(int code, std::string_view doing) const;

 private:
  friend class Query;
  sqlite3_stmt* take(std::string_view sql);
  void give_back(std::string_view sql, sqlite3_stmt* statement) noexcept;
  void close() noexcept;

  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string_view, std::vector<sqlite3_stmt*>> idle_;
};

// A read transaction: all that is read in its life is of one commit.
class Reading {
 public:
  explicit Reading(Connection& connection) : connection_(connection) { connection_.run("BEGIN"); }
  ~Reading() { connection_.roll_back(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  Connection& connection_;
};

}  // namespace portreeve::store::sqlite
