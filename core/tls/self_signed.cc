#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "core/base/ascii.h"
#include "core/tls/context.h"
#include "core/tls/errors.h"

namespace portreeve::tls {
namespace {

constexpr int kYears = 10;
constexpr std::size_t kMaxCommonName = 64;  // RFC 5280 ub-common-name

bssl::UniquePtr<EVP_PKEY> make_key() {
  bssl::UniquePtr<EC_KEY> curve_key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  if (!curve_key || !key || EC_KEY_generate_key(curve_key.get()) != 1 ||
      EVP_PKEY_set1_EC_KEY(key.get(), curve_key.get()) != 1) {
    return nullptr;
  }
  return key;
}

// RFC 5280 §4.1.2.2: positive, at most 20 bytes; random, so that browsers that saw an older one don't call it a
// forgery.
bool set_random_serial(X509* certificate) {
  const bssl::UniquePtr<BIGNUM> serial(BN_new());
  return serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, const std::string& name) {
  const bool fits = name.size() <= kMaxCommonName;
  const std::string_view common_name = fits ? std::string_view(name) : std::string_view("Portreeve");
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const std::uint8_t*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1;
}

bssl::UniquePtr<GENERAL_NAME> to_general_name(const std::string& name) {
  std::array<char, 16> address{};
  int bytes = 0;
  if (inet_pton(AF_INET, name.c_str(), address.data()) == 1) bytes = 4;
  if (inet_pton(AF_INET6, name.c_str(), address.data()) == 1) bytes = 16;
  bssl::UniquePtr<GENERAL_NAME> entry(GENERAL_NAME_new());
  bssl::UniquePtr<ASN1_STRING> text(bytes > 0 ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new());
  if (!entry || !text) return nullptr;
  const int is_set = bytes > 0 ? ASN1_STRING_set(text.get(), address.data(), bytes)
                               : ASN1_STRING_set(text.get(), name.data(), static_cast<int>(name.size()));
  if (is_set != 1) return nullptr;
  GENERAL_NAME_set0_value(entry.get(), bytes > 0 ? GEN_IPADD : GEN_DNS, text.release());
  return entry;
}

bool add_alternative_names(X509* certificate, const std::vector<std::string>& names) {
  const bssl::UniquePtr<GENERAL_NAMES> alternatives(GENERAL_NAMES_new());
  if (!alternatives) return false;
  for (const std::string& name : names) {
    auto entry = to_general_name(name);
    if (!entry || !bssl::PushToStack(alternatives.get(), std::move(entry))) return false;
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, alternatives.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_extension(X509* certificate, int nid, const char* value) {
  const bssl::UniquePtr<X509_EXTENSION> extension(X509V3_EXT_nconf_nid(nullptr, nullptr, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bssl::UniquePtr<X509> make_certificate(EVP_PKEY* key, const std::vector<std::string>& names) {
  bssl::UniquePtr<X509> certificate(X509_new());
  X509* made = certificate.get();
  if (made == nullptr || X509_set_version(made, X509_VERSION_3) != 1 || !set_random_serial(made) ||
      !set_subject(made, names.front()) || X509_set_pubkey(made, key) != 1) {
    return nullptr;
  }
  // An hour back, for clients whose clock is late.
  if (X509_gmtime_adj(X509_getm_notBefore(made), -3600) == nullptr ||
      X509_time_adj_ex(X509_getm_notAfter(made), kYears * 365, 0, nullptr) == nullptr) {
    return nullptr;
  }
  if (!add_extension(made, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(made, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(made, NID_ext_key_usage, "serverAuth") || !add_alternative_names(made, names) ||
      X509_sign(made, key, EVP_sha256()) == 0) {
    return nullptr;
  }
  return certificate;
}

std::string to_pem(const EVP_PKEY* key, X509* certificate) {
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  if (!bio) return {};
  const int is_written = key != nullptr ? PEM_write_bio_PKCS8PrivateKey(bio.get(), const_cast<EVP_PKEY*>(key), nullptr,
                                                                        nullptr, 0, nullptr, nullptr)
                                        : PEM_write_bio_X509(bio.get(), certificate);
  const std::uint8_t* bytes = nullptr;
  std::size_t length = 0;
  if (is_written != 1 || BIO_mem_contents(bio.get(), &bytes, &length) != 1) return {};
  return {reinterpret_cast<const char*>(bytes), length};
}

bool sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool is_synced = fsync(fd) == 0;
  close(fd);
  return is_synced;
}

// A new file with these contents, on the disk when this returns; nothing is left of it on failure.
std::expected<void, std::string> write_new_file(const std::string& path, const std::string& text, mode_t mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (fd < 0) {
    return std::unexpected("can't make " + path + ": " +
                           (errno == EEXIST ? "it exists already, and is not overwritten" : std::strerror(errno)));
  }
  bool is_good = true;
  std::string_view rest = text;
  while (is_good && !rest.empty()) {
    const ssize_t wrote = write(fd, rest.data(), rest.size());
    if (wrote >= 0) rest.remove_prefix(static_cast<std::size_t>(wrote));
    is_good = wrote >= 0 || errno == EINTR;
  }
  is_good = is_good && fsync(fd) == 0;
  int error = errno;
  close(fd);
  if (is_good) {
    is_good = sync_folder_of(path);
    error = errno;
  }
  if (is_good) return {};
  unlink(path.c_str());
  return std::unexpected("can't write " + path + ": " + std::strerror(error));
}

bool exists(const std::string& path) {
  struct stat status{};
  return lstat(path.c_str(), &status) == 0;
}

}  // namespace

std::expected<void, std::string> make_self_signed(const CertificateFiles& files,
                                                  const std::vector<std::string>& names) {
  if (names.empty()) return std::unexpected("a self-signed certificate needs a name to be for");
  for (const std::string* path : {&files.certificate, &files.key}) {
    if (exists(*path)) return std::unexpected("can't make " + *path + ": it exists already, and is not overwritten");
  }
  ERR_clear_error();
  const auto key = make_key();
  const auto certificate = key ? make_certificate(key.get(), names) : nullptr;
  const std::string key_pem = certificate ? to_pem(key.get(), nullptr) : std::string();
  const std::string certificate_pem = certificate ? to_pem(nullptr, certificate.get()) : std::string();
  if (key_pem.empty() || certificate_pem.empty()) {
    return std::unexpected("can't make a self-signed certificate for " + names.front() + ": " + take_error());
  }
  if (auto wrote = write_new_file(files.key, key_pem, 0600); !wrote) return wrote;
  if (auto wrote = write_new_file(files.certificate, certificate_pem, 0644); !wrote) {
    unlink(files.key.c_str());
    return wrote;
  }
  return {};
}

}  // namespace portreeve::tls
