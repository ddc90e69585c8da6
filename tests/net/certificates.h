#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace portcullis::tests {

/// What a server shows, and the key that proves it is its own.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

/// What a certificate is to say.
struct Wish {
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< subjectAltName as OpenSSL writes it
  long from_seconds = -3'600;                        ///< from now
  long until_seconds = 86'400;
};

/// A certificate authority that nobody knows until its file is given.
class Authority {
 public:
  explicit Authority(const char* name = "Test Authority");
  std::string pem() const;
  Identity issue(const Wish& wish = {}) const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

/// A certificate that vouches for itself and is no CA's.
Identity self_signed(const Wish& wish = {});

/// A file in the test's own folder, which goes with it.
class File {
 public:
  explicit File(const std::string& content);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace portcullis::tests
