// One certificate chain with its key, as read from files; and the choice among several by server name.
// Threads: immutable once made; share them freely.
#pragma once

#include <openssl/evp.h>
#include <openssl/pool.h>
#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/tls/context.h"

namespace portreeve::tls {

// Tells one state of a file from another: ctime moves with contents, owner and mode alike.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t changed_s = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

struct Certificate {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> chain;  // leaf first
  bssl::UniquePtr<EVP_PKEY> key;
  std::vector<std::string> names;  // DNS names it is good for, in lower case; "*.example.org" for a wildcard
  // Its hash as a channel binding (RFC 5929 §4.1); null where the signature's algorithm defines none. Shared with the
  // connections, which outlive a reload.
  std::shared_ptr<const std::string> end_point;
  std::string warning;  // for people: it has expired; empty if all is well
};

// The error names the file, what is wrong with it and what would be right.
std::expected<Certificate, std::string> load_certificate(const CertificateFiles& files);

// The stamps of all files, in order; one that can't be looked at has the stamp of nothing.
std::vector<FileStamp> stamps_of(const std::vector<CertificateFiles>& files);

class CertificateSet {
 public:
  // Precondition: not empty.
  explicit CertificateSet(std::vector<Certificate> certificates);

  // By exact name, then by wildcard (RFC 6125 §6.4.3: one whole label); the first certificate if none fits.
  const Certificate& choose(std::string_view server_name) const;
  const std::vector<Certificate>& all() const { return certificates_; }

 private:
  std::vector<Certificate> certificates_;
  std::map<std::string, std::size_t, std::less<>> exact_;
  std::map<std::string, std::size_t, std::less<>> wildcard_;  // by what stands behind "*."
};

}  // namespace portreeve::tls
