// Plays the conversations of tests/transcripts/*.txt and compares what comes out with what stands under each `----`.
//
//   transcripts_test [--rewrite] [--print] FILE...
//
//   --rewrite writes the files anew, for the reviewer to read the difference; --print prints what comes out.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/tests/transcripts/play.h"

namespace {

struct Options {
  bool rewrite = false;
  bool print = false;
};

bool play_file(const std::string& path, const Options& options) {
  const auto [good, fresh] = portcullis::tests::play_transcript(path);
  if (options.print) std::cout << fresh;
  if (options.rewrite) {
    std::ofstream(path) << fresh;
    return true;
  }
  if (!good) std::cout << "---- " << path << " now gives:\n" << fresh;
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto given = [&arguments](std::string_view option) {
    return std::find(arguments.begin(), arguments.end(), option) != arguments.end();
  };
  const Options options{given("--rewrite"), given("--print")};
  const char* root = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  int passed = 0;
  int failed = 0;
  for (const auto& argument : arguments) {
    if (argument.starts_with("--")) continue;
    const std::string path = root != nullptr ? std::string(root) + "/" + argument : argument;
    bool good = false;
    try {
      good = play_file(path, options);
    } catch (const std::exception& error) {
      std::cout << path << ": " << error.what() << '\n';
    }
    (good ? passed : failed)++;
    if (!good) std::cout << "FAILED " << path << '\n';
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
