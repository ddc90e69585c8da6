#include "portcullis/tests/net/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

namespace portcullis::tests {

namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

Key new_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

/// Not Catch's REQUIRE: certificates are made on any thread.
void need(bool condition) {
  if (!condition) std::abort();
}

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string pem_of(const Certificate& certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate.get());
  return text_of(bio);
}

std::string pem_of(const Key& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio);
}

void extend(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  need(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate unsigned_certificate(const Key& key, const char* common_name, const Wish& wish) {
  static long serial = 0;
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.until_seconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key.get());
  return certificate;
}

void sign(const Certificate& certificate, const X509* issuer, const Key& key) {
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  need(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
}

}  // namespace

Authority::Authority(const char* name) : key_(new_key()), certificate_(unsigned_certificate(key_, name, {})) {
  extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_.get(), NID_key_usage, "critical,keyCertSign");
  sign(certificate_, certificate_.get(), key_);
}

std::string Authority::pem() const { return pem_of(certificate_); }

Identity Authority::issue(const Wish& wish) const {
  const Key key = new_key();
  const Certificate certificate = unsigned_certificate(key, "Test Server", wish);
  extend(certificate.get(), NID_subject_alt_name, wish.names);
  sign(certificate, certificate_.get(), key_);
  return {pem_of(certificate), pem_of(key)};
}

Identity self_signed(const Wish& wish) {
  const Key key = new_key();
  const Certificate certificate = unsigned_certificate(key, "Test Server", wish);
  extend(certificate.get(), NID_subject_alt_name, wish.names);
  sign(certificate, certificate.get(), key);
  return {pem_of(certificate), pem_of(key)};
}

File::File(const std::string& content) {
  const char* folder = std::getenv("TEST_TMPDIR");
  path_ = std::string(folder != nullptr ? folder : "/tmp") + "/file.XXXXXX";
  const int fd = ::mkstemp(path_.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  std::ofstream(path_) << content;
}

File::~File() { ::unlink(path_.c_str()); }

}  // namespace portcullis::tests
