#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "portcullis/oracle/judge/rule.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;

json read(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return json::parse(file);
}

std::set<std::string> cited() {
  std::set<std::string> ids;
  for (const judge::Rule& rule : judge::rules()) ids.insert(rule.requirements.begin(), rule.requirements.end());
  return ids;
}

/// The requirements that bind a client, with their levels.
std::map<std::string, std::string> client_requirements() {
  std::map<std::string, std::string> levels;
  const json file = read("spec/requirements/gateway.json");
  for (const json& requirement : file["requirements"])
    if (requirement["side"] != "server") levels[requirement["id"]] = requirement["level"];
  return levels;
}

}  // namespace

TEST_CASE("judge: the rules and the requirements without one fit their schemas") {
  for (const std::string name : {"rules", "without_rule"}) {
    const json value = read("oracle/judge/" + name + ".json");
    CHECK(schema_faults(read("corpus/schema/" + name + ".schema.json"), value) == std::vector<std::string>{});
  }
}

TEST_CASE("judge: each rule has an id of its own and cites requirements that exist") {
  std::set<std::string> known, ids;
  for (const std::string file : {"gateway", "websocket", "local"}) {
    const json requirements = read("spec/requirements/" + file + ".json");
    for (const json& requirement : requirements["requirements"]) known.insert(requirement["id"]);
  }
  for (const judge::Rule& rule : judge::rules()) {
    INFO(rule.id);
    CHECK(ids.insert(rule.id).second);
    for (const std::string& requirement : rule.requirements) CHECK(known.contains(requirement));
  }
}

TEST_CASE("judge: each MUST and SHOULD of the client has a rule, or a reason why it has none, and never both") {
  const std::set<std::string> ruled = cited();
  const json without = read("oracle/judge/without_rule.json");
  const json& reasons = without["requirements"];
  for (const auto& [id, level] : client_requirements()) {
    INFO(id);
    const bool asks = level == "MUST" || level == "SHOULD";
    if (asks) CHECK(ruled.contains(id) != reasons.contains(id));
  }
  const auto all = client_requirements();
  for (const auto& [id, reason] : reasons.items()) CHECK(all.contains(id));
}

}  // namespace portcullis::tests
