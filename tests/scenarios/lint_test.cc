#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "portcullis/oracle/play/scenario.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;
using play::Level;
using play::Scenario;
using Lines = std::vector<std::string>;

constexpr Duration kBudgetMax{60'000};  // of a scenario that each run plays
constexpr Duration kIntervalMin{2'000};

json read(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return json::parse(file);
}

struct Requirement {
  std::string level;
  bool binds_client;
};
using Requirements = std::map<std::string, Requirement>;
using Reasons = std::map<std::string, std::string>;

Requirements requirements() {
  Requirements out;
  const json file = read("spec/requirements/gateway.json");
  for (const json& one : file["requirements"]) out[one["id"]] = {one["level"], one["side"] != "server"};
  return out;
}

bool asks(const Requirement& one) { return one.binds_client && (one.level == "MUST" || one.level == "SHOULD"); }

/// Requirements of the client that have neither a scenario nor a reason, or both; and reasons for what is no such one.
Lines owed(const std::vector<Scenario>& scenarios, const Requirements& known, const Reasons& reasons) {
  std::set<std::string> cited;
  for (const Scenario& scenario : scenarios) cited.insert(scenario.requirements.begin(), scenario.requirements.end());
  Lines out;
  for (const auto& [id, one] : known)
    if (asks(one) && cited.contains(id) == reasons.contains(id))
      out.push_back(id + (cited.contains(id) ? " has a scenario and a reason" : " has no scenario"));
  for (const auto& [id, reason] : reasons)
    if (!known.contains(id) || !asks(known.at(id))) out.push_back(id + " asks nothing of the client");
  return out;
}

/// Scenarios that demand more than a requirement that they cite.
Lines too_strict(const std::vector<Scenario>& scenarios, const Requirements& known) {
  Lines out;
  for (const Scenario& scenario : scenarios) {
    const auto backs = [&](const std::string& id) {
      const auto at = known.find(id);
      if (at == known.end() || !asks(at->second)) return false;
      return scenario.level == Level::Should || at->second.level == "MUST";
    };
    const bool demands = scenario.level == Level::Must || scenario.level == Level::Should;
    if (demands && !std::ranges::any_of(scenario.requirements, backs)) out.push_back(scenario.id);
  }
  return out;
}

bool is_in_each_run(const Scenario& scenario) { return scenario.pace == play::Pace::Any && !scenario.slow; }

/// The intervals of all Hellos that a scenario sets.
std::vector<Duration> intervals(const Scenario& scenario) {
  std::vector<Duration> out{scenario.world.heartbeat_interval};
  for (const play::Script& script : scenario.links)
    for (const play::Step& step : script)
      if (const auto* const say = std::get_if<mock::Say>(&step.verb))
        if (const auto* const interval = std::get_if<mock::SayInterval>(say)) out.push_back(interval->interval);
  return out;
}

/// Scenarios of each run that take too long, or give beats too little room for a real machine.
Lines too_slow(const std::vector<Scenario>& scenarios) {
  Lines out;
  for (const Scenario& scenario : scenarios)
    if (is_in_each_run(scenario) &&
        (scenario.budget + scenario.watch > kBudgetMax || std::ranges::min(intervals(scenario)) < kIntervalMin))
      out.push_back(scenario.id);
  return out;
}

/// One sentence: it begins with a capital letter and ends in a full stop.
bool is_sentence(const std::string& text) {
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' && text.ends_with('.');
}

// ---- What the lint is tried on

Scenario planted(std::string id, Level level, std::vector<std::string> cites) {
  Scenario out;
  out.id = std::move(id);
  out.level = level;
  out.requirements = std::move(cites);
  return out;
}

const Requirements kPlantedRequirements{{"planted-1", {"MUST", true}},
                                        {"planted-2", {"SHOULD", true}},
                                        {"planted-3", {"MUST", false}},
                                        {"planted-4", {"MAY", true}}};

}  // namespace

TEST_CASE("play: each MUST and SHOULD of the client has a scenario, or a reason why it has none, and never both") {
  const json without = read("tests/scenarios/without_scenario.json");
  CHECK(schema_faults(read("corpus/schema/without_scenario.schema.json"), without) == Lines{});
  CHECK(owed(play::embedded_scenarios(), requirements(), without["requirements"].get<Reasons>()) == Lines{});
}

TEST_CASE("play: a scenario demands no more than a requirement of the client that it cites") {
  CHECK(too_strict(play::embedded_scenarios(), requirements()) == Lines{});
}

TEST_CASE("play: a scenario of each run is short, and its beats are not dense") {
  CHECK(too_slow(play::embedded_scenarios()) == Lines{});
}

TEST_CASE("play: scenarios of a file stand together, and say in a sentence what they are about") {
  std::set<std::string> areas;
  std::string last;
  for (const Scenario& scenario : play::embedded_scenarios()) {
    INFO(scenario.id);
    if (scenario.area != last) CHECK(areas.insert(scenario.area).second);
    last = scenario.area;
    CHECK(is_sentence(scenario.about));
  }
  CHECK(std::ranges::is_sorted(play::embedded_scenarios(), {}, &Scenario::area));
}

TEST_CASE("play: the lint finds what is planted for it") {
  const std::vector<Scenario> scenarios{planted("a/must", Level::Must, {"planted-1"}),
                                        planted("a/strict", Level::Must, {"planted-2", "planted-3"}),
                                        planted("a/no-client", Level::Should, {"planted-3", "planted-4"}),
                                        planted("a/robust", Level::Robust, {"planted-3"})};
  CHECK(too_strict(scenarios, kPlantedRequirements) == Lines{"a/strict", "a/no-client"});
  CHECK(owed(scenarios, kPlantedRequirements, {}) == Lines{});
  CHECK(owed({}, kPlantedRequirements, {{"planted-1", "-"}}) == Lines{"planted-2 has no scenario"});
  CHECK(owed(scenarios, kPlantedRequirements, {{"planted-1", "-"}, {"planted-3", "-"}, {"planted-9", "-"}}) ==
        Lines{"planted-1 has a scenario and a reason", "planted-3 asks nothing of the client",
              "planted-9 asks nothing of the client"});
  std::vector<Scenario> long_ones(3, planted("a/long", Level::Must, {}));
  long_ones[0].budget = kBudgetMax + Duration{1};
  long_ones[1].world.heartbeat_interval = kIntervalMin - Duration{1};
  long_ones[2].budget = kBudgetMax + Duration{1};
  long_ones[2].slow = true;
  CHECK(too_slow(long_ones) == Lines{"a/long", "a/long"});
}

}  // namespace portcullis::tests
