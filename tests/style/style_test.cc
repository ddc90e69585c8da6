// Holds the sources of the checkout against the rules of style that a program can judge.
//
// Every rule is tried on a planted fault as well: a rule that finds nothing there is broken.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/spec/requirements.h"

namespace {

namespace fs = std::filesystem;
using portcullis::req::kIds;

struct Source {
  std::string path;  // from the top of the checkout
  std::vector<std::string> lines;
};
using Sources = std::vector<Source>;
using Faults = std::vector<std::string>;

// ---- Reading the checkout

constexpr std::array<std::string_view, 14> kFolders{"bazel",  "bench", "cli",    "core", "driver", "examples", "fuzz",
                                                    "models", "net",   "oracle", "spec", "tests",  "tools",    ".ci"};
constexpr std::array<std::string_view, 4> kSuffixes{".h", ".cc", ".bzl", ".md"};

bool ends_with_any(const std::string& path, auto&& suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view s) { return path.ends_with(s); });
}

bool is_cpp(const Source& source) { return source.path.ends_with(".h") || source.path.ends_with(".cc"); }

bool is_text_of_ours(const fs::path& path) {
  const std::string name = path.filename();
  return ends_with_any(name, kSuffixes) || name == "BUILD" || path.extension().empty();
}

Source read(const fs::path& root, const fs::path& path) {
  Source source{fs::relative(path, root), {}};
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) source.lines.push_back(line);
  return source;
}

/// The top of the checkout: where the WORKSPACE among this test's runfiles really lies.
fs::path root() { return fs::canonical("WORKSPACE").parent_path(); }

Sources read_checkout() {
  Sources sources;
  const fs::path top = root();
  const auto add = [&](const fs::directory_entry& entry) {
    if (entry.is_regular_file() && is_text_of_ours(entry.path())) sources.push_back(read(top, entry.path()));
  };
  for (const auto& entry : fs::directory_iterator(top)) add(entry);
  for (const std::string_view folder : kFolders)
    if (fs::is_directory(top / folder))
      for (const auto& entry : fs::recursive_directory_iterator(top / folder)) add(entry);
  return sources;
}

const Sources& checkout() {
  static const Sources sources = read_checkout();
  return sources;
}

// ---- Words in lines

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether `word` stands in `line` with no letter, digit or underscore before or after it.
bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_character(line[at - 1])) && (end == line.size() || !is_word_character(line[end])))
      return true;
  }
  return false;
}

std::string_view code_of(std::string_view line) { return line.substr(0, line.find("//")); }

std::string place(const Source& source, std::size_t index) {
  return source.path + ":" + std::to_string(index + 1) + ": ";
}

/// A fault for each line of the sources that `wanted` picks and `bad` objects to.
template <typename Wanted, typename Bad>
Faults faulty_lines(const Sources& sources, Wanted wanted, Bad bad, std::string_view why) {
  Faults faults;
  for (const Source& source : sources)
    for (std::size_t i = 0; wanted(source) && i < source.lines.size(); ++i)
      if (bad(source.lines[i])) faults.push_back(place(source, i) + std::string(why));
  return faults;
}

// ---- The rules

struct Budget {
  std::string_view prefix;
  std::size_t lines_max;
};

constexpr std::array kBudgets{
    Budget{"core/", 6'000},          Budget{"core/websocket/", 1'500}, Budget{"core/compression/", 400},
    Budget{"core/encoding/", 1'700}, Budget{"core/gateway/", 1'600},   Budget{"core/client", 500},
    Budget{"core/http/", 400},       Budget{"driver/", 800},           Budget{"net/", 850},
};

// A budget counts lines of code. The contracts that public headers owe their reader and blank lines cost nothing: a
// limit that they fell under would be kept by leaving them out.
bool is_code(const std::string& line) {
  const auto start = line.find_first_not_of(' ');
  return start != std::string::npos && line.compare(start, 2, "//") != 0;
}

std::size_t lines_below(const Sources& sources, std::string_view prefix) {
  std::size_t lines = 0;
  for (const Source& source : sources)
    if (is_cpp(source) && source.path.starts_with(prefix))
      lines += static_cast<std::size_t>(std::count_if(source.lines.begin(), source.lines.end(), is_code));
  return lines;
}

Faults budgets_exceeded(const Sources& sources) {
  Faults faults;
  for (const auto& [prefix, lines_max] : kBudgets)
    if (const std::size_t lines = lines_below(sources, prefix); lines > lines_max)
      faults.push_back(std::string(prefix) + " has " + std::to_string(lines) + " lines of code of " +
                       std::to_string(lines_max));
  return faults;
}

Faults long_files(const Sources& sources) {
  constexpr std::size_t kLinesMax = 700;
  Faults faults;
  for (const Source& source : sources)
    if (is_cpp(source) && source.lines.size() > kLinesMax)
      faults.push_back(source.path + " has " + std::to_string(source.lines.size()) + " lines");
  return faults;
}

Faults headers_without_guard(const Sources& sources) {
  Faults faults;
  for (const Source& source : sources)
    if (source.path.ends_with(".h") && std::count(source.lines.begin(), source.lines.end(), "#pragma once") != 1)
      faults.push_back(source.path + " lacks #pragma once");
  return faults;
}

Faults unfinished_business(const Sources& sources) {
  // Written in halves, so that this file does not break its own rule.
  const std::array<std::string, 3> words{std::string("TO") + "DO", std::string("FIX") + "ME", std::string("XX") + "X"};
  return faulty_lines(
      sources, [](const Source&) { return true; },
      [&](const std::string& line) {
        return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return has_word(line, word); });
      },
      "says that something is unfinished");
}

Faults untidy_blanks(const Sources& sources) {
  return faulty_lines(
      sources, is_cpp,
      [](const std::string& line) {
        return line.find('\t') != std::string::npos || (!line.empty() && (line.back() == ' ' || line.back() == '\r'));
      },
      "has a tab or trailing blanks");
}

Faults impure_core(const Sources& sources) {
  constexpr std::array<std::string_view, 21> kHeaders{
      "<iostream>",     "<fstream>",      "<cstdio>",     "<filesystem>", "<thread>",       "<mutex>",
      "<shared_mutex>", "<future>",       "<random>",     "<ctime>",      "<time.h>",       "<condition_variable>",
      "<poll.h>",       "<unistd.h>",     "<netdb.h>",    "<fcntl.h>",    "<sys/socket.h>", "<sys/time.h>",
      "<sys/random.h>", "<netinet/in.h>", "<arpa/inet.h>"};
  constexpr std::array<std::string_view, 8> kWords{"system_clock", "steady_clock",  "high_resolution_clock",
                                                   "getenv",       "random_device", "rand",
                                                   "gettimeofday", "clock_gettime"};
  return faulty_lines(
      sources, [](const Source& source) { return is_cpp(source) && source.path.starts_with("core/"); },
      [&](const std::string& line) {
        const std::string_view code = code_of(line);
        return std::any_of(kHeaders.begin(), kHeaders.end(),
                           [&](auto header) { return code.find(header) != std::string_view::npos; }) ||
               std::any_of(kWords.begin(), kWords.end(), [&](auto word) { return has_word(code, word); });
      },
      "the core touches the world");
}

/// The spec headers that hold a machine's table or the close codes: a model that read one would agree with its
/// mistakes.
std::vector<std::string> table_headers(const Sources& sources) {
  std::vector<std::string> headers{"portcullis/core/", "portcullis/spec/table.h"};
  for (const Source& source : sources)
    if (source.path.starts_with("spec/") && source.path.ends_with(".h"))
      for (const std::string& line : source.lines)
        if (line.find("constexpr auto kTable") != std::string::npos ||
            line.find("constexpr auto kCloseCodes") != std::string::npos)
          headers.push_back("portcullis/" + source.path);
  return headers;
}

Faults models_that_peep(const Sources& sources) {
  const auto forbidden = table_headers(sources);
  return faulty_lines(
      sources, [](const Source& source) { return is_cpp(source) && source.path.starts_with("models/"); },
      [&](const std::string& line) {
        return line.starts_with("#include") && std::any_of(forbidden.begin(), forbidden.end(), [&](const auto& header) {
                 return line.find(header) != std::string::npos;
               });
      },
      "a model sees the core or a table");
}

bool assigns_state(const std::string& line) {
  const std::string_view code = code_of(line);
  const std::size_t at = code.find("state_ = ");
  return at != std::string_view::npos && (at == 0 || !is_word_character(code[at - 1]));
}

Faults states_assigned_twice(const Sources& sources) {
  Faults faults;
  for (const Source& source : sources)
    if (is_cpp(source) && source.path.starts_with("core/"))
      if (const auto times = std::count_if(source.lines.begin(), source.lines.end(), assigns_state); times > 1)
        faults.push_back(source.path + " assigns state_ on " + std::to_string(times) + " lines");
  return faults;
}

/// What a test's name may begin with when no single clause asks for what it shows.
constexpr std::array<std::string_view, 23> kSubjects{
    "workspace",   "style",    "spec",    "table", "corpus", "vectors", "models", "walker",
    "transcripts", "coverage", "mutants", "fuzz",  "memory", "speed",   "readme", "interop",
    "timeline",    "play",     "probe",   "judge", "report", "run",     "world"};

bool is_id(std::string_view text) { return std::find(kIds.begin(), kIds.end(), text) != kIds.end(); }

/// Whether `text` is an id or, as in `INV-1 to INV-18`, a range of them.
bool is_clause(std::string_view text) {
  constexpr std::string_view kTo = " to ";
  const std::size_t to = text.find(kTo);
  if (to == std::string_view::npos) return is_id(text);
  return is_id(text.substr(0, to)) && is_id(text.substr(to + kTo.size()));
}

/// Whether a name reads `GW-HB-14: …`, `WS-FR-1, WS-FR-2: …`, `INV-1 to INV-18: …` or `corpus: …`.
bool cites_its_clause(std::string_view name) {
  const std::size_t colon = name.find(": ");
  if (colon == std::string_view::npos) return false;
  std::string_view head = name.substr(0, colon);
  if (std::find(kSubjects.begin(), kSubjects.end(), head) != kSubjects.end()) return true;
  while (true) {
    const std::size_t comma = head.find(", ");
    if (!is_clause(head.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    head.remove_prefix(comma + 2);
  }
}

/// The names of the tests in a file, each with the place where it begins.
std::vector<std::pair<std::string, std::string>> test_names(const Source& source) {
  std::vector<std::pair<std::string, std::string>> names;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    const std::string& line = source.lines[i];
    if (!line.starts_with("TEST_CASE(") && !line.starts_with("TEMPLATE_TEST_CASE(")) continue;
    std::string text = source.lines[i];
    if (i + 1 < source.lines.size()) text += source.lines[i + 1];  // clang-format moves a long name to the next line
    const std::size_t begin = text.find('"');
    names.emplace_back(place(source, i), text.substr(begin + 1, text.find('"', begin + 1) - begin - 1));
  }
  return names;
}

Faults tests_without_clause(const Sources& sources) {
  Faults faults;
  for (const Source& source : sources)
    if (source.path.starts_with("tests/") && source.path.ends_with(".cc"))
      for (const auto& [where, name] : test_names(source))
        if (!cites_its_clause(name)) faults.push_back(where + "\"" + name + "\" begins with no known requirement");
  return faults;
}

/// The member that a test of tests/limits/ is about: the word behind the requirements in its name.
std::string_view limit_of(std::string_view name) {
  const std::size_t colon = std::min(name.find(": "), name.size() - 1);
  const std::string_view rest = name.substr(std::min(colon + 2, name.size()));
  return rest.substr(0, rest.find(' '));
}

/// The members of Limits, each with its place.
std::vector<std::pair<std::string, std::string>> limits(const Sources& sources) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const Source& source : sources)
    for (std::size_t i = 0; source.path == "core/limits.h" && i < source.lines.size(); ++i) {
      const std::string_view code = code_of(source.lines[i]);
      if (!code.starts_with("  ") || code.find(';') == std::string::npos) continue;
      const std::string_view name = code.substr(0, code.find_first_of("={;"));
      const std::size_t end = name.find_last_not_of(' ') + 1;
      const std::size_t begin = name.find_last_of(' ', end - 1) + 1;
      members.emplace_back(place(source, i), name.substr(begin, end - begin));
    }
  return members;
}

Faults limits_without_test(const Sources& sources) {
  Faults faults;
  const auto members = limits(sources);
  std::vector<std::string> tested;
  for (const Source& source : sources)
    if (source.path.starts_with("tests/limits/"))
      for (const auto& [where, name] : test_names(source)) {
        tested.emplace_back(limit_of(name));
        if (std::none_of(members.begin(), members.end(), [&](const auto& one) { return one.second == tested.back(); }))
          faults.push_back(where + "\"" + tested.back() + "\" is no limit");
      }
  for (const auto& [where, member] : members)
    if (std::find(tested.begin(), tested.end(), member) == tested.end())
      faults.push_back(where + member + " has no test in tests/limits");
  return faults;
}

std::vector<std::string> lines(std::size_t count, std::string text = "") {
  return std::vector<std::string>(count, std::move(text));
}

struct Rule {
  std::string_view name;
  Faults (*find)(const Sources&);
  Sources planted;  // must be found faulty, one fault for each source that is not named good.*
};

std::vector<Rule> rules() {
  const std::string forget = std::string("// TO") + "DO later";
  return {
      {"line budgets", budgets_exceeded, {{"core/websocket/a.cc", lines(1'501, "int a;")}}},
      {"line budgets", budgets_exceeded, {{"core/good.cc", lines(9'000, "  // why")}}},
      {"files of 700 lines at most", long_files, {{"tests/a_test.cc", lines(701)}, {"core/good.cc", lines(700)}}},
      {"#pragma once", headers_without_guard, {{"core/a.h", {"// text"}}, {"core/good.h", {"#pragma once"}}}},
      {"nothing unfinished", unfinished_business, {{"tools/test", {forget}}, {"core/good.cc", {"XXXX", "TODOS"}}}},
      {"blanks", untidy_blanks, {{"core/a.cc", {"int a; "}}, {"core/b.cc", {"\tint b;"}}, {"core/c.h", {"int c;\r"}}}},
      {"a pure core",
       impure_core,
       {{"core/a.cc", {"#include <thread>"}},
        {"core/b.cc", {"now = std::chrono::steady_clock::now();"}},
        {"core/good.cc", {"int brand;  // steady_clock"}},
        {"driver/good.cc", {"#include <thread>"}}}},
      {"models apart",
       models_that_peep,
       {{"models/a.cc", {"#include \"portcullis/core/result.h\""}},
        {"models/b.cc", {"#include \"portcullis/spec/machine.h\""}},
        {"models/good.cc", {"#include \"portcullis/spec/words.h\""}},
        {"spec/machine.h", {"inline constexpr auto kTable = [] {"}},
        {"spec/words.h", {"enum class Word {};"}}}},
      {"state_ on one line",
       states_assigned_twice,
       {{"core/a.cc", {"state_ = row.to;", "  state_ = State::Closed;"}},
        {"core/good.cc", {"state_ = row.to;", "if (state_ == State::Open)", "close_state_ = 1;"}}}},
      {"tests cite their clause",
       tests_without_clause,
       {{"tests/a_test.cc", {"TEST_CASE(\"it works\") {"}},
        {"tests/b_test.cc", {"TEST_CASE(\"GW-NO-1: no such clause\") {"}},
        {"tests/c_test.cc", {"TEMPLATE_TEST_CASE(", "    \"GW-HB-14 without a colon\") {"}},
        {"tests/good.cc",
         {"TEST_CASE(\"GW-HB-14: a beat\") {", "TEST_CASE(\"GW-HB-14, INV-1 to INV-3: two\", \"[gw]\") {", "TEST_CASE(",
          "    \"corpus: every file is read\") {"}}}},
      {"limits are tested",
       limits_without_test,
       {{"core/limits.h", {"struct Limits {", "  int good_max = 1;  ///< why", "  Duration a_timeout{1};", "};"}},
        {"tests/limits/good.cc", {"TEST_CASE(\"WS-LM-1: good_max lets pass\") {"}},
        {"tests/limits/a_test.cc", {"TEST_CASE(\"WS-LM-1: no_such_max lets pass\") {"}}}},
  };
}

std::string joined(const Faults& faults) {
  std::string text;
  for (const std::string& fault : faults) text += "\n  " + fault;
  return text;
}

/// How many of the planted sources should be objected to.
std::size_t faults_planted(const Rule& rule) {
  return static_cast<std::size_t>(std::count_if(rule.planted.begin(), rule.planted.end(), [](const Source& source) {
    return source.path.find("/good.") == std::string::npos && !source.path.starts_with("spec/");
  }));
}

}  // namespace

TEST_CASE("style: each rule finds the fault that was planted for it") {
  for (const Rule& rule : rules()) {
    const Faults faults = rule.find(rule.planted);
    INFO(rule.name << joined(faults));
    CHECK(faults.size() == faults_planted(rule));
  }
}

TEST_CASE("style: the checkout keeps every rule") {
  REQUIRE(checkout().size() > 20);
  REQUIRE(lines_below(checkout(), "core/") > 0);
  for (const auto& [prefix, lines_max] : kBudgets)
    std::cout << prefix << ": " << lines_below(checkout(), prefix) << " of " << lines_max << " lines of code\n";
  for (const Rule& rule : rules()) {
    const Faults faults = rule.find(checkout());
    INFO(rule.name << joined(faults));
    CHECK(faults.empty());
  }
}
