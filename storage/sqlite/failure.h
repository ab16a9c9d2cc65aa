// How an operation inside this room gives up.
//
// A Failure ends the transaction or the read that it is thrown in. It is caught at that root (the writer's loop, or
// guarded() around a read) and becomes a store::Error; it never leaves storage/sqlite.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "storage/types.h"

namespace portreeve::store::sqlite {

class Failure final : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  const char* what() const noexcept override { return error_.detail.c_str(); }
  const Error& error() const { return error_; }
  // The disk didn't take a sync: what it holds is unknown from here on.
  bool is_sync_lost = false;
  // SQLite itself failed, so that the transaction is in doubt.
  bool is_from_database = false;

 private:
  Error error_;
};

[[noreturn]] inline void fail(Errc code, std::string detail) { throw Failure(Error{code, std::move(detail)}); }

// Runs a read and turns its Failure into an Error.
template <class F>
auto guarded(F read) -> Result<decltype(read())> {
  try {
    if constexpr (std::is_void_v<decltype(read())>) {
      read();
      return {};
    } else {
      return read();
    }
  } catch (const Failure& failure) {
    return std::unexpected(failure.error());
  }
}

}  // namespace portreeve::store::sqlite
