#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <variant>

#include "portcullis/net/trouble.h"

namespace portcullis::net {

/// What one end's TLS connections share: versions, certificates, and whom to trust. Cheap to copy, safe to share
/// between threads.
///
/// Source: requirements GW-CONN (TLS), RFC 6455 section 4.1 item 5, RFC 6066 section 3.
class Tls {
 public:
  /// The client's end: TLS 1.2 or later, the chain verified against the PEM file, or the system's store when the name
  /// is empty. The host is checked by each Stream.
  ///
  /// Errors: the file cannot be read, or holds no certificate.
  static std::variant<Tls, Trouble> client(const std::string& ca_file);

  /// The server's end, with a PEM certificate (its chain behind it) and its private key.
  ///
  /// Errors: one of them cannot be read, or they do not belong together.
  static std::variant<Tls, Trouble> server(const std::string& certificate_pem, const std::string& key_pem);

  SSL_CTX* context() const noexcept { return context_.get(); }

 private:
  explicit Tls(SSL_CTX* context) noexcept;
  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace portcullis::net
