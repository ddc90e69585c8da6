// The pages that people read first against the tree: their code is the code that a test compiles and runs, their
// diagram and their limits are the current ones, and every file, folder and label that they name exists.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> kPages{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"};

/// The top of the checkout: where the WORKSPACE among this test's runfiles really lies.
fs::path root() { return fs::canonical("WORKSPACE").parent_path(); }

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(root() / path);
  INFO("cannot read " << path);
  REQUIRE(in);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const std::string& path) {
  std::string text;
  for (const auto& line : lines_of(path)) text += line + '\n';
  return text;
}

/// The texts of a page's fenced blocks in one language.
std::vector<std::string> blocks(const std::vector<std::string>& page, const std::string& language) {
  std::vector<std::string> found;
  bool inside = false;
  for (const auto& line : page) {
    if (line == "```" + language) {
      inside = true;
      found.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      found.back() += line + '\n';
    }
  }
  return found;
}

/// The marked parts of a source, without the indentation of their first line.
std::vector<std::string> marked_parts(const std::vector<std::string>& source) {
  std::vector<std::string> found;
  bool inside = false;
  std::size_t indentation = 0;
  for (const auto& line : source) {
    if (line.find("// README: ") != std::string::npos) {
      inside = !line.ends_with(" end");
      indentation = line.find('/');
      if (inside) found.emplace_back();
    } else if (inside) {
      found.back() += (line.empty() ? line : line.substr(indentation)) + '\n';
    }
  }
  return found;
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) found.insert(at->str(1));
  return found;
}

/// What a page links to or names as a path: `core/client.h`, `spec/`, `README.md`. Words in capitals stand for a name
/// of the reader's, and a path with one is left alone.
std::set<std::string> paths_in(const std::string& page) {
  std::set<std::string> paths;
  for (const auto& link : matches(page, R"(\]\(([^)#]+)[^)]*\))"))
    if (link.find("://") == std::string::npos) paths.insert(link);
  for (const auto& word : matches(page, R"(`((?:[a-z_.]+/|[A-Z.][A-Za-z_.]+\.)[A-Za-z0-9_./-]*)`)"))
    if (!std::regex_search(word, std::regex("NAME|LIBRARY"))) paths.insert(word);
  return paths;
}

/// The labels of our own targets that a page names: `//core`, `//core/encoding:tree`.
std::set<std::string> labels_in(const std::string& page) {
  return matches(page, R"((?:^|[\s`"(,@])(?:@?portcullis)?(//[a-z][a-z_/]*(?::[a-z_]+)?)(?=[\s`",);.]|$))");
}

/// Whether the BUILD file of a label's package holds its name; of a package that is named alone, any target will do.
bool declares(const std::string& label) {
  const auto colon = label.find(':');
  const fs::path package = label.substr(2, colon == std::string::npos ? colon : colon - 2);
  if (!fs::exists(root() / package / "BUILD")) return false;
  const std::string target = colon == std::string::npos ? package.filename().string() : label.substr(colon + 1);
  return text_of(package / "BUILD").find("name = \"" + target + '"') != std::string::npos;
}

/// A default of core/limits.h as the README writes it.
std::string as_written(const std::string& value) {
  constexpr std::array<std::pair<const char*, const char*>, 5> kForms{{{" \\* 1024 \\* 1024", " MiB"},
                                                                       {" \\* 1024", " KiB"},
                                                                       {"\\{([0-9]+)'000\\}", "$1 s"},
                                                                       {"'", ","},
                                                                       {"[{}]", ""}}};
  std::string text = value;
  for (const auto& [from, to] : kForms) text = std::regex_replace(text, std::regex(from), to);
  return text;
}

TEST_CASE("readme: its code is what example_test compiles and runs") {
  const auto parts = marked_parts(lines_of("tests/readme/example.cc"));
  CHECK(parts.size() == 2);
  CHECK(blocks(lines_of("README.md"), "cpp") == parts);
}

TEST_CASE("readme: it has a line for each limit, with its default") {
  const std::string page = text_of("README.md");
  int limits = 0;
  for (const auto& line : lines_of("core/limits.h")) {
    std::smatch match;
    if (!std::regex_search(line, match, std::regex(R"(^  \S+ (\w+)( = ([^;]+)|(\{[^}]+\}));)"))) continue;
    ++limits;
    const std::string row = "| `" + match.str(1) + "` | " + as_written(match.str(3) + match.str(4)) + " | ";
    INFO("the table lacks: " << row);
    CHECK(page.find(row) != std::string::npos);
  }
  CHECK(limits == 18);
}

TEST_CASE("readme: the diagram in ARCHITECTURE.md is the one that is rendered from the session table") {
  const auto shown = blocks(lines_of("ARCHITECTURE.md"), "mermaid");
  REQUIRE(shown.size() == 1);
  CHECK(shown == blocks(lines_of("spec/generated/gateway_session.md"), "mermaid"));
}

TEST_CASE("readme: every file, folder and label that the pages name exists") {
  for (const char* page : kPages) {
    const std::string text = text_of(page);
    const auto paths = paths_in(text);
    const auto labels = labels_in(text);
    INFO(page);
    CHECK(paths.size() + labels.size() > 10);
    for (const auto& path : paths) {
      INFO("no such file or folder: " << path);
      CHECK(fs::exists(root() / path));
    }
    for (const auto& label : labels) {
      INFO("no such target: " << label);
      CHECK(declares(label));
    }
  }
}

TEST_CASE("readme: what is named is found, and what does not exist is noticed") {
  const std::string page =
      "See [the core](core/client.h#x), [out](https://example.org/a/b), `spec/`, `no/such.file`, `fuzz/NAME.cc`,\n"
      "`BUILD.missing` and `a / b`; `//core/encoding:tree`, \"@portcullis//core\", //no/package:at_all, "
      "//core:nothing\n"
      "and // a comment.";
  CHECK(paths_in(page) == std::set<std::string>{"core/client.h", "spec/", "no/such.file", "BUILD.missing"});
  CHECK(labels_in(page) ==
        std::set<std::string>{"//core/encoding:tree", "//core", "//no/package:at_all", "//core:nothing"});
  CHECK(declares("//core/encoding:tree"));
  CHECK(declares("//core"));
  CHECK_FALSE(declares("//no/package:at_all"));
  CHECK_FALSE(declares("//core:nothing"));
  CHECK(marked_parts({"a", "  // README: one", "  b", "    c", "", "  // README: end", "d"}) ==
        std::vector<std::string>{"b\n  c\n\n"});
  CHECK(blocks({"```cpp", "b", "```", "```", "c", "```"}, "cpp") == std::vector<std::string>{"b\n"});
  CHECK(as_written("64 * 1024 * 1024") == "64 MiB");
  CHECK(as_written("{5'000}") == "5 s");
  CHECK(as_written("1'000") == "1,000");
}

TEST_CASE("readme: the pages stay short") {
  constexpr std::array<std::size_t, 3> kLinesMax{270, 270, 170};
  for (std::size_t i = 0; i < kPages.size(); ++i) CHECK(lines_of(kPages[i]).size() <= kLinesMax[i]);
}

}  // namespace
