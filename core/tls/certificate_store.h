// What CertificateStore keeps, for Context, which takes a certificate for each handshake.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/tls/certificate.h"
#include "core/tls/context.h"

namespace portreeve::tls {

struct CertificateStore::Impl {
  std::shared_ptr<const CertificateSet> current() const {
    const std::lock_guard lock(mutex);
    return set;
  }

  mutable std::mutex mutex;
  std::shared_ptr<const CertificateSet> set;  // guarded by mutex; never null once loaded
  std::vector<CertificateFiles> files;        // guarded by mutex; what was last read, good or bad
  std::vector<FileStamp> stamps;              // guarded by mutex; of `files`, from before they were read
};

}  // namespace portreeve::tls
