#include "portcullis/oracle/play/files.h"

#include <fstream>
#include <iterator>
#include <set>

namespace portcullis::play {

std::variant<Files, Malformed> read_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") paths.insert(entry.path());
  if (error) return Malformed{folder.string() + ": " + error.message()};
  if (paths.empty()) return Malformed{folder.string() + ": there is no file NAME.json in it"};
  Files files;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    files.emplace_back(path.string(), std::string{std::istreambuf_iterator<char>(in), {}});
    if (!in) return Malformed{path.string() + ": cannot be read"};
  }
  return files;
}

}  // namespace portcullis::play
