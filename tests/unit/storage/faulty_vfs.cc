#include "tests/unit/storage/faulty_vfs.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace portreeve::store::sqlite {
namespace {

constexpr const char* kName = "portreeve-faulty";

struct File {
  sqlite3_file base;  // first, as SQLite sees it
  FaultyVfs* vfs;
  const char* path;    // SQLite keeps it while the file is open
  sqlite3_file* real;  // behind this structure
};

File* own(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return own(file)->real; }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

}  // namespace

struct FaultyMethods {
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    const int result = own(file)->vfs->write_result;
    return result != SQLITE_OK ? result : methods(file).xWrite(real(file), data, size, offset);
  }
  static int sync(sqlite3_file* file, int flags) {
    const int result = own(file)->vfs->sync_result;
    if (result != SQLITE_OK) return result;
    const int done = methods(file).xSync(real(file), flags);
    own(file)->vfs->synced(own(file)->path);
    return done;
  }
  static const sqlite3_io_methods& table() {
    static const sqlite3_io_methods methods_table = {
        .iVersion = 2,
        .xClose = [](sqlite3_file* f) { return methods(f).xClose(real(f)); },
        .xRead = [](sqlite3_file* f, void* d, int n, sqlite3_int64 o) { return methods(f).xRead(real(f), d, n, o); },
        .xWrite = write,
        .xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return methods(f).xTruncate(real(f), n); },
        .xSync = sync,
        .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return methods(f).xFileSize(real(f), n); },
        .xLock = [](sqlite3_file* f, int l) { return methods(f).xLock(real(f), l); },
        .xUnlock = [](sqlite3_file* f, int l) { return methods(f).xUnlock(real(f), l); },
        .xCheckReservedLock = [](sqlite3_file* f, int* r) { return methods(f).xCheckReservedLock(real(f), r); },
        .xFileControl = [](sqlite3_file* f, int op, void* a) { return methods(f).xFileControl(real(f), op, a); },
        .xSectorSize = [](sqlite3_file* f) { return methods(f).xSectorSize(real(f)); },
        .xDeviceCharacteristics = [](sqlite3_file* f) { return methods(f).xDeviceCharacteristics(real(f)); },
        .xShmMap = [](sqlite3_file* f, int p, int n, int e,
                      void volatile** m) { return methods(f).xShmMap(real(f), p, n, e, m); },
        .xShmLock = [](sqlite3_file* f, int o, int n, int l) { return methods(f).xShmLock(real(f), o, n, l); },
        .xShmBarrier = [](sqlite3_file* f) { methods(f).xShmBarrier(real(f)); },
        .xShmUnmap = [](sqlite3_file* f, int d) { return methods(f).xShmUnmap(real(f), d); },
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
    return methods_table;
  }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
    File* mine = own(file);
    mine->base.pMethods = nullptr;
    mine->vfs = self;
    mine->path = path;
    mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
    const int result = self->real_->xOpen(self->real_, path, mine->real, flags, out);
    if (mine->real->pMethods != nullptr) mine->base.pMethods = &table();
    return result;
  }
};

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)) {
  vfs_ = *real_;
  vfs_.szOsFile = real_->szOsFile + static_cast<int>(sizeof(File));
  vfs_.zName = kName;
  vfs_.pAppData = this;
  vfs_.xOpen = FaultyMethods::open;
  // The unix VFS's other functions look at nothing of the structure that they are given, save this one's own.
  vfs_.xDelete = [](sqlite3_vfs* v, const char* p, int s) {
    sqlite3_vfs* base = static_cast<FaultyVfs*>(v->pAppData)->real_;
    return base->xDelete(base, p, s);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* v, const char* p, int n, char* out) {
    sqlite3_vfs* base = static_cast<FaultyVfs*>(v->pAppData)->real_;
    return base->xFullPathname(base, p, n, out);
  };
  sqlite3_vfs_register(&vfs_, 1);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void FaultyVfs::synced(const std::string& path) {
  if (!is_remembering_) return;
  const std::lock_guard lock(mutex_);
  // What is written while it is read may come along; a disk too may keep more than it must.
  contents_[path] = read_file(path);
}

void FaultyVfs::write_synced(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  for (const auto& [path, content] : contents_) {
    std::ofstream(std::filesystem::path(directory) / std::filesystem::path(path).filename(), std::ios::binary)
        << content;
  }
}

}  // namespace portreeve::store::sqlite
