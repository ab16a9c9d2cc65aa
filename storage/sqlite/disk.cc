#include "storage/sqlite/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/base/log.h"

namespace portreeve::store::sqlite {
namespace {

constexpr std::uint64_t kBallastBytes = 16 << 20;

// By number: linux/magic.h doesn't name all of them everywhere.
constexpr std::array<std::uint32_t, 8> kNetworkFileSystems = {
    0x6969 /* NFS */,     0x517b /* SMB */,      0xfe534d42 /* SMB2 */, 0xff534d42 /* CIFS */,
    0x5346414f /* AFS */, 0x73757245 /* Coda */, 0x564c /* NCP */,      0x00c36400 /* Ceph */};

void make_directory(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), failed);
  // What failed there fails here too, with a reason.
  if (::mkdir(directory.c_str(), 0700) == 0) return;
  if (errno != EEXIST) fail_with_errno("cannot make the store's directory " + directory);
}

void refuse_network(const std::string& directory) {
  struct statfs status{};
  if (::statfs(directory.c_str(), &status) != 0) fail_with_errno("cannot look at " + directory);
  if (std::ranges::count(kNetworkFileSystems, static_cast<std::uint32_t>(status.f_type)) > 0) {
    fail(Errc::invalid,
         directory + " is on a network file system, where the store can't be kept safely; use a local disk");
  }
}

}  // namespace

void fail_with_errno(const std::string& doing) {
  const int error = errno;
  const Errc code = error == ENOSPC || error == EDQUOT ? Errc::disk_full : Errc::io;
  fail(code, doing + ": " + std::generic_category().message(error));
}

void make_private_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) fail_with_errno("cannot make " + path);
  ::close(descriptor);
}

void sync_directory(const std::string& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail_with_errno("cannot open " + directory);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (result != 0) fail_with_errno("cannot sync " + directory);
}

Ownership::Ownership(const std::string& directory) {
  make_directory(directory);
  refuse_network(directory);
  const std::string path = directory + "/portreeve.lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail_with_errno("cannot open " + path);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    std::array<char, 32> owner{};
    const ssize_t length = ::pread(descriptor_, owner.data(), owner.size() - 1, 0);
    ::close(descriptor_);
    errno = error;
    if (error != EWOULDBLOCK) fail_with_errno("cannot lock " + path);
    std::string who(owner.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    while (!who.empty() && who.back() == '\n') who.pop_back();
    fail(Errc::exists, "another process" + (who.empty() ? "" : " (" + who + ")") + " owns the store in " + directory);
  }
  const std::string owner = std::to_string(::getpid()) + "\n";
  // The number is only for people who read the message above.
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, owner.data(), owner.size(), 0) < 0) {
    base::log::warning("store.lock", {{"what", "cannot write the process number into the lock file"}});
  }
}

Ownership::~Ownership() { ::close(descriptor_); }

Disk::Disk(std::string directory, std::uint64_t reserve_bytes, FreeBytes free_bytes)
    : directory_(std::move(directory)),
      ballast_(directory_ + "/portreeve.ballast"),
      reserve_bytes_(reserve_bytes),
      free_bytes_(std::move(free_bytes)) {
  struct stat status{};
  has_ballast_ = ::stat(ballast_.c_str(), &status) == 0;
  look();
}

std::uint64_t Disk::free_bytes() const {
  if (free_bytes_) return free_bytes_();
  struct statvfs status{};
  // A file system that can't be asked is not a reason to refuse mail; a full one will say so itself.
  if (::statvfs(directory_.c_str(), &status) != 0) return UINT64_MAX;
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

void Disk::look() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t free = free_bytes();
  const bool had_room = has_room_.exchange(free >= reserve_bytes_);
  if (had_room != has_room()) {
    base::log::warning(has_room() ? "store.room" : "store.full", {{"free", free}, {"reserve", reserve_bytes_}});
  }
  if (!has_ballast_ && free / 2 >= reserve_bytes_ + kBallastBytes) make_ballast();
}

void Disk::make_ballast() {
  const int descriptor = ::open(ballast_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  has_ballast_ = ::posix_fallocate(descriptor, 0, kBallastBytes) == 0;
  ::close(descriptor);
  if (!has_ballast_) ::unlink(ballast_.c_str());
}

bool Disk::give_up_ballast() {
  const std::lock_guard lock(mutex_);
  has_room_ = false;
  if (!has_ballast_) return false;
  has_ballast_ = false;
  ::unlink(ballast_.c_str());
  base::log::warning("store.full", {{"what", "the ballast is given up so that mail can be removed"}});
  return true;
}

}  // namespace portreeve::store::sqlite
