#include "portcullis/oracle/vectors/file.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "portcullis/oracle/play/node.h"
#include "portcullis/oracle/vectors/answer.h"
#include "portcullis/oracle/vectors/schema.h"
#include "portcullis/oracle/vectors/schemas.h"
#include "portcullis/oracle/vectors/vectors.h"
#include "portcullis/spec/requirements.h"

namespace portcullis::vectors {
namespace {

void append(Faults& to, const Faults& more) { to.insert(to.end(), more.begin(), more.end()); }

bool is_requirement(const std::string& text) { return std::ranges::find(req::kIds, text) != req::kIds.end(); }

/// The number at the end of an id of the suite; 0 for another id.
int number_of(const std::string& id, const std::string& suite) {
  constexpr std::size_t kDigitsMax = 6;
  if (!id.starts_with(suite + "/")) return 0;
  const std::string digits = id.substr(suite.size() + 1);
  const bool good =
      !digits.empty() && digits.size() <= kDigitsMax && digits.find_first_not_of("0123456789") == std::string::npos;
  return good ? std::stoi(digits) : 0;
}

Faults faults_of_case(const Json& one, const std::string& suite, const Json& flags, int& last,
                      const std::string& where) {
  Faults found;
  const int number = number_of(one["id"], suite);
  if (number == 0) return {where + "/id: is not an id of this suite: " + one["id"].get<std::string>()};
  if (number <= last) found.push_back(where + "/id: the ids do not rise: " + one["id"].get<std::string>());
  last = number;
  for (const Json& requirement : one["req"])
    if (!is_requirement(requirement))
      found.push_back(where + "/req: no such requirement: " + requirement.get<std::string>());
  for (const Json& flag : one["flags"])
    if (!flags.contains(flag.get<std::string>()))
      found.push_back(where + "/flags: the flag is not explained: " + flag.get<std::string>());
  return found;
}

/// The schema that a file names, of those that came with the program.
Json schema_of(const play::Node& file) {
  const std::string& name = file.at("schema").text();
  const std::string_view layer = std::string_view(name).substr(0, name.find(".schema.json"));
  for (const auto& [known, text] : kSchemaFiles)
    if (known == name && std::ranges::find(layers(), layer) != layers().end()) return Json::parse(text);
  std::string all;
  for (const std::string_view one : layers()) all += (all.empty() ? "" : ", ") + std::string(one) + ".schema.json";
  file.at("schema").fail("is no schema of vectors; there are " + all);
}

/// A fault with its line.
std::string placed(const play::Document& document, const std::string& fault) {
  const std::size_t colon = std::min(fault.find(": "), fault.size());
  try {
    document.fail(fault.substr(0, colon), fault.substr(std::min(colon + 2, fault.size())));
  } catch (const play::Wrong& wrong) {
    return wrong.text;
  }
}

std::variant<File, Faults> read(const play::Document& document, const std::string& name) {
  const Json& tree = document.tree();
  Faults found = faults_of(tree, schema_of(play::Node(document)));
  File file{name, layer_of(tree), {}};
  for (std::size_t i = 0; found.empty() && i < tree["cases"].size(); ++i) try {
      for (Question& question : questions_of(tree, tree["cases"][i])) file.questions.push_back(std::move(question));
    } catch (const std::exception& wrong) {
      found.push_back("/cases/" + std::to_string(i) + ": " + wrong.what());
    }
  if (found.empty()) return file;
  for (std::string& fault : found) fault = placed(document, fault);
  return found;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Faults faults_of(const Json& file, const Json& schema) {
  Faults found = breaches(file, schema);
  if (!found.empty()) return found;
  if (file["count"] != file["cases"].size())
    found.push_back("/count: is " + file["count"].dump() + ", but there are " + std::to_string(file["cases"].size()) +
                    " cases");
  if (file["cases"].empty()) found.push_back("/cases: has no case");
  int last = 0;
  for (std::size_t i = 0; i < file["cases"].size(); ++i)
    append(found, faults_of_case(file["cases"][i], file["suite"], file["flags"], last, "/cases/" + std::to_string(i)));
  return found;
}

std::variant<File, Faults> read_file(std::string_view text, const std::string& name) {
  try {
    return read(play::Document(text, name), name);
  } catch (const play::Wrong& wrong) {
    return Faults{wrong.text};
  }
}

std::variant<std::vector<File>, Faults> read_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::set<std::filesystem::path> paths;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".json") paths.insert(at->path());
  if (error) return Faults{folder.string() + ": " + error.message()};
  if (paths.empty()) return Faults{folder.string() + ": there is no file NAME.json in it"};
  std::vector<File> files;
  Faults found;
  for (const auto& path : paths) {
    auto one = read_file(content_of(path), path.string());
    if (auto* faults = std::get_if<Faults>(&one))
      append(found, *faults);
    else
      files.push_back(std::get<File>(std::move(one)));
  }
  if (found.empty()) return files;
  return found;
}

const std::vector<File>& embedded_files() {
  static const std::vector<File> files = [] {
    std::vector<File> out;
    for (const auto& [name, text] : kVectorFiles) {
      auto one = read_file(text, std::string(name));
      if (auto* file = std::get_if<File>(&one)) {
        out.push_back(std::move(*file));
        continue;
      }
      std::fprintf(stderr, "%s\n", std::get<Faults>(one).front().c_str());
      std::abort();
    }
    return out;
  }();
  return files;
}

}  // namespace portcullis::vectors
