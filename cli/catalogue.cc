#include "portcullis/cli/catalogue.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "portcullis/spec/requirement_texts.h"
#include "portcullis/spec/source_texts.h"

namespace portcullis::cli {
namespace {

std::vector<Requirement> read() {
  std::vector<Requirement> all;
  for (const std::string_view text : spec::kRequirementTexts) {
    const auto file = nlohmann::json::parse(text);
    for (const auto& one : file["requirements"])
      all.push_back({one["id"], one["level"], one.value("side", ""), one["statement"], one.value("source", ""),
                     one.value("discussion", "")});
  }
  return all;
}

}  // namespace

const std::vector<Requirement>& catalogue() {
  static const std::vector<Requirement> all = read();
  return all;
}

std::string catalogue_date() { return nlohmann::json::parse(spec::kSourceTexts)["snapshot"]; }

const Requirement* find_requirement(std::string_view id) {
  const auto at = std::ranges::find(catalogue(), id, &Requirement::id);
  return at == catalogue().end() ? nullptr : &*at;
}

}  // namespace portcullis::cli
