#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/disk.h"
#include "storage/sqlite/open.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/search_file.h"
#include "storage/sqlite/shared.h"

namespace portreeve::store::sqlite {
namespace {

class File {
 public:
  File(const std::string& path, int flags) : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail_with_errno("cannot open " + path);
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  const std::string path_;
  const int descriptor_;
};

bool exists(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

void copy_file(const std::string& from, const std::string& to) {
  const File source(from, O_RDONLY);
  const File target(to, O_WRONLY | O_CREAT | O_EXCL);
  while (true) {
    constexpr std::size_t kAtOnce = 64 << 20;
    const ssize_t copied = ::sendfile(target.descriptor(), source.descriptor(), nullptr, kAtOnce);
    if (copied < 0) fail_with_errno("cannot copy " + from + " to " + to);
    if (copied == 0) break;
  }
  if (::fsync(target.descriptor()) != 0) fail_with_errno("cannot sync " + to);
}

void check_copy(const std::string& path) {
  Connection connection(path, Connection::Use::upkeep);
  if (schema_version(connection) == 0) fail(Errc::invalid, "the backup is empty");
  Query check(connection, "PRAGMA quick_check(1)");
  if (check.step() && check.text(0) != "ok")
    fail(Errc::corrupt, "the backup is damaged: " + std::string(check.text(0)));
}

}  // namespace

Result<void> restore(const std::string& backup_file, const std::string& directory) {
  return guarded([&] {
    const Ownership ownership(directory);
    const std::string database = database_path(directory);
    for (const std::string& file : {database, database + "-wal", database + "-shm", database + "-journal"}) {
      if (exists(file)) fail(Errc::exists, file + " exists; a backup is put into an empty directory only");
    }
    SearchFile::remove(search_path(directory));  // of what was here before
    const std::string partial = database + ".restoring";
    ::unlink(partial.c_str());
    try {
      copy_file(backup_file, partial);
      check_copy(partial);
      // SQLite keeps files of these names while it has the copy open, and leaves none behind.
      if (::rename(partial.c_str(), database.c_str()) != 0) fail_with_errno("cannot make " + database);
      sync_directory(directory);
    } catch (...) {
      for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((partial + suffix).c_str());
      throw;
    }
  });
}

}  // namespace portreeve::store::sqlite
