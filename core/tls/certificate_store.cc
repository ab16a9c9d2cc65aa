#include "core/tls/certificate_store.h"

#include <utility>

namespace portreeve::tls {

CertificateStore::CertificateStore() : impl_(std::make_unique<Impl>()) {}
CertificateStore::~CertificateStore() = default;

std::expected<std::unique_ptr<CertificateStore>, std::string> CertificateStore::load(
    std::vector<CertificateFiles> files) {
  std::unique_ptr<CertificateStore> store(new CertificateStore());
  if (auto loaded = store->reload(std::move(files)); !loaded) return std::unexpected(std::move(loaded.error()));
  return store;
}

std::expected<void, std::string> CertificateStore::reload(std::vector<CertificateFiles> files) {
  if (files.empty()) return std::unexpected("no certificate is configured");
  auto stamps = stamps_of(files);
  std::vector<Certificate> certificates;
  std::string problem;
  for (const CertificateFiles& pair : files) {
    auto loaded = load_certificate(pair);
    if (!loaded) {
      problem = std::move(loaded.error());
      break;
    }
    certificates.push_back(std::move(*loaded));
  }
  std::shared_ptr<const CertificateSet> fresh;
  if (problem.empty()) fresh = std::make_shared<CertificateSet>(std::move(certificates));

  const std::lock_guard lock(impl_->mutex);
  // A bad file is remembered too, so that whoever polls for changes complains of it once.
  impl_->files = std::move(files);
  impl_->stamps = std::move(stamps);
  if (!fresh) return std::unexpected(std::move(problem));
  impl_->set = std::move(fresh);
  return {};
}

bool CertificateStore::have_files_changed() const {
  std::vector<CertificateFiles> files;
  std::vector<FileStamp> known;
  {
    const std::lock_guard lock(impl_->mutex);
    files = impl_->files;
    known = impl_->stamps;
  }
  const std::vector<FileStamp> now = stamps_of(files);
  // A file that is away for a moment is being replaced: wait for what comes.
  for (const FileStamp& stamp : now) {
    if (stamp == FileStamp{}) return false;
  }
  return now != known;
}

std::vector<std::string> CertificateStore::warnings() const {
  std::vector<std::string> warnings;
  for (const Certificate& certificate : impl_->current()->all()) {
    if (!certificate.warning.empty()) warnings.push_back(certificate.warning);
  }
  return warnings;
}

}  // namespace portreeve::tls
