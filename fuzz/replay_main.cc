// Runs one fuzz entry point over files: replay_main FILE...
//
// Without libFuzzer, so that any compiler builds it and every run of the tests replays every seed and every old crash.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::optional<std::vector<std::uint8_t>> read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path)) return std::nullopt;
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "no seed was given: a target without seeds checks nothing\n";
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    const auto bytes = read(argv[i]);
    if (!bytes) {
      std::cerr << "cannot read " << argv[i] << '\n';
      return 2;
    }
    std::cout << argv[i] << ": " << bytes->size() << " bytes" << std::endl;  // flushed: the next line may crash
    LLVMFuzzerTestOneInput(bytes->data(), bytes->size());
  }
  std::cout << argc - 1 << " seeds replayed\n";
  return 0;
}
