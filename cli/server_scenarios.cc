#include "portcullis/cli/server_scenarios.h"

#include <algorithm>
#include <string>

#include "portcullis/cli/verb.h"
#include "portcullis/oracle/run/expected.h"

namespace portcullis::cli {

std::vector<probe::Scenario> server_scenarios_of(const Selection& selection) {
  if (selection.folder.empty()) return probe::embedded_scenarios();
  auto read = probe::read_scenario_folder(selection.folder);
  if (const auto* const wrong = std::get_if<probe::Malformed>(&read)) throw Failure(Exit::Usage, wrong->text);
  return std::get<0>(std::move(read));
}

std::vector<const probe::Scenario*> chosen_of(const std::vector<probe::Scenario>& all, const Selection& selection) {
  std::vector<std::string> ids;
  for (const probe::Scenario& scenario : all) ids.push_back(scenario.id());
  check_patterns(selection, ids, "portcullis list --server");
  std::vector<const probe::Scenario*> chosen;
  for (const probe::Scenario& scenario : all)
    if (is_asked_for(scenario.id(), probe::name_of(scenario.level), selection)) chosen.push_back(&scenario);
  check_chosen(chosen.empty(), "portcullis list --server");
  return chosen;
}

}  // namespace portcullis::cli
