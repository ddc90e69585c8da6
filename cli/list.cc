#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/cli/scenarios.h"
#include "portcullis/cli/server_scenarios.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  Selection selection;
  bool json = false;
  bool server = false;
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

Json json_of(const probe::Scenario& scenario) {
  return {{"id", scenario.id()},
          {"level", probe::name_of(scenario.level)},
          {"about", scenario.about()},
          {"requirements", scenario.rule.requirements},
          {"sources", scenario.sources},
          {"slow", scenario.slow},
          {"too_often", scenario.too_often}};
}

/// What a line of the list says.
struct Entry {
  std::string id, level, about, apart;
};

/// What keeps it out of a plain run.
std::string apart(const play::Scenario& scenario) {
  if (scenario.pace == play::Pace::Virtual) return "virtual time only";
  if (!scenario.needs.empty()) return "--shim";
  return scenario.slow ? "--slow" : "";
}

std::string padded(std::string text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

Entry entry_of(const play::Scenario& one) {
  return {one.id, std::string(play::name_of(one.level)), one.about, apart(one)};
}
Entry entry_of(const probe::Scenario& one) {
  return {one.id(), std::string(probe::name_of(one.level)), one.about(), one.slow ? "--slow" : ""};
}

void print(const std::vector<Entry>& entries) {
  std::size_t width = 0;
  for (const Entry& one : entries) width = std::max(width, one.id.size());
  const Paint paint(stdout, true);
  for (const Entry& one : entries) {
    const std::string why = one.apart.empty() ? "" : paint(Paint::Colour::Dim, " (" + one.apart + ")");
    print_line(stdout, padded(one.id, width) + "  " + padded(one.level, 8) + "  " + one.about + why);
  }
  print_line(stdout, std::to_string(entries.size()) + " scenarios; portcullis explain ID tells more of one");
}

template <typename Scenario>
Exit list(const std::vector<const Scenario*>& chosen, bool as_json) {
  std::vector<Entry> entries;
  for (const Scenario* one : chosen) {
    if (as_json) print_line(stdout, one_line(json_of(*one)));
    entries.push_back(entry_of(*one));
  }
  if (!as_json) print(entries);
  return Exit::Well;
}

Exit run(const Options& options) {
  if (options.server) {
    const std::vector<probe::Scenario> all = server_scenarios_of(options.selection);
    return list(chosen_of(all, options.selection), options.json);
  }
  const std::vector<play::Scenario> all = scenarios_of(options.selection);
  return list(chosen_of(all, options.selection), options.json);
}

}  // namespace

void add_list(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("list", "Lists the scenarios that run plays");
  const auto options = std::make_shared<Options>();
  add_selection(*verb, options->selection);
  verb->add_flag("--server", options->server, "The scenarios that run --server plays")->option_text(" ");
  verb->add_flag("--json", options->json, "Print one JSON line for each")->option_text(" ");
  verb->footer(
      "Example: what is asked of a client that resumes\n"
      "  portcullis list --select 'resume/*'");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
