#include "portcullis/oracle/probe/scenario.h"

#include <algorithm>
#include <array>
#include <set>

#include "portcullis/oracle/play/node.h"
#include "portcullis/oracle/probe/scenarios.h"
#include "portcullis/oracle/probe/steps.h"

namespace portcullis::probe {
namespace {

using play::Node;
using Read = std::variant<std::vector<Scenario>, Malformed>;

constexpr std::array<std::string_view, 3> kLevels{"MUST", "SHOULD", "OBSERVED"};
constexpr std::array kRuleLevels{judge::Level::Must, judge::Level::Should, judge::Level::Unusual};

Scenario read_one(const Node& node, const std::string& area) {
  node.only({"id", "level", "requirements", "sources", "about", "slow", "too_often", "steps"});
  Scenario out;
  out.rule.id = node.at("id").text();
  if (!out.rule.id.starts_with(area + "/") || out.rule.id.size() == area.size() + 1)
    node.fail_member("id", "must be " + area + "/NAME");
  const std::size_t level = node.at("level").choice({kLevels.begin(), kLevels.end()});
  out.level = static_cast<Level>(level);
  out.rule.level = kRuleLevels.at(level);
  out.rule.requirements = node.at("requirements").texts();
  if (out.rule.requirements.empty()) node.fail_member("requirements", "must name one at least");
  out.rule.says = node.at("about").text();
  if (const auto sources = node.find("sources")) out.sources = sources->texts();
  if (const auto slow = node.find("slow")) out.slow = slow->boolean();
  if (const auto too_often = node.find("too_often")) out.too_often = too_often->boolean();
  out.steps = read_steps(node.at("steps"));
  note_identifies(out.steps, out.too_often);
  return out;
}

std::vector<Scenario> read_file(const Node& file) {
  file.only({"schema", "area", "about", "scenarios"});
  file.at("schema").choice({"server_scenarios.schema.json"});
  const std::string& area = file.at("area").text();
  if (area.empty()) file.fail_member("area", "must not be empty");
  std::vector<Scenario> out;
  std::set<std::string> ids;
  for (const Node& node : file.at("scenarios").items()) {
    out.push_back(read_one(node, area));
    if (!ids.insert(out.back().id()).second) node.fail_member("id", "occurs twice: " + out.back().id());
  }
  if (out.empty()) file.fail_member("scenarios", "must not be empty");
  return out;
}

}  // namespace

Read read_scenarios(std::string_view text, const std::string& file) {
  try {
    const play::Document document(text, file);
    return read_file(Node(document));
  } catch (const play::Wrong& wrong) {
    return Malformed{wrong.text};
  }
}

Read read_scenario_folder(const std::filesystem::path& folder) {
  auto files = play::read_folder(folder);
  if (auto* const malformed = std::get_if<Malformed>(&files)) return std::move(*malformed);
  return play::read_each(std::get<0>(files), read_scenarios, &Scenario::id);
}

const std::vector<Scenario>& embedded_scenarios() {
  static const auto scenarios = play::sound(play::read_each(kScenarioFiles, read_scenarios, &Scenario::id));
  return scenarios;
}

std::string_view name_of(Level level) { return kLevels.at(static_cast<std::size_t>(level)); }

}  // namespace portcullis::probe
