#include "portcullis/oracle/mock/secured.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "portcullis/net/fd.h"
#include "portcullis/oracle/mock/certificate.h"

namespace portcullis::mock {

using net::Fd;
using net::Tls;
using net::Trouble;

CaFile::CaFile(CaFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), temporary_(std::exchange(other.temporary_, false)) {}

CaFile& CaFile::operator=(CaFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  return *this;
}

CaFile::~CaFile() {
  if (temporary_) ::unlink(path_.c_str());
}

std::variant<CaFile, Trouble> CaFile::write(const std::string& wanted, const std::string& pem) {
  CaFile file;
  file.path_ = wanted;
  if (wanted.empty() && !file.choose_name()) return file.trouble("set TMPDIR to a folder that can be written");
  std::ofstream out(file.path_, std::ios::binary | std::ios::trunc);
  out << pem;
  out.close();
  if (!out) return file.trouble("name another file with --ca-out");
  return file;
}

bool CaFile::choose_name() {
  constexpr std::string_view kSuffix = ".pem";
  const char* const folder = std::getenv("TMPDIR");
  path_ = std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/portcullis-ca-XXXXXX.pem";
  const Fd made(::mkstemps(path_.data(), static_cast<int>(kSuffix.size())));
  temporary_ = static_cast<bool>(made);
  return temporary_;
}

Trouble CaFile::trouble(std::string_view way_out) const {
  return {Trouble::Stage::Configure,
          "cannot write the CA's certificate to " + path_ + ": " + net::reason(errno) + "; " + std::string(way_out)};
}

std::variant<Secured, Trouble> make_tls(const std::string& ca_file) {
  const auto authority = Authority::make();
  if (const auto* const trouble = std::get_if<Trouble>(&authority)) return *trouble;
  const auto certificate = std::get<Authority>(authority).issue();
  if (const auto* const trouble = std::get_if<Trouble>(&certificate)) return *trouble;
  const auto& [certificate_pem, key_pem] = std::get<Certificate>(certificate);
  auto tls = Tls::server(certificate_pem, key_pem);
  if (auto* const trouble = std::get_if<Trouble>(&tls)) return std::move(*trouble);
  auto file = CaFile::write(ca_file, std::get<Authority>(authority).pem());
  if (auto* const trouble = std::get_if<Trouble>(&file)) return std::move(*trouble);
  return Secured{std::move(std::get<Tls>(tls)), std::move(std::get<CaFile>(file))};
}

}  // namespace portcullis::mock
