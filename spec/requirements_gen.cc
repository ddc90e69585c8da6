// Writes spec/requirements.h, a constant for each requirement, from the files of spec/requirements/.
//
//   requirements_gen FILE.json ... > requirements.h
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

std::string constant(std::string id) {
  for (char& c : id)
    if (c == '-') c = '_';
  return id;
}

std::vector<std::string> ids_of(const char* path) {
  std::ifstream in(path);
  const auto file = nlohmann::json::parse(in);
  std::vector<std::string> ids;
  for (const auto& requirement : file.at("requirements")) ids.push_back(requirement.at("id"));
  return ids;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> ids;
  std::map<std::string, int> seen;
  for (int i = 1; i < argc; ++i)
    for (auto& id : ids_of(argv[i])) {
      if (seen[id]++ != 0) {
        std::cerr << argv[i] << ": " << id << " occurs twice\n";
        return 1;
      }
      ids.push_back(id);
    }
  std::cout << "// Generated from spec/requirements/ by requirements_gen; do not edit.\n#pragma once\n\n"
               "#include <array>\n#include <cstdint>\n#include <string_view>\n\n"
               "namespace portcullis {\n\n"
               "/// A clause of the catalogue in spec/requirements/. A wrong id does not compile.\n"
               "enum class Requirement : std::uint16_t {};\n\nnamespace req {\n\n";
  for (std::size_t i = 0; i < ids.size(); ++i)
    std::cout << "inline constexpr Requirement " << constant(ids[i]) << "{" << i << "};\n";
  std::cout << "\ninline constexpr std::array<std::string_view, " << ids.size() << "> kIds{\n";
  for (const auto& id : ids) std::cout << "    \"" << id << "\",\n";
  std::cout << "};\n\n}  // namespace req\n\n"
               "/// Gives the id as the catalogue spells it, such as \"GW-HB-14\".\n"
               "constexpr std::string_view id(Requirement requirement) noexcept {\n"
               "  return req::kIds[static_cast<std::size_t>(requirement)];\n}\n\n}  // namespace portcullis\n";
}
