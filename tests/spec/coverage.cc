// Says which requirements no test, transcript or vector cites.
//
//   bazel run //tests/spec:coverage
//
// Listed are those that bind a client with MUST or SHOULD, ours and the invariants among them. It fails only when it
// finds no tests, or a test that cites what the catalogue does not have.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Requirement {
  std::string id;
  std::string area;  // GW-HB, LOCAL
  bool wanted;       // binds a client with MUST or SHOULD
};

constexpr std::array<std::string_view, 6> kCatalogue{"gateway", "websocket", "invariants",
                                                     "local",   "voice",     "open_points"};
constexpr std::array<std::string_view, 2> kFolders{"tests", "corpus/vectors"};
constexpr std::string_view kPlanted = "tests/style/";  // its faults are planted

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The top of the checkout: what `bazel run` names, or where the WORKSPACE among the runfiles really lies.
fs::path root() {
  const char* const run_from = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return run_from != nullptr ? fs::path(run_from) : fs::canonical("WORKSPACE").parent_path();
}

std::vector<Requirement> read_catalogue() {
  std::vector<Requirement> out;
  for (const auto name : kCatalogue) {
    const auto file = json::parse(read(root() / "spec/requirements" / (std::string(name) + ".json")));
    for (const auto& each : file.at("requirements")) {
      const std::string id = each.at("id");
      const bool binds = each.at("side") != "server" && (each.at("level") == "MUST" || each.at("level") == "SHOULD");
      out.push_back({id, id.substr(0, id.rfind('-')), binds && name != "voice" && name != "open_points"});
    }
  }
  return out;
}

// The ids in a text; "GW-HB-14 to GW-HB-17" cites those between too.
std::set<std::string> cited_in(const std::string& text) {
  static const std::regex one(R"(\b((?:GW|WS|VG)-[A-Z0-9]+|INV|OP|LOCAL)-([A-Z0-9]+)\b(?: to \1-([0-9]+)\b)?)");
  std::set<std::string> ids;
  for (std::sregex_iterator at(text.begin(), text.end(), one), end; at != end; ++at) {
    const std::string area = (*at)[1].str() + "-";
    ids.insert(area + (*at)[2].str());
    if (!(*at)[3].matched) continue;
    for (int n = std::stoi((*at)[2].str()); n <= std::stoi((*at)[3].str()); ++n) ids.insert(area + std::to_string(n));
  }
  return ids;
}

// Where each id is cited.
std::map<std::string, std::string> read_citations() {
  std::map<std::string, std::string> out;
  for (const auto folder : kFolders)
    for (const auto& entry : fs::recursive_directory_iterator(root() / folder)) {
      const std::string path = fs::relative(entry.path(), root());
      if (!entry.is_regular_file() || path.starts_with(kPlanted) || path.ends_with("coverage.cc")) continue;
      for (const auto& id : cited_in(read(entry.path()))) out.emplace(id, path);
    }
  return out;
}

bool all_known(const std::map<std::string, std::string>& citations, const std::vector<Requirement>& catalogue) {
  std::set<std::string> known;
  for (const auto& each : catalogue) known.insert(each.id);
  bool good = true;
  for (const auto& [id, path] : citations) {
    if (known.contains(id)) continue;
    std::cout << path << " cites " << id << ", which the catalogue does not have\n";
    good = false;
  }
  return good;
}

void print_missing(const std::map<std::string, std::string>& citations, const std::vector<Requirement>& catalogue) {
  std::map<std::string, std::string> missing;
  std::size_t wanted = 0;
  std::size_t cited = 0;
  for (const auto& each : catalogue) {
    if (!each.wanted) continue;
    ++wanted;
    if (citations.contains(each.id))
      ++cited;
    else
      missing[each.area] += " " + each.id;
  }
  for (const auto& [area, ids] : missing) std::cout << area << ":" << ids << '\n';
  std::cout << cited << " of " << wanted << " requirements that bind a client are cited by a test, " << wanted - cited
            << " are not\n";
}

}  // namespace

int main() try {
  const auto catalogue = read_catalogue();
  const auto citations = read_citations();
  print_missing(citations, catalogue);
  if (citations.empty()) std::cout << "no test cites anything: looked in the wrong place?\n";
  return all_known(citations, catalogue) && !citations.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& error) {
  std::cout << "coverage: " << error.what() << '\n';
  return EXIT_FAILURE;
}
