#include "portcullis/tests/lines.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace portcullis::tests {

std::vector<std::string> differences(const std::vector<std::string>& lines, const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<std::string> expected;
  for (std::string line; std::getline(file, line);) expected.push_back(line);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::max(lines.size(), expected.size()); ++i) {
    const std::string& is = i < lines.size() ? lines[i] : "nothing";
    const std::string& should = i < expected.size() ? expected[i] : "nothing";
    if (is != should) out.push_back("is     " + is + "\nshould " + should);
  }
  return out;
}

void rewrite(const std::vector<std::string>& lines, const std::string& path) {
  const char* const top = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (top == nullptr) throw std::runtime_error("bazel run does this");
  std::ofstream file(std::string(top) + "/" + path);
  for (const std::string& line : lines) file << line << '\n';
}

}  // namespace portcullis::tests
