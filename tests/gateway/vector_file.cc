#include "tests/gateway/vector_file.h"

#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

vectors::File file_of(const std::string& path) {
  auto read = vectors::read_file(read_text(path), path);
  if (const auto* faults = std::get_if<vectors::Faults>(&read)) throw std::runtime_error(faults->front());
  return std::get<vectors::File>(std::move(read));
}

}  // namespace

Json read_vectors(const std::string& path) { return Json::parse(read_text(path)); }

Json cases_of(const std::string& path) {
  const Json file = read_vectors(path);
  if (file.at("cases").empty()) throw std::runtime_error("no cases in " + path);
  return file.at("cases");
}

std::vector<vectors::Question> questions_of(const std::string& path) { return file_of(path).questions; }

std::vector<std::string> failures(const std::string& path, std::size_t cases_min, const Json& more) {
  const auto ask = [&](Json question) {
    question.update(more);
    return vectors::ask_core(question, tables_at_hand().client);
  };
  const vectors::FileResult result = vectors::run(file_of(path), ask, vectors::Reading::Exact);
  std::vector<std::string> found;
  if (result.cases.size() < cases_min) found.push_back(path + " has too few cases");
  for (const vectors::CaseResult& one : result.cases) {
    if (one.outcome == vectors::Outcome::Skipped) found.push_back(one.id + " was not run");
    for (const std::string& fault : one.faults) found.push_back(one.id + ": " + fault);
  }
  return found;
}

std::vector<std::string> lint(const std::string& path) {
  const std::string text = read_text(path);
  const Json file = Json::parse(text);
  auto found = vectors::faults_of(file, read_vectors("corpus/schema/" + file.at("schema").get<std::string>()));
  if (!found.empty()) return found;
  if (text != file.dump(1) + "\n") found.push_back("the layout is not that of one space a level");
  if (path != "corpus/vectors/" + file["suite"].get<std::string>() + ".json")
    found.push_back("the file is not named for its suite");
  std::set<std::string> unused;
  for (const auto& [flag, ignored] : file["flags"].items()) unused.insert(flag);
  for (const Json& one : file["cases"])
    for (const Json& flag : one["flags"]) unused.erase(flag);
  for (const std::string& flag : unused) found.push_back("no case has the flag " + flag);
  return found;
}

}  // namespace portcullis::tests
