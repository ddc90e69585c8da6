#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/cli/scenarios.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  Selection selection;
  bool json = false;
};

std::string_view name_of(play::Pace pace) {
  switch (pace) {
    case play::Pace::Any: return "any";
    case play::Pace::Virtual: return "virtual";
    case play::Pace::Wall: return "wall";
  }
  return "";
}

Json json_of(const play::Scenario& scenario) {
  return {{"id", scenario.id},
          {"level", play::name_of(scenario.level)},
          {"about", scenario.about},
          {"requirements", scenario.requirements},
          {"sources", scenario.sources},
          {"seen_in", scenario.seen_in},
          {"clock", name_of(scenario.pace)},
          {"budget_ms", scenario.budget.count()},
          {"slow", scenario.slow},
          {"needs", scenario.needs}};
}

/// What keeps it out of a plain run.
std::string apart(const play::Scenario& scenario) {
  if (scenario.pace == play::Pace::Virtual) return "virtual time only";
  if (!scenario.needs.empty()) return "--shim";
  return scenario.slow ? "--slow" : "";
}

std::string padded(std::string text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

void print(const std::vector<const play::Scenario*>& scenarios) {
  std::size_t width = 0;
  for (const play::Scenario* one : scenarios) width = std::max(width, one->id.size());
  const Paint paint(stdout, true);
  for (const play::Scenario* one : scenarios) {
    const std::string why = apart(*one);
    print_line(stdout, padded(one->id, width) + "  " + padded(std::string(play::name_of(one->level)), 6) + "  " +
                           one->about + (why.empty() ? "" : paint(Paint::Colour::Dim, " (" + why + ")")));
  }
  print_line(stdout, std::to_string(scenarios.size()) + " scenarios; portcullis explain ID tells more of one");
}

Exit run(const Options& options) {
  const std::vector<play::Scenario> all = scenarios_of(options.selection);
  const auto chosen = chosen_of(all, options.selection);
  if (!options.json) {
    print(chosen);
    return Exit::Well;
  }
  for (const play::Scenario* one : chosen) print_line(stdout, one_line(json_of(*one)));
  return Exit::Well;
}

}  // namespace

void add_list(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("list", "Lists the scenarios that run plays");
  const auto options = std::make_shared<Options>();
  add_selection(*verb, options->selection);
  verb->add_flag("--json", options->json, "Print one JSON line for each")->option_text(" ");
  verb->footer(
      "Example: what is asked of a client that resumes\n"
      "  portcullis list --select 'resume/*'");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
