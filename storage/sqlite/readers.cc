#include "storage/sqlite/readers.h"

#include <algorithm>

namespace portreeve::store::sqlite {

Readers::Readers(const std::string& path, unsigned count) {
  for (unsigned i = 0; i < std::max(count, 1U); ++i) {
    idle_.push_back(std::make_unique<Connection>(path, Connection::Use::reader));
  }
}

Readers::Lease Readers::take() {
  std::unique_lock lock(mutex_);
  is_back_.wait(lock, [this] { return !idle_.empty(); });
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return {*this, std::move(connection)};
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  is_back_.notify_one();
}

}  // namespace portreeve::store::sqlite
