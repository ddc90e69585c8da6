#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/json.h"
#include "portcullis/oracle/report/words.h"

namespace portcullis::cli {
namespace {

using judge::Verdict;

struct Options {
  std::vector<std::string> files;
  bool json = false;
};

timeline::Timeline read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(Exit::Usage, "cannot read " + path + ": name a recording, as --record writes them");
  auto read = timeline::read(file);
  if (const auto* const malformed = std::get_if<timeline::Malformed>(&read))
    throw Failure(Exit::Usage, path + ": " + malformed->text);
  return std::get<timeline::Timeline>(std::move(read));
}

/// A recording seen as a scenario that nobody played: it asks for what the requirements ask for.
report::ScenarioResult judged(const std::string& path) {
  report::ScenarioResult result;
  result.timeline = read(path);
  result.judgement = judge::judge(result.timeline);
  result.scenario = {path, "MUST", result.timeline.about, {}, {}, {}};
  result.took_ms = result.timeline.records.empty() ? 0 : result.timeline.records.back().at_ms;
  for (const judge::RuleResult& rule : result.judgement.rules)
    for (const judge::Finding& finding : rule.findings)
      if (report::counts(*rule.rule, finding, result.scenario)) result.outcome = report::Outcome::Failed;
  return result;
}

void print(const report::ScenarioResult& result) {
  const auto with = [&](Verdict verdict) {
    return std::ranges::count(result.judgement.rules, verdict, &judge::RuleResult::verdict);
  };
  std::string words = report::findings_in_words(result);
  if (!words.empty()) words.pop_back();
  if (!words.empty()) print_line(stdout, words);
  std::string line = result.scenario.id + ": " + std::to_string(with(Verdict::Kept)) + " rules kept";
  const auto add = [&](Verdict verdict, const char* one) {
    if (const auto count = with(verdict)) line += ", " + std::to_string(count) + " " + one;
  };
  add(Verdict::Violation, "VIOLATION");
  add(Verdict::Deviation, "DEVIATION");
  add(Verdict::Unusual, "UNUSUAL");
  add(Verdict::ServerOdd, "SERVER-ODD");
  add(Verdict::Undecided, "UNDECIDED");
  print_line(stdout, line + ", " + std::to_string(with(Verdict::NotExercised)) + " not exercised; times are known to " +
                         std::to_string(result.judgement.tolerance.ms) + " ms");
}

Exit run(const Options& options) {
  report::ClientReport all;
  for (const std::string& file : options.files) all.results.push_back(judged(file));
  Exit exit = Exit::Well;
  for (const report::ScenarioResult& result : all.results) {
    if (result.outcome == report::Outcome::Failed) exit = Exit::Failed;
    options.json ? void(print_line(stdout, one_line(report::to_json(result)))) : print(result);
  }
  return exit;
}

}  // namespace

void add_check(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("check", "Judges recordings: which requirements the client kept and broke");
  const auto options = std::make_shared<Options>();
  verb->add_option("FILE", options->files, "Recordings, as connect, mock and run write them with --record")
      ->required()
      ->option_text(" ");
  verb->add_flag("--json", options->json, "Print one JSON line for each, with every rule and the wire log");
  verb->footer(
      "Exit status: 0 when no MUST or SHOULD was broken, 1 when one was, 3 for a file that is no recording.\n\n"
      "Example: judge a bot that runs against the mock\n"
      "  portcullis mock --record bot.jsonl   (then, when the bot has stopped and so has the mock)\n"
      "  portcullis check bot.jsonl");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
