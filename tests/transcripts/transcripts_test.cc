// Plays the conversations of tests/transcripts/*.txt and compares what comes out with what stands under each `----`.
//
//   transcripts_test [--rewrite] [--print] FILE...
//
//   --rewrite writes the files anew, for the reviewer to read the difference; --print prints what comes out.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "portcullis/tests/transcripts/player.h"

namespace {

using namespace portcullis;
using tests::Player;

struct Block {
  std::vector<std::string> commands;  // comments and blank lines included
  std::vector<std::string> expected;
};

std::vector<Block> read(std::istream& in) {
  std::vector<Block> blocks(1);
  bool outputs = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "----") {
      outputs = true;
    } else if (!outputs) {
      blocks.back().commands.push_back(line);
    } else if (line.empty()) {
      blocks.emplace_back();
      outputs = false;
    } else {
      blocks.back().expected.push_back(line);
    }
  }
  if (blocks.back().commands.empty()) blocks.pop_back();
  return blocks;
}

// Plays one block and gives what came out. Of the waits only one at the end says anything.
std::vector<std::string> play(Player& player, const Block& block) {
  for (const auto& line : block.commands)
    if (!line.empty() && line[0] != '#') player.play(line);
  return tests::without_passing_waits(player.take());
}

void print(std::ostream& out, const Block& block, const std::vector<std::string>& lines) {
  for (const auto& line : block.commands) out << line << '\n';
  out << "----\n";
  for (const auto& line : lines) out << line << '\n';
}

struct Options {
  bool rewrite = false;
  bool print = false;
};

bool play_file(const std::string& path, const Options& options) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  Player player;
  bool good = true;
  std::ostringstream fresh;
  const auto blocks = read(in);
  if (blocks.empty()) throw std::runtime_error(path + " has no block");
  for (const auto& block : blocks) {
    const auto lines = play(player, block);
    if (lines != block.expected) good = false;
    if (&block != &blocks.front()) fresh << '\n';
    print(fresh, block, lines);
  }
  if (options.print) std::cout << fresh.str();
  if (options.rewrite) {
    std::ofstream(path) << fresh.str();
    return true;
  }
  if (!good) std::cout << "---- " << path << " now gives:\n" << fresh.str();
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
