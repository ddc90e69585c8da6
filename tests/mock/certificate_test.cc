// The certificates that the mock gateway makes for itself.
#include "portcullis/oracle/mock/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>

namespace portcullis::mock {
namespace {

using namespace std::chrono_literals;
using Parsed = std::unique_ptr<X509, decltype(&X509_free)>;

Parsed parsed(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                         BIO_free);
  return {PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), X509_free};
}

Authority authority(const CertificateFor& validity = {}) { return std::get<Authority>(Authority::make(validity)); }

Certificate issued(const Authority& by, const CertificateFor& wanted = {}) {
  return std::get<Certificate>(by.issue(wanted));
}

/// Verifies a server's certificate as a strict client would; gives OpenSSL's verdict.
int verdict(const Authority& trusted, const Certificate& certificate, const std::string& host) {
  const Parsed root = parsed(trusted.pem());
  const Parsed leaf = parsed(certificate.certificate_pem);
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), X509_STORE_free);
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                X509_STORE_CTX_free);
  REQUIRE(root);
  REQUIRE(leaf);
  REQUIRE(X509_STORE_add_cert(store.get(), root.get()) == 1);
  REQUIRE(X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr) == 1);
  X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1)
    REQUIRE(X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size()) == 1);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

TEST_CASE("GW-CONN-1: a strict client that trusts the authority accepts its certificate for localhost", "[mock]") {
  const Authority ours = authority();
  const Certificate certificate = issued(ours);
  CHECK(verdict(ours, certificate, "localhost") == X509_V_OK);
  CHECK(verdict(ours, certificate, "127.0.0.1") == X509_V_OK);
  CHECK(verdict(ours, certificate, "::1") == X509_V_OK);
  CHECK(verdict(ours, certificate, "example.com") == X509_V_ERR_HOSTNAME_MISMATCH);
  CHECK(verdict(ours, certificate, "127.0.0.2") == X509_V_ERR_IP_ADDRESS_MISMATCH);
  CHECK(verdict(authority(), certificate, "localhost") != X509_V_OK);
}

TEST_CASE("GW-CONN-1: a certificate begins an hour ago and ends in thirty days, or as a test wants it", "[mock]") {
  const Authority ours = authority();
  const Parsed leaf = parsed(issued(ours).certificate_pem);
  const auto days_between = [&](const ASN1_TIME* from, const ASN1_TIME* to) {
    int days = -1;
    int seconds = -1;
    REQUIRE(ASN1_TIME_diff(&days, &seconds, from, to) == 1);
    return std::pair(days, seconds);
  };
  CHECK(days_between(X509_get0_notBefore(leaf.get()), X509_get0_notAfter(leaf.get())) == std::pair(30, 3'600));
  const std::string names = "DNS:localhost";
  CHECK(verdict(ours, issued(ours, {names, -48h, -24h}), "localhost") == X509_V_ERR_CERT_HAS_EXPIRED);
  CHECK(verdict(ours, issued(ours, {names, 24h, 48h}), "localhost") == X509_V_ERR_CERT_NOT_YET_VALID);
  CHECK(verdict(ours, issued(ours, {"DNS:other.example", -1h, 1h}), "localhost") == X509_V_ERR_HOSTNAME_MISMATCH);
  const Authority old = authority({{}, -48h, -24h});
  CHECK(verdict(old, issued(old), "localhost") == X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_CASE("GW-CONN-1: the key belongs to the certificate, and no two are alike", "[mock]") {
  const Authority ours = authority();
  const Certificate certificate = issued(ours);
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
      BIO_new_mem_buf(certificate.key_pem.data(), static_cast<int>(certificate.key_pem.size())), BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  REQUIRE(key);
  CHECK(X509_check_private_key(parsed(certificate.certificate_pem).get(), key.get()) == 1);
  CHECK(issued(ours).key_pem != certificate.key_pem);
  CHECK(ours.pem().find("PRIVATE") == std::string::npos);
}

TEST_CASE("GW-CONN-1: names that are none are a trouble that quotes them", "[mock]") {
  const auto refused = authority().issue({"IP:nowhere", -1h, 1h});
  REQUIRE(std::holds_alternative<net::Trouble>(refused));
  CHECK(std::get<net::Trouble>(refused).text.find("IP:nowhere") != std::string::npos);
}

}  // namespace
}  // namespace portcullis::mock
