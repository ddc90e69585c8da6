#pragma once

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include "portcullis/net/trouble.h"

namespace portcullis::mock {

/// A certificate and its private key, both as PEM.
struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

/// For whom, and for when, counted from now.
struct CertificateFor {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";  ///< the alternative names, as OpenSSL writes them
  std::chrono::seconds from{-3'600};
  std::chrono::seconds until{30 * 24 * 3'600};
};

/// A certificate authority of our own, whose key lives in memory alone; all keys are EC P-256.
///
/// Source: RFC 5280 section 4.2; requirements GW-CONN (TLS).
class Authority {
 public:
  /// Errors: what OpenSSL says.
  static std::variant<Authority, net::Trouble> make(const CertificateFor& validity = {});

  /// Gives the authority's certificate as PEM, for those who are to trust it.
  const std::string& pem() const noexcept { return pem_; }
  /// Issues a server's certificate.
  ///
  /// Errors: names that are malformed, or what OpenSSL says.
  std::variant<Certificate, net::Trouble> issue(const CertificateFor& wanted = {}) const;

 private:
  Authority(std::shared_ptr<EVP_PKEY> key, std::shared_ptr<X509> certificate, std::string pem) noexcept;

  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string pem_;
};

}  // namespace portcullis::mock
