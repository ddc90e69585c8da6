#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/progress.h"
#include "portcullis/cli/report_files.h"
#include "portcullis/cli/run_server.h"
#include "portcullis/cli/scenarios.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/today.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/words.h"
#include "portcullis/oracle/run/suite.h"

namespace portcullis::cli {
namespace {

using report::Outcome;

struct Options {
  std::string command, shim, name;
  Selection selection;
  ReportFiles files;
  ServerUnderTest server;
  unsigned at_a_time = 8;
  std::optional<std::int64_t> timeout_ms;
  bool slow = false;
  bool tls = false;
};

std::vector<std::string> ids_of(const std::vector<play::Scenario>& scenarios) {
  std::vector<std::string> ids;
  for (const play::Scenario& scenario : scenarios) ids.push_back(scenario.id);
  return ids;
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

Exit run_suite(const Options& options) {
  if (options.command.empty() && options.shim.empty())
    throw Failure(Exit::Usage,
                  "which client? Give --exec COMMAND, or --shim COMMAND for one that takes orders; or --server URL, to "
                  "test a server");
  check_report_files(options.files);
  const std::vector<play::Scenario> all = scenarios_of(options.selection);
  const std::vector<const play::Scenario*> chosen = chosen_of(all, options.selection);
  const std::vector<run::Expected> expected = read_expected_of(options.files, ids_of(all));

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
  write_reports(report, options.files);
  if (interrupted) throw Failure(Exit::Failed, "interrupted: what was not over was skipped");
  return exit_of(report);
}

Exit run_any(Options& options) {
  if (options.server.url.empty()) return run_suite(options);
  check_report_files(options.files);
  options.server.name = options.name;
  options.server.at_a_time = options.at_a_time;
  options.server.slow = options.slow;
  return run_server(options.server, options.selection, options.files);
}

void add_server_options(CLI::App& verb, ServerUnderTest& server) {
  auto* const url = verb.add_option(
      "--server", server.url, "In place of a client: a server to test, with clients that we play; docs/server.md");
  url->option_text("URL")->excludes("--exec")->excludes("--shim");
  auto* const token = verb.add_option(
      "--token", server.token,
      "A token that is good there; everybody on this machine can read it, so only one of a test server");
  token->option_text("T")->needs(url);
  verb.add_option("--token-file", server.token_file, "Where that token stands; else in PORTCULLIS_TOKEN")
      ->option_text("FILE")
      ->needs(url)
      ->excludes(token);
  verb.add_option("--ca", server.ca_file, "Certificates to trust, as PEM, in place of the system's")
      ->option_text("FILE")
      ->needs(url);
  verb.add_option("--identify-every", server.identify_every_ms,
                  "Milliseconds between two Identifies; 0 for a server that does not limit them")
      ->option_text("MS [5100]")
      ->needs(url)
      ->check(CLI::Range(0, 600'000));
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
  add_server_options(verb, options.server);
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
  add_report_files(verb, options.files);
}

}  // namespace

void add_run(CLI::App& app, Run& run_verb) {
  auto* const verb =
      app.add_subcommand("run", "Plays scenarios to a client or a server, and says which requirements it broke");
  const auto options = std::make_shared<Options>();
  add_options(*verb, *options);
  verb->footer(
      "The command is started for each scenario, and gets SIGTERM when it is over; five seconds later it is killed.\n"
      "Exit status: 0 all well, 1 failures, 2 the list of expected failures is stale, 3 usage, 4 our own fault,\n"
      "5 the client never connected, or the server cannot be reached.\n\n"
      "Examples\n"
      "  portcullis run --exec 'node bot.js' --select 'resume/*' --html report.html\n"
      "  portcullis run --server ws://127.0.0.1:3001 --token-file token.txt --html report.html");
  verb->callback([options, &run_verb] { run_verb = [options] { return run_any(*options); }; });
}

}  // namespace portcullis::cli
