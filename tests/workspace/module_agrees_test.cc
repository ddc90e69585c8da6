// What the project needs is written down three times, for two kinds of Bazel and for Debian; here the three are
// compared.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

using Names = std::set<std::string>;

std::string read(const std::string& path) {
  std::ifstream in(path);
  INFO("reading " << path);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What stands in the first group of every match.
Names found(const std::string& text, const std::regex& pattern) {
  Names names;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) names.insert((*it)[1]);
  return names;
}

/// The text from `from` to the next `to`.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t begin = text.find(from);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find(to, begin);
  REQUIRE(end != std::string::npos);
  return text.substr(begin, end - begin);
}

std::string without_comments(const std::string& text) { return std::regex_replace(text, std::regex("#[^\n]*"), ""); }

Names keys_of(const std::string& path, const std::string& table) {
  return found(between(without_comments(read(path)), table + " = {", "\n}"),
               std::regex(R"re(\n    "(\w+)": struct)re"));
}

/// The repositories that MODULE.bazel makes visible, under the names that our BUILD files use.
Names repositories_of_module() {
  const std::string text = without_comments(read("MODULE.bazel"));
  Names names;
  for (const std::string& call : found(text, std::regex(R"re(bazel_dep\(([^)]*)\))re"))) {
    const Names renamed = found(call, std::regex(R"re(repo_name = "(\w+)")re"));
    names.merge(renamed.empty() ? found(call, std::regex(R"re(name = "(\w+)")re")) : Names(renamed));
  }
  for (const std::string& call : found(text, std::regex(R"re(use_repo\(([^)]*)\))re")))
    names.merge(found(call, std::regex(R"re("(\w+)")re")));
  return names;
}

Names missing_in(const Names& those, const Names& these) {
  Names missing;
  std::set_difference(these.begin(), these.end(), those.begin(), those.end(), std::inserter(missing, missing.end()));
  return missing;
}

}  // namespace

TEST_CASE("workspace: MODULE.bazel and deps.bzl name the same libraries") {
  const Names libraries = keys_of("deps.bzl", "LIBRARIES");
  const Names repositories = repositories_of_module();
  REQUIRE(libraries.size() >= 5);
  CHECK(missing_in(repositories, libraries) == Names{});
  CHECK(missing_in(libraries, repositories) == Names{});
}

TEST_CASE("workspace: a pinned archive belongs to a library that is used") {
  const Names archives = keys_of("bazel/archives.bzl", "_ARCHIVES");
  REQUIRE(!archives.empty());
  CHECK(missing_in(keys_of("deps.bzl", "LIBRARIES"), archives) == Names{});
}

TEST_CASE("workspace: tools/setup installs the Debian package of every library") {
  const Names needed = found(read("deps.bzl"), std::regex(R"re(package = "([^"]+)")re"));
  const Names installed =
      found(between(without_comments(read("tools/setup")), "packages=(", ")"), std::regex(R"re(([\w.+-]+))re"));
  REQUIRE(needed.size() >= 5);
  CHECK(missing_in(installed, needed) == Names{});
}
