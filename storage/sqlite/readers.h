// A fixed number of read connections, lent to one caller each at a time.
// Threads: any; take() waits while all are lent.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

class Readers {
 public:
  class Lease {
   public:
    Lease(Readers& readers, std::unique_ptr<Connection> connection)
        : readers_(readers), connection_(std::move(connection)) {}
    ~Lease() { readers_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return connection_.get(); }

   private:
    Readers& readers_;
    std::unique_ptr<Connection> connection_;
  };

  Readers(const std::string& path, unsigned count);
  Lease take();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  std::mutex mutex_;
  std::condition_variable is_back_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace portreeve::store::sqlite
