#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "portcullis/cli/file.h"
#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/progress.h"
#include "portcullis/cli/scenarios.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/today.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/html.h"
#include "portcullis/oracle/report/json.h"
#include "portcullis/oracle/report/junit.h"
#include "portcullis/oracle/report/words.h"
#include "portcullis/oracle/run/expected.h"
#include "portcullis/oracle/run/suite.h"

namespace portcullis::cli {
namespace {

using report::Outcome;

struct Options {
  std::string command, shim, name;
  Selection selection;
  std::string expected_file, json_file, junit_file, html_file, record_folder;
  unsigned at_a_time = 8;
  std::optional<std::int64_t> timeout_ms;
  bool slow = false;
  bool tls = false;
};

std::vector<run::Expected> expected_of(const Options& options, const std::vector<play::Scenario>& scenarios) {
  if (options.expected_file.empty()) return {};
  std::vector<std::string> ids;
  for (const play::Scenario& scenario : scenarios) ids.push_back(scenario.id);
  auto read = run::read_expected(read_file(options.expected_file, "--expected"), ids);
  if (const auto* const wrong = std::get_if<std::string>(&read))
    throw Failure(Exit::Usage, options.expected_file + ": " + *wrong);
  return std::get<0>(std::move(read));
}

/// A folder that can be written to, before hours of work depend on it.
void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Failure(Exit::Usage, "cannot make the folder " + folder + ": " + error.message() + ": --record");
}

void write_timelines(const report::ClientReport& report, const std::string& folder) {
  for (const report::ScenarioResult& result : report.results) {
    if (result.timeline.records.empty()) continue;
    std::string name = result.scenario.id, text = timeline::header_line(result.timeline) + "\n";
    std::ranges::replace(name, '/', '.');
    for (const timeline::Record& record : result.timeline.records) text += timeline::line_of(record) + "\n";
    replace_file(folder + "/" + name + ".jsonl", text, false, "--record");
  }
}

void write_reports(const report::ClientReport& report, const Options& options) {
  const bool as_json = !options.json_file.empty() || !options.html_file.empty();
  const timeline::Json json = as_json ? report::to_json(report) : timeline::Json();
  if (!options.json_file.empty()) replace_file(options.json_file, json.dump() + "\n", false, "--json");
  if (!options.html_file.empty()) replace_file(options.html_file, report::to_html({json}), false, "--html");
  if (!options.junit_file.empty()) replace_file(options.junit_file, report::to_junit(report), false, "--junit");
  if (!options.record_folder.empty()) write_timelines(report, options.record_folder);
}

/// Nothing in all: it never connected, or was never asked to.
bool never_started(const report::ClientReport& report) {
  bool any = false;
  for (const report::ScenarioResult& result : report.results) {
    if (result.outcome == Outcome::Skipped) continue;
    if (result.outcome != Outcome::NotStarted) return false;
    any = true;
  }
  return any;
}

Exit exit_of(const report::ClientReport& report) {
  if (never_started(report)) return Exit::NoConnection;
  const auto counts = report::tally(report);
  const auto has = [&](Outcome outcome) { return counts[static_cast<std::size_t>(outcome)] != 0; };
  if (has(Outcome::Failed) || has(Outcome::NotStarted)) return Exit::Failed;
  return has(Outcome::UnexpectedPass) ? Exit::Stale : Exit::Well;
}

void print(const report::ClientReport& report, bool colour) {
  std::string table = report::to_table(report, colour);
  table.pop_back();
  print_line(stdout, table);
  if (!never_started(report)) return;
  const auto played = std::ranges::find(report.results, Outcome::NotStarted, &report::ScenarioResult::outcome);
  const std::string& log = played->log_tail;
  std::fprintf(stderr, "portcullis run: the client never connected: does the command use PORTCULLIS_URL or {url}?\n%s",
               log.empty() ? "" : ("It printed:\n" + log + "\n").c_str());
}

const std::string& command_of(const Options& options) { return options.shim.empty() ? options.command : options.shim; }

void check(const Options& options) {
  if (options.command.empty() && options.shim.empty())
    throw Failure(Exit::Usage, "which client? Give --exec COMMAND, or --shim COMMAND for one that takes orders");
  check_place(options.json_file, "--json");
  check_place(options.html_file, "--html");
  check_place(options.junit_file, "--junit");
}

Exit run_suite(const Options& options) {
  check(options);
  const std::vector<play::Scenario> all = scenarios_of(options.selection);
  const std::vector<const play::Scenario*> chosen = chosen_of(all, options.selection);
  const std::vector<run::Expected> expected = expected_of(options, all);
  if (!options.record_folder.empty()) make_folder(options.record_folder);

  std::atomic<bool> interrupted = false;
  const Interrupt interrupt(std::nullopt, [&interrupted] { interrupted = true; });
  Progress progress(chosen.size());
  run::SuiteOptions suite;
  suite.subject = {command_of(options), !options.shim.empty(), options.tls, std::nullopt};
  if (options.timeout_ms) suite.subject.budget = Duration{*options.timeout_ms};
  suite.at_a_time = options.at_a_time;
  suite.slow = options.slow;
  suite.on_begun = [&](const play::Scenario& scenario) { progress.begun(scenario.id); };
  suite.on_over = [&](const report::ScenarioResult& result) { progress.over(result); };

  report::ClientReport report;
  report.name = options.name.empty() ? command_of(options) : options.name;
  report.command = command_of(options);
  report.date = today();
  const auto began = std::chrono::steady_clock::now();
  try {
    report.results = run::play_all(chosen, suite, interrupted);
  } catch (const run::Unfit& unfit) {
    throw Failure(Exit::OurFault, unfit.text);
  }
  const auto took = std::chrono::steady_clock::now() - began;
  report.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  progress.end();
  run::apply(expected, report.results);
  print(report, progress.colour());
  write_reports(report, options);
  if (interrupted) throw Failure(Exit::Failed, "interrupted: what had not begun was skipped");
  return exit_of(report);
}

void add_options(CLI::App& verb, Options& options) {
  auto* const command = verb.add_option(
      "--exec", options.command,
      "The client, as a shell command; {url}, {api}, {token} and {ca} are put in, and stand as PORTCULLIS_URL, _API, "
      "_TOKEN and _CA in its environment");
  command->option_text("COMMAND");
  verb.add_option("--shim", options.shim,
                  "In place of --exec: a program round the client that takes orders as JSON lines, see oracle/shim.md")
      ->option_text("COMMAND")
      ->excludes(command);
  verb.add_option("--name", options.name, "What the reports call it")->option_text("NAME");
  add_selection(verb, options.selection);
  verb.add_flag("--slow", options.slow, "Also scenarios that take long")->option_text(" ");
  verb.add_option("-j,--jobs", options.at_a_time, "How many scenarios are played at a time")
      ->option_text("N [8]")
      ->check(CLI::Range(1, 64));
  verb.add_option("--timeout", options.timeout_ms, "Milliseconds for each scenario, in place of its own budget")
      ->option_text("MS")
      ->check(CLI::Range(1'000, 86'400'000));
  verb.add_flag("--tls", options.tls, "wss and https, with a certificate made now, which PORTCULLIS_CA names")
      ->option_text(" ");
  verb.add_option("--expected", options.expected_file, "Failures that are known, as JSON, each with its reason")
      ->option_text("FILE");
  verb.add_option("--json", options.json_file, "Write everything as JSON, wire logs included")->option_text("FILE");
  verb.add_option("--junit", options.junit_file, "Write JUnit XML")->option_text("FILE");
  verb.add_option("--html", options.html_file, "Write one page that needs no network")->option_text("FILE");
  verb.add_option("--record", options.record_folder, "Write each scenario's timeline into this folder")
      ->option_text("FOLDER");
}

}  // namespace

void add_run(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("run", "Plays scenarios to a client, and says which requirements it broke");
  const auto options = std::make_shared<Options>();
  add_options(*verb, *options);
  verb->footer(
      "The command is started for each scenario, and gets SIGTERM when it is over; five seconds later it is killed.\n"
      "Exit status: 0 all well, 1 failures, 2 the list of expected failures is stale, 3 usage, 4 our own fault,\n"
      "5 the client never connected.\n\n"
      "Example\n"
      "  portcullis run --exec 'node bot.js' --select 'resume/*' --html report.html");
  verb->callback([options, &run_verb] { run_verb = [options] { return run_suite(*options); }; });
}

}  // namespace portcullis::cli
