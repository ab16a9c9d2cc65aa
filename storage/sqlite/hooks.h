// What tests may put in the place of the system.
#pragma once

#include <cstdint>
#include <functional>

namespace portreeve::store::sqlite {

struct Hooks {
  std::function<std::uint64_t()> free_bytes;  // of the store's file system; empty: ask it
  std::int64_t max_pages = 0;                 // that the database may have; 0: any number
};

}  // namespace portreeve::store::sqlite
