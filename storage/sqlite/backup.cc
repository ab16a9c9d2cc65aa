#include "storage/sqlite/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace portreeve::store::sqlite {
namespace {

constexpr int kPagesPerSlice = 256;  // 4 MiB

void sync_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail_with_errno("cannot open " + path);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (result != 0) fail_with_errno("cannot sync " + path);
}

}  // namespace

Backup::Backup(Writer& writer, Upkeep& upkeep, std::string path, Done<void> done)
    : writer_(writer), upkeep_(upkeep), path_(std::move(path)), partial_(path_ + ".partial"), done_(std::move(done)) {}

Backup::~Backup() { drop(); }

void Backup::drop() noexcept {
  if (backup_ != nullptr) sqlite3_backup_finish(backup_);
  backup_ = nullptr;
  target_.reset();
  if (is_made_) ::unlink(partial_.c_str());
  is_made_ = false;
}

void Backup::start(Writer& writer, Upkeep& upkeep, std::string path, Done<void> done) {
  const std::shared_ptr<Backup> backup(new Backup(writer, upkeep, std::move(path), std::move(done)));
  backup->submit_step();
}

void Backup::submit_step() {
  auto self = shared_from_this();
  const auto step = [self](Connection& source) {
    try {
      self->step(source);
    } catch (const Failure& failure) {
      // The backup's file failed; that of the store is in no doubt.
      throw Failure(failure.error());
    }
  };
  const auto failed = [self](const Error& error) {
    self->drop();
    self->done_(std::unexpected(error));
  };
  writer_.submit(Lane::background, std::make_unique<MaintenanceJob>(step, failed));
}

void Backup::open(Connection& source) {
  struct stat status{};
  if (::lstat(path_.c_str(), &status) == 0) fail(Errc::exists, path_ + " exists; a backup overwrites nothing");
  ::unlink(partial_.c_str());  // of a backup that didn't end
  const int descriptor = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail_with_errno("cannot make " + partial_);
  ::close(descriptor);
  is_made_ = true;
  target_ = std::make_unique<Connection>(partial_, Connection::Use::writer);
  // It is synced once, at its end, and worth nothing before.
  target_->script("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  backup_ = sqlite3_backup_init(target_->handle(), "main", source.handle(), "main");
  if (backup_ == nullptr) target_->raise(sqlite3_errcode(target_->handle()), "backup");
}

void Backup::step(Connection& source) {
  if (backup_ == nullptr) open(source);
  const int code = sqlite3_backup_step(backup_, kPagesPerSlice);
  if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) return submit_step();
  if (code != SQLITE_DONE) target_->raise(code, "backup");
  sqlite3_backup_finish(backup_);
  backup_ = nullptr;
  // The sync of a large file takes long: not on the writer's thread.
  auto self = shared_from_this();
  if (!upkeep_.post([self] { self->finish(); })) fail(Errc::closed, "the store is closing");
}

void Backup::finish() {
  report(guarded([this] {
    target_.reset();
    sync_file(partial_);
    // link() fails if the name is taken, where rename() would replace it.
    if (::link(partial_.c_str(), path_.c_str()) != 0) fail_with_errno("cannot make " + path_);
    ::unlink(partial_.c_str());
    is_made_ = false;
    const std::string folder = std::filesystem::path(path_).parent_path();
    sync_directory(folder.empty() ? "." : folder);
  }));
}

void Backup::report(Result<void> result) {
  drop();
  writer_.submit<void>(
      Lane::normal, 0,
      [result = std::move(result)](Transaction&) {
        if (!result) throw Failure(result.error());
      },
      std::move(done_));
}

}  // namespace portreeve::store::sqlite
