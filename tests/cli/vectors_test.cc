// The verb `vectors`: our core and other programs graded, and files told apart that are not as their schema says.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "portcullis/tests/cli/program.h"

namespace portcullis::tests {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kStep = "cli/portcullis step";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string shown(const Program& program) { return "out: " + program.out() + "\nerr: " + program.err(); }

std::vector<Json> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<Json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

struct Counts {
  int passed = 0, failed = 0, skipped = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

/// What a run with --json comes to; its exit status is checked.
Counts counts_of(std::vector<std::string> arguments, int status) {
  arguments.insert(arguments.begin(), "vectors");
  arguments.push_back("--json");
  Program program(arguments);
  CHECK(program.wait() == status);
  INFO(shown(program));
  Counts all;
  for (const Json& file : lines_of(program.out())) {
    all.passed += file["passed"].get<int>();
    all.failed += file["failed"].get<int>();
    all.skipped += file["skipped"].get<int>();
    CHECK(file["failures"].size() == file["failed"].get<std::size_t>());
  }
  return all;
}

Json vectors_in(const std::string& file) { return Json::parse(content_of("corpus/vectors/" + file)); }

/// A program that answers every line with the same, as a shell command.
std::string always(const std::string& answer) { return "while read -r line; do printf '%s\\n' '" + answer + "'; done"; }

/// What is said, with status 3, of a folder with this one file.
std::string said_of(const std::string& content) {
  const Scratch scratch;
  scratch.file("some.json", content);
  Program program({"vectors", scratch.path("")});
  CHECK(program.wait() == 3);
  CHECK(program.out().empty());
  return program.err();
}

}  // namespace

TEST_CASE("vectors: our core passes every vector that there is") {
  Program program({"vectors", "--json"});
  REQUIRE(program.wait() == 0);
  std::map<std::string, std::size_t> passed;
  for (const Json& file : lines_of(program.out())) {
    passed[file["file"]] = file["passed"];
    CHECK(file["failed"] == 0);
    CHECK(file["skipped"] == 0);
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("corpus/vectors")) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    const std::string name = entry.path().lexically_relative("corpus/vectors");
    CHECK(passed[name] == vectors_in(name)["cases"].size());
  }
  CHECK(files == passed.size());
  CHECK(files >= 19);
}

TEST_CASE("vectors: a folder is read in place of the program's own, and the table tells each file") {
  Program program({"vectors", "corpus/vectors/etf"});
  CHECK(program.wait() == 0);
  for (const char* file : {"client.json", "data.json", "invalid.json", "valid.json", "all"})
    CHECK(has(program.out(), file));
  CHECK(counts_of({"--layer", "zlib"}, 0) == Counts{51, 0, 0});
}

TEST_CASE("vectors: the core passes through the door of other programs too, and none is skipped") {
  CHECK(counts_of({"--exec", kStep}, 0) == Counts{1'266, 0, 0});
}

TEST_CASE("vectors: a vector that says otherwise fails, with its id and the member") {
  Json file = vectors_in("etf/valid.json");
  file["cases"][2]["expect"]["op"] = 77;
  const Scratch scratch;
  scratch.file("some.json", file.dump(1));
  for (const std::vector<std::string>& door : {std::vector<std::string>{}, {"--exec", kStep}}) {
    std::vector<std::string> arguments{"vectors", scratch.path("")};
    arguments.insert(arguments.end(), door.begin(), door.end());
    Program program(arguments);
    CHECK(program.wait() == 1);
    INFO(shown(program));
    CHECK(has(program.out(), file["cases"][2]["id"].get<std::string>() + ": /op: is "));
    CHECK(has(program.out(), "should be 77"));
  }
}

TEST_CASE("vectors: a program is held to what it can know, and a lenient vector passes either way") {
  CHECK(counts_of({"--layer", "envelope", "--exec", always(R"({"error": "no"})")}, 1) == Counts{148, 81, 0});
  Counts resumes;
  const Json codes = vectors_in("close_codes/server.json");
  for (const Json& one : codes["cases"])
    ++(std::ranges::find(one["accepted"], "resume") != one["accepted"].end() ? resumes.passed : resumes.failed);
  CHECK(resumes.failed >= 6);
  CHECK(counts_of({"--layer", "close_codes", "--exec", always(R"({"act": "resume"})")}, 1) == resumes);
  CHECK(counts_of({"--layer", "etf", "--exec", always("{}")}, 1) == Counts{0, 112, 0});
}

TEST_CASE("vectors: what is unimplemented is skipped, and all of it is no success") {
  CHECK(counts_of({"--layer", "etf", "--exec", always(R"({"unimplemented": true})")}, 1) == Counts{0, 0, 112});
}

TEST_CASE("vectors: a program that breaks down over a question has failed it, and is asked the next") {
  const std::string ends = R"(while read -r line; do case $line in *data/2*) exit 4;; *data/3*) echo nonsense;;)"
                           R"( *) echo '{"unimplemented": 1}';; esac; done)";
  Program program({"vectors", "corpus/vectors/etf", "--layer", "etf", "--exec", ends});
  CHECK(program.wait() == 1);
  INFO(shown(program));
  CHECK(has(program.out(), "etf/data/2: the answer: the program ended with status 4"));
  CHECK(has(program.out(), "etf/data/3: the answer: the line is no JSON object"));
  CHECK(has(program.out(), "data.json"));
}

TEST_CASE("vectors: a program that never answers is told from one that answers wrongly") {
  for (const char* command : {"no_such_program", "cat >/dev/null", "exit 0"}) {
    Program program({"vectors", "--timeout", "100", "--exec", command});
    CHECK(program.wait() == 5);
    INFO(command << "\n" << shown(program));
    CHECK(has(program.err(), "never answered"));
    CHECK(program.out().empty());
  }
}

TEST_CASE("vectors: Ctrl-C ends a run, and what the program started") {
  const Scratch scratch;
  const std::string begun = scratch.path("begun");
  Program program({"vectors", "--exec", "echo >" + begun + "; sleep 60"});
  for (int i = 0; i < 500 && !std::filesystem::exists(begun); ++i) ::usleep(20'000);
  program.signal(SIGINT);
  CHECK(program.wait() == 1);
  CHECK(has(program.err(), "interrupted"));
}

TEST_CASE("vectors: a file that is not as its schema says is refused, with the line and the field") {
  const Json sound = vectors_in("etf/data.json");
  Json file = sound;
  file["cases"][1]["colour"] = "red";
  std::string said = said_of(file.dump(1));
  CHECK(has(said, "some.json:"));
  CHECK(has(said, "/cases/1/colour: is not in the schema"));
  file = sound;
  file["count"] = 5;
  CHECK(has(said_of(file.dump(1)), ":1: /count: is 5, but there are 4 cases"));
  file = sound;
  file["cases"][3]["hex"] = "abc";
  said = said_of(file.dump(1));
  CHECK(has(said, "/cases/3/hex: does not fit the pattern"));
  CHECK_FALSE(has(said, "some.json:1:"));
  file = sound;
  file["cases"][0]["id"] = "etf/data/9";
  CHECK(has(said_of(file.dump(1)), "/cases/1/id: the ids do not rise"));
  file = sound;
  file["cases"][0]["req"] = {"tea at five"};
  CHECK(has(said_of(file.dump(1)), "/cases/0/req: no such requirement: tea at five"));
  file = sound;
  file["schema"] = "report.schema.json";
  CHECK(has(said_of(file.dump(1)), "/schema: is no schema of vectors; there are close_codes.schema.json"));
  CHECK(has(said_of("{\n\"schema\":"), "some.json:2: is not JSON"));
  CHECK(has(said_of("{\"a\": 1, \"a\": 2}"), "\"a\" occurs twice"));
  file = vectors_in("etf/client.json");
  file["cases"][0].erase("payload");
  CHECK(has(said_of(file.dump(1)), "/cases/0: must have one of: payload, close_code"));
}

TEST_CASE("vectors: a folder without vectors is no success") {
  const Scratch scratch;
  for (const std::string& folder : {scratch.path(""), scratch.path("absent")}) {
    Program program({"vectors", folder});
    CHECK(program.wait() == 3);
    CHECK(has(program.err(), folder));
  }
  Program program({"vectors", "corpus/vectors/etf", "--layer", "zlib"});
  CHECK(program.wait() == 3);
  CHECK(has(program.err(), "--layer"));
}

}  // namespace portcullis::tests
