#include "core/tls/certificate.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/ascii.h"
#include "core/tls/errors.h"

namespace portreeve::tls {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} * 1024 * 1024;

std::string user_name() {
  // Plain text rather than getpwuid(): that loads name services into the process, some of which bring an OpenSSL.
  return "user id " + std::to_string(geteuid());
}

std::expected<std::string, std::string> read_file(const std::string& path, std::string_view what) {
  const auto problem = [&](const std::string& why) {
    return std::unexpected(std::string(what) + " file " + path + ": " + why);
  };
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return problem("there is no such file");
    if (errno == EACCES)
      return problem("the server, as " + user_name() + ", may not read it: change its owner or mode");
    return problem(std::strerror(errno));
  }
  std::string text;
  std::array<char, 16 * 1024> piece{};
  ssize_t got = 0;
  while (text.size() <= kMaxFileBytes && (got = read(fd, piece.data(), piece.size())) > 0) {
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  const int error = errno;
  close(fd);
  if (got < 0) return problem(std::strerror(error));
  if (text.size() > kMaxFileBytes) return problem("it is too big to be a PEM file");
  return text;
}

bssl::UniquePtr<BIO> memory_bio(const std::string& text) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Every CERTIFICATE block of the file; other blocks (a key, DH parameters) are passed over.
std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> read_chain(const std::string& pem) {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> chain;
  const auto bio = memory_bio(pem);
  char* name = nullptr;
  char* header = nullptr;
  std::uint8_t* bytes = nullptr;
  long length = 0;
  while (PEM_read_bio(bio.get(), &name, &header, &bytes, &length) == 1) {
    const bool is_certificate = std::string_view(name) == PEM_STRING_X509;
    if (is_certificate) chain.emplace_back(CRYPTO_BUFFER_new(bytes, static_cast<std::size_t>(length), nullptr));
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(bytes);
  }
  ERR_clear_error();
  return chain;
}

std::expected<bssl::UniquePtr<EVP_PKEY>, std::string> read_key(const std::string& pem, const std::string& path) {
  bool is_encrypted = false;
  const auto refuse_passphrase = [](char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
  };
  const auto bio = memory_bio(pem);
  ERR_clear_error();
  bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &is_encrypted));
  ERR_clear_error();
  if (key) return key;
  if (is_encrypted) {
    return std::unexpected("key file " + path + ": it has a passphrase, which the server can't ask for: remove it, " +
                           "for example with `openssl pkey`");
  }
  return std::unexpected("key file " + path + ": there is no private key in PEM form in it");
}

std::string lowered_text(const ASN1_STRING* text) {
  return base::lowered(
      {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text))});
}

// RFC 6125 §6.4.4: the subject's common name counts only where there is no DNS name beside it.
std::vector<std::string> names_of(X509& leaf) {
  std::vector<std::string> names;
  const bssl::UniquePtr<GENERAL_NAMES> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&leaf, NID_subject_alt_name, nullptr, nullptr)));
  if (alternatives) {
    for (const GENERAL_NAME* name : alternatives.get()) {
      if (name->type == GEN_DNS) names.push_back(lowered_text(name->d.dNSName));
    }
  }
  if (names.empty()) {
    const X509_NAME* subject = X509_get_subject_name(&leaf);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at >= 0) names.push_back(lowered_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  return names;
}

std::string validity_warning(const X509& leaf, const std::string& path) {
  // X509_cmp_current_time: negative is past, positive is to come, 0 is unreadable.
  if (X509_cmp_current_time(X509_get0_notAfter(&leaf)) < 0) return "certificate file " + path + ": it has expired";
  if (X509_cmp_current_time(X509_get0_notBefore(&leaf)) > 0) {
    return "certificate file " + path + ": it is not valid yet; is the clock right?";
  }
  return {};
}

// RFC 5929 §4.1: the hash of the signature's algorithm, but SHA-256 in place of MD5 and SHA-1.
std::shared_ptr<const std::string> end_point_of(const X509& leaf, const CRYPTO_BUFFER& der) {
  int digest_nid = NID_undef;
  if (OBJ_find_sigid_algs(X509_get_signature_nid(&leaf), &digest_nid, nullptr) != 1) return nullptr;
  const EVP_MD* digest =
      digest_nid == NID_md5 || digest_nid == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(digest_nid);
  if (digest == nullptr) return nullptr;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  if (EVP_Digest(CRYPTO_BUFFER_data(&der), CRYPTO_BUFFER_len(&der), hash.data(), &length, digest, nullptr) != 1) {
    throw std::bad_alloc();
  }
  return std::make_shared<const std::string>(reinterpret_cast<const char*>(hash.data()), length);
}

bool fits(X509& certificate, const EVP_PKEY& key) {
  const bssl::UniquePtr<EVP_PKEY> its_key(X509_get_pubkey(&certificate));
  const bool is_match = its_key && EVP_PKEY_cmp(its_key.get(), &key) == 1;
  ERR_clear_error();
  return is_match;
}

FileStamp stamp_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
}

}  // namespace

std::expected<Certificate, std::string> load_certificate(const CertificateFiles& files) {
  const auto certificate_pem = read_file(files.certificate, "certificate");
  if (!certificate_pem) return std::unexpected(certificate_pem.error());
  const auto key_pem = read_file(files.key, "key");
  if (!key_pem) return std::unexpected(key_pem.error());

  Certificate loaded;
  loaded.chain = read_chain(*certificate_pem);
  if (loaded.chain.empty()) {
    return std::unexpected("certificate file " + files.certificate + ": there is no certificate in PEM form in it");
  }
  std::vector<bssl::UniquePtr<X509>> parsed;
  for (const auto& der : loaded.chain) {
    parsed.emplace_back(X509_parse_from_buffer(der.get()));
    if (parsed.back()) continue;
    return std::unexpected("certificate file " + files.certificate + ": certificate " + std::to_string(parsed.size()) +
                           " in it is damaged (" + take_error() + ")");
  }
  auto key = read_key(*key_pem, files.key);
  if (!key) return std::unexpected(key.error());
  loaded.key = std::move(*key);

  X509& leaf = *parsed.front();
  if (!fits(leaf, *loaded.key)) {
    for (const auto& other : parsed) {
      if (!fits(*other, *loaded.key)) continue;
      return std::unexpected("certificate file " + files.certificate +
                             ": the server's own certificate must come first");
    }
    return std::unexpected("key file " + files.key + ": it is not the key of the certificate in " + files.certificate);
  }
  loaded.names = names_of(leaf);
  loaded.end_point = end_point_of(leaf, *loaded.chain.front());
  loaded.warning = validity_warning(leaf, files.certificate);
  return loaded;
}

std::vector<FileStamp> stamps_of(const std::vector<CertificateFiles>& files) {
  std::vector<FileStamp> stamps;
  for (const CertificateFiles& pair : files) {
    stamps.push_back(stamp_of(pair.certificate));
    stamps.push_back(stamp_of(pair.key));
  }
  return stamps;
}

CertificateSet::CertificateSet(std::vector<Certificate> certificates) : certificates_(std::move(certificates)) {
  for (std::size_t i = 0; i < certificates_.size(); ++i) {
    for (const std::string& name : certificates_[i].names) {
      if (name.starts_with("*.")) {
        wildcard_.emplace(name.substr(2), i);
      } else {
        exact_.emplace(name, i);
      }
    }
  }
}

const Certificate& CertificateSet::choose(std::string_view server_name) const {
  if (server_name.ends_with('.')) server_name.remove_suffix(1);
  const std::string name = base::lowered(server_name);
  if (const auto found = exact_.find(name); found != exact_.end()) return certificates_[found->second];
  const std::size_t dot = name.find('.');
  if (dot != std::string::npos && dot > 0) {
    const auto found = wildcard_.find(std::string_view(name).substr(dot + 1));
    if (found != wildcard_.end()) return certificates_[found->second];
  }
  return certificates_.front();
}

}  // namespace portreeve::tls
