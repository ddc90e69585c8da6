#include "portcullis/cli/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "portcullis/cli/verb.h"
#include "portcullis/net/fd.h"

namespace portcullis::cli {
namespace {

constexpr std::size_t kBytesMax = 1024 * 1024;

[[noreturn]] void fail(std::string_view option, std::string_view what, const std::string& path, int error) {
  throw Failure(Exit::Usage,
                std::string(option) + ": cannot " + std::string(what) + " " + path + ": " + std::strerror(error));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// What is no plain file, such as a pipe or /dev/stdout, is written where it is: another file must not take its place.
bool stays_in_place(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode);
}

void write_in_place(const std::string& path, std::string_view content, std::string_view option) {
  const net::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || !write_all(file.get(), content)) fail(option, "write", path, errno);
}

}  // namespace

std::string read_file(const std::string& path, std::string_view option) {
  const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) fail(option, "read", path, errno);
  std::string content;
  std::array<char, 16 * 1024> part;
  while (true) {
    const auto count = ::read(file.get(), part.data(), part.size());
    if (count < 0) fail(option, "read", path, errno);
    if (count == 0) return content;
    content.append(part.data(), static_cast<std::size_t>(count));
    if (content.size() > kBytesMax) fail(option, "read", path, EFBIG);
  }
}

void replace_file(const std::string& path, std::string_view content, bool secret, std::string_view option) {
  if (stays_in_place(path)) return write_in_place(path, content, option);
  std::string fresh = path + ".XXXXXX";
  const net::Fd file(::mkstemp(fresh.data()));  // which makes it with mode 0600
  if (!file) fail(option, "write", path, errno);
  const bool well = (secret || ::fchmod(file.get(), 0644) == 0) && write_all(file.get(), content) &&
                    ::fsync(file.get()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
  if (well) return;
  const int error = errno;
  ::unlink(fresh.c_str());
  fail(option, "write", path, error);
}

void check_place(const std::string& path, std::string_view option) {
  if (path.empty()) return;
  std::error_code unknown;  // which `access` tells better
  if (std::filesystem::is_directory(path, unknown)) fail(option, "write", path, EISDIR);
  if (stays_in_place(path)) {
    if (::access(path.c_str(), W_OK) != 0) fail(option, "write", path, errno);
    return;
  }
  const auto folder = std::filesystem::path(path).parent_path();
  const std::string name = folder.empty() ? "." : folder.string();
  if (::access(name.c_str(), W_OK | X_OK) != 0) fail(option, "write to the folder", name, errno);
}

}  // namespace portcullis::cli
