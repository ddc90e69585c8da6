#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "portcullis/cli/judged.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/json.h"

namespace portcullis::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  bool json = false;
};

Exit run(const Options& options) {
  report::ClientReport all;
  for (const std::string& file : options.files) all.results.push_back(judged(file, read_recording(file)));
  Exit exit = Exit::Well;
  for (const report::ScenarioResult& result : all.results) {
    if (result.outcome == report::Outcome::Failed) exit = Exit::Failed;
    options.json ? void(print_line(stdout, one_line(report::to_json(result)))) : print_judged(result);
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
