#include "portcullis/cli/scenarios.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "portcullis/cli/verb.h"
#include "portcullis/oracle/run/expected.h"

namespace portcullis::cli {
bool is_asked_for(const std::string& id, std::string_view level, const Selection& selection) {
  const auto fits = [&](const std::string& pattern) { return run::fits(pattern, id); };
  return (selection.patterns.empty() || std::ranges::any_of(selection.patterns, fits)) &&
         (selection.levels.empty() || std::ranges::find(selection.levels, level) != selection.levels.end());
}

void check_patterns(const Selection& selection, const std::vector<std::string>& ids, const std::string& list) {
  for (const std::string& pattern : selection.patterns)
    if (std::ranges::none_of(ids, [&](const std::string& id) { return run::fits(pattern, id); }))
      throw Failure(Exit::Usage, "no scenario fits " + pattern + "; " + list + " shows them");
}

void check_chosen(bool none, const std::string& list) {
  if (none) throw Failure(Exit::Usage, "no scenario is of that level and fits; " + list + " shows them");
}

void add_selection(CLI::App& verb, Selection& selection) {
  verb.add_option("--select", selection.patterns, "Only scenarios whose id fits, where * stands for any text; again")
      ->option_text("PATTERN");
  verb.add_option("--level", selection.levels,
                  "Only scenarios of these levels: MUST, SHOULD, ROBUST, INFO; of servers also OBSERVED")
      ->option_text("LEVEL")
      ->check(CLI::IsMember({"MUST", "SHOULD", "ROBUST", "INFO", "OBSERVED"}));
  verb.add_option("--scenarios", selection.folder, "A folder with scenarios, in place of those of the program")
      ->option_text("FOLDER");
}

std::vector<play::Scenario> scenarios_of(const Selection& selection) {
  if (selection.folder.empty()) return play::embedded_scenarios();
  auto read = play::read_scenario_folder(selection.folder);
  if (const auto* const wrong = std::get_if<play::Malformed>(&read)) throw Failure(Exit::Usage, wrong->text);
  return std::get<0>(std::move(read));
}

std::vector<const play::Scenario*> chosen_of(const std::vector<play::Scenario>& all, const Selection& selection) {
  std::vector<std::string> ids;
  for (const play::Scenario& scenario : all) ids.push_back(scenario.id);
  check_patterns(selection, ids, "portcullis list");
  std::vector<const play::Scenario*> chosen;
  for (const play::Scenario& scenario : all)
    if (is_asked_for(scenario.id, play::name_of(scenario.level), selection)) chosen.push_back(&scenario);
  check_chosen(chosen.empty(), "portcullis list");
  return chosen;
}

}  // namespace portcullis::cli
