// Compares a checked-in file with its freshly made copy: same_file CHECKED_IN FRESH
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

std::string read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << "cannot read " << path << '\n';
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: same_file CHECKED_IN FRESH\n";
    return 2;
  }
  const std::string kept = read(argv[1]);
  const std::string fresh = read(argv[2]);
  if (kept == fresh) {
    std::cout << "1 passed, 0 failed\n";
    return 0;
  }
  std::size_t at = 0;
  while (at < kept.size() && at < fresh.size() && kept[at] == fresh[at]) ++at;
  std::cerr << argv[1] << " is stale: it differs from what is generated at byte " << at << ".\n"
            << "Refresh it with: bazel run //spec:render -- --write\n";
  return 1;
}
