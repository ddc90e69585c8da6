#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "portcullis/oracle/probe/grade.h"
#include "portcullis/oracle/probe/scenario.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;
using probe::Level;
using probe::Scenario;
using Lines = std::vector<std::string>;
using Reasons = std::map<std::string, std::string>;

json read(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return json::parse(file);
}

struct Requirement {
  std::string level;
  bool binds_server;
  bool is_gateways;
};
using Requirements = std::map<std::string, Requirement>;

Requirements requirements() {
  Requirements out;
  for (const char* const name : {"gateway", "websocket", "open_points"}) {
    const json file = read(std::string("spec/requirements/") + name + ".json");
    for (const json& one : file["requirements"])
      out[one["id"]] = {one.value("level", ""), one.value("side", "") != "client", std::string(name) == "gateway"};
  }
  return out;
}

bool asks(const Requirement& one) {
  return one.is_gateways && one.binds_server && (one.level == "MUST" || one.level == "SHOULD");
}

/// What scenarios and rules that fail a server cite.
std::set<std::string> graded(const std::vector<Scenario>& scenarios, const std::vector<judge::Rule>& rules) {
  std::set<std::string> out;
  for (const Scenario& one : scenarios)
    if (one.level != Level::Observed) out.insert(one.rule.requirements.begin(), one.rule.requirements.end());
  for (const judge::Rule& rule : rules)
    if (rule.level != judge::Level::Unusual) out.insert(rule.requirements.begin(), rule.requirements.end());
  return out;
}

/// Requirements of the server that are neither graded nor have a reason, or both; and reasons for what is no such one.
Lines owed(const std::set<std::string>& cited, const Requirements& known, const Reasons& reasons) {
  Lines out;
  for (const auto& [id, one] : known)
    if (asks(one) && cited.contains(id) == reasons.contains(id))
      out.push_back(id + (cited.contains(id) ? " is graded and has a reason" : " is not graded"));
  for (const auto& [id, reason] : reasons)
    if (!known.contains(id) || !asks(known.at(id))) out.push_back(id + " asks nothing of the server");
  return out;
}

/// What the catalogue has only seen, and is graded all the same.
Lines too_strict(const std::vector<Scenario>& scenarios, const Requirements& known) {
  Lines out;
  for (const Scenario& one : scenarios) {
    const auto backs = [&](const std::string& id) {
      const auto at = known.find(id);
      return at != known.end() && (one.level == Level::Should || at->second.level == "MUST");
    };
    if (one.level != Level::Observed && std::ranges::none_of(one.rule.requirements, backs)) out.push_back(one.id());
  }
  return out;
}

Lines unknown(const std::set<std::string>& cited, const Requirements& known) {
  Lines out;
  std::ranges::copy_if(cited, std::back_inserter(out), [&](const std::string& id) { return !known.contains(id); });
  return out;
}

}  // namespace

TEST_CASE("probe: each MUST and SHOULD of the server is graded, or has a reason why it is not, and never both") {
  const json without = read("tests/probe/without_scenario.json");
  CHECK(schema_faults(read("corpus/schema/without_scenario.schema.json"), without) == Lines{});
  const auto cited = graded(probe::embedded_scenarios(), probe::rules());
  CHECK(owed(cited, requirements(), without["requirements"].get<Reasons>()) == Lines{});
  CHECK(unknown(cited, requirements()) == Lines{});
}

TEST_CASE("probe: what fails a server has a MUST behind it") {
  CHECK(too_strict(probe::embedded_scenarios(), requirements()) == Lines{});
}

TEST_CASE("probe: files of scenarios and rules keep their schemas") {
  const json schema = read("corpus/schema/server_scenarios.schema.json");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("corpus/server_scenarios")) {
    INFO(entry.path());
    CHECK(schema_faults(schema, read(entry.path())) == Lines{});
    ++files;
  }
  CHECK(files > 10);
  CHECK(schema_faults(read("corpus/schema/rules.schema.json"), read("oracle/probe/rules.json")) == Lines{});
}

TEST_CASE("probe: a rule that shows alike everywhere is cited by a scenario, which then fails by it") {
  std::set<std::string> cited;
  for (const Scenario& one : probe::embedded_scenarios())
    cited.insert(one.rule.requirements.begin(), one.rule.requirements.end());
  for (const judge::Rule& rule : probe::rules()) {
    INFO(rule.id);
    if (rule.everywhere)
      CHECK(std::ranges::all_of(rule.requirements, [&](const std::string& id) { return cited.contains(id); }));
  }
}

TEST_CASE("probe: the lint finds what is planted for it") {
  const Requirements known{{"planted-1", {"MUST", true, true}},
                           {"planted-2", {"SHOULD", true, true}},
                           {"planted-3", {"MUST", false, true}},
                           {"planted-4", {"observed", true, true}}};
  Scenario strict;
  strict.rule.id = "a/strict";
  strict.rule.requirements = {"planted-4"};
  CHECK(too_strict({strict}, known) == Lines{"a/strict"});
  CHECK(
      owed({"planted-1"}, known, {{"planted-1", ""}, {"planted-3", ""}}) ==
      Lines{"planted-1 is graded and has a reason", "planted-2 is not graded", "planted-3 asks nothing of the server"});
  CHECK(unknown({"planted-1", "planted-5"}, known) == Lines{"planted-5"});
}

}  // namespace portcullis::tests
