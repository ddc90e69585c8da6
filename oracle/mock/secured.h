#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "portcullis/net/tls.h"
#include "portcullis/net/trouble.h"

namespace portcullis::mock {

/// A file that holds the CA's certificate; removed at the end where its name was ours.
class CaFile {
 public:
  CaFile() = default;
  CaFile(CaFile&& other) noexcept;
  CaFile& operator=(CaFile&& other) noexcept;
  ~CaFile();

  /// Errors: the file cannot be written. An empty name makes one in TMPDIR.
  static std::variant<CaFile, net::Trouble> write(const std::string& wanted, const std::string& pem);

  const std::string& path() const noexcept { return path_; }

 private:
  bool choose_name();
  net::Trouble trouble(std::string_view way_out) const;

  std::string path_;
  bool temporary_ = false;
};

/// A server's TLS with a certificate made now, and the file that those who are to trust it read.
struct Secured {
  net::Tls tls;
  CaFile ca_file;
};

/// Makes a CA and a certificate for this machine. `ca_file` empty: a file in TMPDIR.
///
/// Errors: what OpenSSL says, or a file that cannot be written.
std::variant<Secured, net::Trouble> make_tls(const std::string& ca_file);

}  // namespace portcullis::mock
