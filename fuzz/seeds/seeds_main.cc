// Lists the seeds, or writes them to corpus/seeds/: seeds [--write]
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "portcullis/fuzz/seeds/seeds.h"

int main(int argc, char** argv) {
  const bool write = argc == 2 && std::string_view(argv[1]) == "--write";
  const char* top = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if ((argc > 1 && !write) || (write && top == nullptr)) {
    std::cerr << "usage: bazel run //fuzz/seeds -- [--write]\n";
    return 2;
  }
  for (const auto& [target, name, bytes] : portcullis::fuzz::all_seeds()) {
    if (!write) {
      std::cout << target << '/' << name << ": " << bytes.size() << " bytes\n";
      continue;
    }
    const auto folder = std::filesystem::path(top) / "corpus/seeds" / target;
    std::filesystem::create_directories(folder);
    std::ofstream out(folder / name, std::ios::binary);
    if (!(out << bytes).flush()) {
      std::cerr << "cannot write " << folder / name << '\n';
      return 1;
    }
  }
  return 0;
}
