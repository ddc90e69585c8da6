// The fuzz targets against their seeds, dictionaries and what is declared in fuzz/BUILD: each stands for all it should.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "portcullis/fuzz/seeds/seeds.h"

namespace portcullis::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kSeedBytesMax = 64 * 1024;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  INFO("cannot read " << path);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

bool is_target(const std::string& source) {
  return std::regex_search(source, std::regex(R"((^|\n)extern "C" int LLVMFuzzerTestOneInput\([^;]*\{\n)"));
}

std::set<std::string> targets() {
  std::set<std::string> found;
  for (const std::string& name : names_in("fuzz"))
    if (name.ends_with(".cc") && is_target(read("fuzz/" + name))) found.insert(name.substr(0, name.size() - 3));
  return found;
}

/// A line of a dictionary as libFuzzer reads it: a comment, or a quoted word that may have a name.
bool is_dictionary_line(const std::string& line) {
  static const std::regex kWord(R"(([A-Za-z0-9_]+=)?"([^"\\]|\\\\|\\"|\\x[0-9a-f]{2})+")");
  return line.empty() || line.starts_with("#") || std::regex_match(line, kWord);
}

TEST_CASE("fuzz: each target states its property in one line, has seeds, and is declared") {
  const std::string build = read("fuzz/BUILD");
  REQUIRE(targets().size() > 20);
  for (const std::string& target : targets()) {
    INFO(target);
    const std::string source = read("fuzz/" + target + ".cc");
    const std::string line = source.substr(0, source.find('\n'));
    CHECK(line.starts_with("// For every "));
    CHECK(line.ends_with("."));
    CHECK(build.find("\"" + target + "\"") != std::string::npos);
    CHECK(names_in("corpus/seeds/" + target).size() >= 5);
  }
}

TEST_CASE("fuzz: seeds, crashes and dictionaries belong to a target, and are small") {
  const auto known = targets();
  for (const char* folder : {"corpus/seeds", "corpus/crashes"})
    for (const std::string& target : names_in(folder)) {
      INFO(folder << "/" << target);
      CHECK(known.count(target) == 1);
      for (const auto& entry : fs::directory_iterator(fs::path(folder) / target)) {
        INFO(entry.path());
        CHECK(fs::file_size(entry.path()) <= kSeedBytesMax);
      }
    }
  for (const std::string& name : names_in("fuzz"))
    if (name.ends_with(".dict")) CHECK(known.count(name.substr(0, name.size() - 5)) == 1);
}

TEST_CASE("fuzz: dictionaries are what libFuzzer can read") {
  std::size_t words = 0;
  for (const std::string& name : names_in("fuzz")) {
    if (!name.ends_with(".dict")) continue;
    std::ifstream in("fuzz/" + name);
    for (std::string line; std::getline(in, line);) {
      INFO(name << ": " << line);
      CHECK(is_dictionary_line(line));
      if (!line.empty() && !line.starts_with("#")) ++words;
    }
  }
  CHECK(words > 50);
  CHECK_FALSE(is_dictionary_line("word"));
  CHECK_FALSE(is_dictionary_line("\"unescaped\"quote\""));
  CHECK_FALSE(is_dictionary_line("\"\""));
}

TEST_CASE("fuzz: the seeds are those that are made; refresh them by: bazel run //fuzz/seeds -- --write") {
  std::map<std::string, std::set<std::string>> made;
  for (const auto& [target, name, bytes] : fuzz::all_seeds()) {
    INFO(target << "/" << name);
    CHECK(made[target].insert(name).second);
    CHECK(read("corpus/seeds/" + target + "/" + name) == bytes);
  }
  // Of a target whose seeds are made, none is made by hand.
  for (const auto& [target, names] : made) {
    INFO(target);
    CHECK(names_in("corpus/seeds/" + target) == names);
  }
}

}  // namespace
}  // namespace portcullis::tests
