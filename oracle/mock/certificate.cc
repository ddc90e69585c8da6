#include "portcullis/oracle/mock/certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace portcullis::mock {
namespace {

using net::Trouble;
using Key = std::shared_ptr<EVP_PKEY>;
using Signed = std::shared_ptr<X509>;

struct Extension {
  int nid;
  const char* value;
};
constexpr std::array kOfAuthority{
    Extension{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
    Extension{NID_key_usage, "critical,keyCertSign,cRLSign"},
    Extension{NID_subject_key_identifier, "hash"},
};
constexpr std::array kOfServer{
    Extension{NID_basic_constraints, "critical,CA:FALSE"},
    Extension{NID_key_usage, "critical,digitalSignature"},
    Extension{NID_ext_key_usage, "serverAuth"},
    Extension{NID_subject_key_identifier, "hash"},
    Extension{NID_authority_key_identifier, "keyid:always"},
};

Trouble trouble(const std::string& what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return {Trouble::Stage::Configure, "cannot make a certificate: " + what + ": " + reason.data()};
}

Key make_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

/// A number that nobody has seen, as CAs of the same name would be confused by equal ones.
bool set_serial(X509* certificate) {
  constexpr int kBits = 127;
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_new(), BN_free);
  return number && BN_rand(number.get(), kBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, const std::string& name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, const Extension& wanted) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, wanted.nid, wanted.value), X509_EXTENSION_free);
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// What a certificate is to say; without an issuer it is its own.
struct Wanted {
  std::string subject;
  std::span<const Extension> extensions;
  const CertificateFor& when;
  X509* issuer = nullptr;
  EVP_PKEY* issuer_key = nullptr;
};

/// Makes and signs one; null, with OpenSSL's queue saying why, when that fails.
Signed sign(EVP_PKEY* key, const Wanted& wanted) {
  Signed certificate(X509_new(), X509_free);
  if (!certificate) return nullptr;
  X509* const raw = certificate.get();
  X509* const issuer = wanted.issuer != nullptr ? wanted.issuer : raw;
  const bool filled =
      X509_set_version(raw, X509_VERSION_3) == 1 && set_serial(raw) && set_subject(raw, wanted.subject) &&
      X509_set_issuer_name(raw, X509_get_subject_name(issuer)) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(raw), wanted.when.from.count()) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(raw), wanted.when.until.count()) != nullptr && X509_set_pubkey(raw, key) == 1;
  if (!filled) return nullptr;
  for (const Extension& extension : wanted.extensions)
    if (!add_extension(raw, issuer, extension)) return nullptr;
  EVP_PKEY* const signer = wanted.issuer_key != nullptr ? wanted.issuer_key : key;
  return X509_sign(raw, signer, EVP_sha256()) != 0 ? certificate : nullptr;
}

/// Gives what a writer of OpenSSL puts into memory.
template <typename Write>
std::optional<std::string> pem_by(const Write& write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  if (!memory || write(memory.get()) != 1) return std::nullopt;
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::optional<std::string> pem_of(X509* certificate) {
  return pem_by([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::optional<std::string> pem_of(EVP_PKEY* key) {
  return pem_by([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

}  // namespace

Authority::Authority(Key key, Signed certificate, std::string pem) noexcept
    : key_(std::move(key)), certificate_(std::move(certificate)), pem_(std::move(pem)) {}

std::variant<Authority, Trouble> Authority::make(const CertificateFor& validity) {
  const Key key = make_key();
  if (!key) return trouble("no key");
  const Signed certificate = sign(key.get(), {"Portcullis mock CA", kOfAuthority, validity});
  auto pem = certificate ? pem_of(certificate.get()) : std::nullopt;
  if (!pem) return trouble("the authority");
  return Authority(key, certificate, *std::move(pem));
}

std::variant<Certificate, Trouble> Authority::issue(const CertificateFor& wanted) const {
  const Key key = make_key();
  if (!key) return trouble("no key");
  std::vector<Extension> extensions(kOfServer.begin(), kOfServer.end());
  extensions.push_back({NID_subject_alt_name, wanted.names.c_str()});
  const Signed certificate = sign(key.get(), {"Portcullis mock", extensions, wanted, certificate_.get(), key_.get()});
  auto certificate_pem = certificate ? pem_of(certificate.get()) : std::nullopt;
  auto key_pem = pem_of(key.get());
  if (!certificate_pem || !key_pem) return trouble("for " + wanted.names);
  return Certificate{*std::move(certificate_pem), *std::move(key_pem)};
}

}  // namespace portcullis::mock
