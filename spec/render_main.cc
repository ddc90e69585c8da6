// Prints the tables of the specification, and keeps spec/generated/ fresh.
//
//   render --list
//   render --table NAME --format json|markdown|mermaid|dot|promela
//   render --write
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "portcullis/spec/pages.h"

namespace {

namespace render = portcullis::spec::render;
using Json = nlohmann::ordered_json;

constexpr const char* kUsage =
    "usage: render --list\n"
    "       render --table NAME --format json|markdown|mermaid|dot|promela\n"
    "       render --write\n";

/// What one table looks like in each format it has.
using Formats = std::map<std::string, std::string>;

/// The top of the source tree under `bazel run`; in a build action the files lie below the working directory.
std::filesystem::path root() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return workspace == nullptr ? "." : workspace;
}

Json requirement_file(const std::string& name) {
  const auto path = root() / "spec" / "requirements" / (name + ".json");
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return Json::parse(in);
}

std::string requirements_page() {
  std::vector<Json> files;
  for (const char* name : {"gateway", "open_points", "invariants", "local", "websocket", "voice"})
    files.push_back(requirement_file(name));
  return render::markdown(files, requirement_file("sources"));
}

std::map<std::string, Formats> tables() {
  std::map<std::string, Formats> all;
  for (const auto& one : render::machines())
    all[one.name] = {{"json", render::json(one)},
                     {"markdown", render::markdown(one)},
                     {"mermaid", render::mermaid(one)},
                     {"dot", render::dot(one)},
                     {"promela", render::promela(one)}};
  for (const auto& one : render::vocabularies())
    all[one.name] = {{"json", render::json(one)}, {"markdown", render::markdown(one)}};
  return all;
}

std::string print(const std::string& table, const std::string& format) {
  if (table == "requirements" && format == "markdown") return requirements_page();
  const auto all = tables();
  const auto found = all.find(table);
  if (found == all.end()) throw std::runtime_error("no table " + table + "; --list names them");
  const auto text = found->second.find(format);
  if (text == found->second.end()) throw std::runtime_error(table + " has no format " + format + "; --list names them");
  return text->second;
}

void list() {
  for (const auto& [table, formats] : tables()) {
    std::cout << table << ':';
    for (const auto& [format, text] : formats) std::cout << ' ' << format;
    std::cout << '\n';
  }
  std::cout << "requirements: markdown\n";
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// The ending of a format's files; the diagram in Mermaid stands in the Markdown file already.
const std::map<std::string, std::string> kEndings{
    {"json", ".json"}, {"markdown", ".md"}, {"dot", ".dot"}, {"promela", ".pml"}};

void write_all() {
  if (std::getenv("BUILD_WORKSPACE_DIRECTORY") == nullptr)
    throw std::runtime_error("--write needs the source tree: use `bazel run //spec:render -- --write`");
  const auto folder = root() / "spec" / "generated";
  std::filesystem::create_directories(folder);
  for (const auto& [table, formats] : tables())
    for (const auto& [format, ending] : kEndings)
      if (const auto text = formats.find(format); text != formats.end())
        write_file(folder / (table + ending), text->second);
  write_file(folder / "requirements.md", requirements_page());
}

int run(const std::vector<std::string>& arguments) {
  if (arguments == std::vector<std::string>{"--list"}) {
    list();
  } else if (arguments == std::vector<std::string>{"--write"}) {
    write_all();
  } else if (arguments.size() == 4 && arguments[0] == "--table" && arguments[2] == "--format") {
    std::cout << print(arguments[1], arguments[3]);
  } else {
    std::cerr << kUsage;
    return 2;
  }
  return std::cout.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    std::cerr << "render: " << problem.what() << '\n';
    return 1;
  }
}
