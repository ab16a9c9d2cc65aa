#include "core/tls/certificate.h"

#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "pair.h"

namespace portreeve::tls {
namespace {

using ::testing::ElementsAre;
using testing::Folder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Certificates : public ::testing::Test {
 protected:
  std::string problem_with(const CertificateFiles& files) {
    const auto store = CertificateStore::load({files});
    return store ? "none" : store.error();
  }

  Folder folder_;
};

TEST_F(Certificates, SelfSignedOneIsForItsNames) {
  const auto files = folder_.certificate("a", {"Mail.example.test", "*.wild.test", "192.0.2.1", "2001:db8::1"});
  const auto loaded = load_certificate(files);
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_THAT(loaded->names, ElementsAre("mail.example.test", "*.wild.test"));
  EXPECT_EQ(loaded->warning, "");
  const bssl::UniquePtr<X509> leaf(X509_parse_from_buffer(loaded->chain.front().get()));
  EXPECT_EQ(X509_check_ip_asc(leaf.get(), "192.0.2.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(leaf.get(), "2001:db8::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(leaf.get(), "192.0.2.2", 0), 0);
  EXPECT_EQ(X509_check_host(leaf.get(), "a.wild.test", 11, 0, nullptr), 1);

  struct stat status{};
  ASSERT_EQ(stat(files.key.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Certificates, SelfSignedOnesHaveSerialsOfTheirOwn) {
  std::vector<std::string> serials;
  for (const char* name : {"a", "b"}) {
    const auto loaded = load_certificate(folder_.certificate(name, {"mail.example.test"}));
    ASSERT_TRUE(loaded);
    const bssl::UniquePtr<X509> leaf(X509_parse_from_buffer(loaded->chain.front().get()));
    const ASN1_INTEGER* serial = X509_get0_serialNumber(leaf.get());
    serials.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
                         static_cast<std::size_t>(ASN1_STRING_length(serial)));
  }
  EXPECT_NE(serials[0], serials[1]);
}

TEST_F(Certificates, SelfSignedOneOverwritesNothing) {
  const auto files = folder_.certificate("a", {"mail.example.test"});
  const std::string before = folder_.read("a.key");
  const auto again = make_self_signed(files, {"other.example.test"});
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error(), HasSubstr("a.pem: it exists already"));
  std::filesystem::remove(files.certificate);
  EXPECT_FALSE(make_self_signed(files, {"other.example.test"}));
  EXPECT_FALSE(std::filesystem::exists(files.certificate));
  EXPECT_EQ(folder_.read("a.key"), before);

  const auto nowhere = make_self_signed({folder_.file("no/a.pem"), folder_.file("no/a.key")}, {"x"});
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error(), HasSubstr("No such file"));
  EXPECT_FALSE(make_self_signed({folder_.file("b.pem"), folder_.file("b.key")}, {}));
}

TEST_F(Certificates, SelfSignedOneTakesALongName) {
  const std::string name = std::string(60, 'a') + "." + std::string(60, 'b') + ".test";
  const auto loaded = load_certificate(folder_.certificate("a", {name}));
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_THAT(loaded->names, ElementsAre(name));
}

TEST_F(Certificates, ProblemsNameTheFileAndTheReason) {
  const auto good = folder_.certificate("good", {"mail.example.test"});
  const auto other = folder_.certificate("other", {"other.example.test"});
  const std::string good_pem = folder_.read("good.pem");
  folder_.write("empty.pem", "");
  folder_.write("text.pem", "hello\n");
  folder_.write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  folder_.write("reversed.pem", folder_.read("other.pem") + good_pem);
  folder_.write("huge.pem", std::string(2 * 1024 * 1024, 'x'));
  folder_.write(
      "locked.key",
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
      "AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n");
  struct Row {
    CertificateFiles files;
    std::string file;
    std::string why;
  };
  const Row rows[] = {
      {{folder_.file("none.pem"), good.key}, "none.pem", "no such file"},
      {{good.certificate, folder_.file("none.key")}, "none.key", "no such file"},
      {{folder_.file(""), good.key}, "certificate file", "Is a directory"},
      {{folder_.file("empty.pem"), good.key}, "empty.pem", "no certificate in PEM form"},
      {{folder_.file("text.pem"), good.key}, "text.pem", "no certificate in PEM form"},
      {{good.key, good.key}, "good.key", "no certificate in PEM form"},
      {{folder_.file("damaged.pem"), good.key}, "damaged.pem", "certificate 1 in it is damaged"},
      {{folder_.file("huge.pem"), good.key}, "huge.pem", "too big"},
      {{good.certificate, good.certificate}, "good.pem", "no private key in PEM form"},
      {{good.certificate, folder_.file("text.pem")}, "text.pem", "no private key in PEM form"},
      {{good.certificate, folder_.file("locked.key")}, "locked.key", "passphrase"},
      {{good.certificate, other.key}, "other.key", "not the key of the certificate"},
      {{folder_.file("reversed.pem"), good.key}, "reversed.pem", "must come first"},
  };
  for (const Row& row : rows) {
    const std::string problem = problem_with(row.files);
    EXPECT_THAT(problem, HasSubstr(row.file));
    EXPECT_THAT(problem, HasSubstr(row.why));
    EXPECT_EQ(problem.find('\n'), std::string::npos);
  }
}

TEST_F(Certificates, AKeyThatMayNotBeReadIsNamed) {
  const auto files = folder_.certificate("a", {"mail.example.test"});
  std::filesystem::permissions(folder_.file(""), std::filesystem::perms::all);
  std::filesystem::permissions(files.key, std::filesystem::perms::none);
  // Root may read everything: be nobody for a moment.
  const bool is_root = geteuid() == 0;
  if (is_root) ASSERT_EQ(seteuid(65534), 0);
  const std::string problem = problem_with(files);
  if (is_root) ASSERT_EQ(seteuid(0), 0);
  EXPECT_THAT(problem, HasSubstr("a.key: the server, as user id"));
  EXPECT_THAT(problem, HasSubstr("may not read it"));
}

TEST_F(Certificates, KeyAndCertificateMayShareAFile) {
  const auto files = folder_.certificate("a", {"mail.example.test"});
  folder_.write("both.pem", folder_.read("a.key") + folder_.read("a.pem"));
  EXPECT_EQ(problem_with({folder_.file("both.pem"), folder_.file("both.pem")}), "none");
}

TEST_F(Certificates, AnExpiredOneIsUsedWithAWarning) {
  const auto files = folder_.certificate("a", {"mail.example.test"});
  const auto loaded = load_certificate(files);
  ASSERT_TRUE(loaded);
  const bssl::UniquePtr<X509> leaf(X509_parse_from_buffer(loaded->chain.front().get()));
  X509_gmtime_adj(X509_getm_notAfter(leaf.get()), -60);
  ASSERT_GT(X509_sign(leaf.get(), loaded->key.get(), EVP_sha256()), 0);
  std::FILE* file = std::fopen(files.certificate.c_str(), "w");
  ASSERT_NE(file, nullptr);
  PEM_write_X509(file, leaf.get());
  std::fclose(file);

  const auto store = CertificateStore::load({files});
  ASSERT_TRUE(store) << store.error();
  EXPECT_THAT((*store)->warnings(), ElementsAre(HasSubstr("a.pem: it has expired")));
}

TEST_F(Certificates, ChangesOfFilesAreNoticed) {
  const auto files = folder_.certificate("a", {"mail.example.test"});
  const auto store = CertificateStore::load({files});
  ASSERT_TRUE(store) << store.error();
  EXPECT_THAT((*store)->warnings(), IsEmpty());
  EXPECT_FALSE((*store)->have_files_changed());

  // Replaced by rename, as certbot and most editors do.
  const auto fresh = folder_.certificate("b", {"mail.example.test"});
  std::filesystem::rename(fresh.certificate, files.certificate);
  EXPECT_TRUE((*store)->have_files_changed());
  EXPECT_FALSE((*store)->reload({files})) << "the key is still the old one's";
  EXPECT_FALSE((*store)->have_files_changed()) << "a bad file is complained of once";
  std::filesystem::rename(fresh.key, files.key);
  EXPECT_TRUE((*store)->have_files_changed());
  EXPECT_TRUE((*store)->reload({files}));
  EXPECT_FALSE((*store)->have_files_changed());

  std::filesystem::remove(files.key);
  EXPECT_FALSE((*store)->have_files_changed()) << "what is away for a moment is waited for";
}

}  // namespace
}  // namespace portreeve::tls
