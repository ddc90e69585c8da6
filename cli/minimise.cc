#include "portcullis/oracle/minimise/minimise.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "portcullis/cli/file.h"
#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/judged.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/words.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file, rule, out_file;
  std::size_t judgements_max = 10'000;
  bool json = false;
};

/// Says every two seconds how far it is, on standard error.
class Pace {
 public:
  void operator()(std::size_t judgements, std::size_t records) {
    const auto now = std::chrono::steady_clock::now();
    if (now - told_at_ < std::chrono::seconds(2)) return;
    told_at_ = now;
    print_line(stderr, std::to_string(records) + " records left after " + std::to_string(judgements) + " judgements");
  }

 private:
  std::chrono::steady_clock::time_point told_at_ = std::chrono::steady_clock::now();
};

minimise::Aim aim_of(const timeline::Timeline& timeline, const Options& options) {
  const auto is_named = [&](const judge::Rule& rule) { return rule.id == options.rule; };
  if (!options.rule.empty() && std::ranges::none_of(judge::rules(), is_named))
    throw Failure(Exit::Usage, "--rule: there is no rule " + options.rule + "; portcullis check " + options.file +
                                   " names those that are broken");
  const auto aim = minimise::aim_at(judge::judge(timeline), options.rule);
  if (aim) return *aim;
  throw Failure(Exit::Usage, options.file + " breaks " +
                                 (options.rule.empty() ? "no rule" : options.rule + " nowhere") +
                                 ": there is nothing to minimise");
}

std::string text_of(const timeline::Timeline& timeline) {
  std::string text = timeline::header_line(timeline) + "\n";
  for (const timeline::Record& record : timeline.records) text += timeline::line_of(record) + "\n";
  return text;
}

/// What is left of the judgement when only the finding is of interest.
report::ScenarioResult finding_in(const minimise::Outcome& outcome) {
  report::ScenarioResult result;
  judge::RuleResult rule = judge::judge(outcome.timeline, *outcome.aim.rule);
  std::erase_if(rule.findings, [&](const judge::Finding& one) {
    return one.record != outcome.aim.record || one.verdict != outcome.aim.verdict;
  });
  if (rule.findings.empty()) throw Failure(Exit::OurFault, "what is left does not show the finding any more");
  result.judgement.rules.push_back(std::move(rule));
  return result;
}

void report(const minimise::Outcome& outcome, std::size_t before, const Options& options) {
  const report::ScenarioResult finding = finding_in(outcome);
  const std::size_t left = outcome.timeline.records.size();
  if (options.json)
    return void(print_line(stdout, one_line({{"file", options.out_file},
                                             {"rule", outcome.aim.rule->id},
                                             {"verdict", judge::name_of(outcome.aim.verdict)},
                                             {"records", left},
                                             {"records_before", before},
                                             {"judgements", outcome.judgements},
                                             {"complete", outcome.complete}})));
  std::string words = report::findings_in_words(finding);
  words.pop_back();
  print_line(stdout, words);
  print_line(stdout, options.out_file + ": " + std::to_string(left) + " of " + std::to_string(before) +
                         " records are left, after " + std::to_string(outcome.judgements) + " judgements" +
                         (outcome.complete ? "; none of them can go" : "; it was ended before it was done"));
}

Exit run(const Options& options) {
  check_place(options.out_file, "--out");
  std::error_code none;
  if (std::filesystem::equivalent(options.file, options.out_file, none))
    throw Failure(Exit::Usage, "--out names the recording itself, which may be the only one; name another file");
  timeline::Timeline timeline = read_recording(options.file);
  const std::size_t before = timeline.records.size();
  const minimise::Aim aim = aim_of(timeline, options);
  std::atomic<bool> stop = false;
  const Interrupt interrupt(std::nullopt, [&stop] { stop = true; });
  const minimise::Bounds bounds{options.judgements_max, &stop, Pace()};
  const minimise::Outcome outcome = minimise::minimise(std::move(timeline), aim, bounds);
  replace_file(options.out_file, text_of(outcome.timeline), false, "--out");
  report(outcome, before, options);
  return Exit::Well;
}

}  // namespace

void add_minimise(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("minimise", "Shrinks a recording to what still breaks the same rule");
  const auto options = std::make_shared<Options>();
  verb->add_option("FILE", options->file, "A recording, as --record writes it")->required()->option_text(" ");
  verb->add_option("--rule", options->rule, "The rule that is to stay broken; else the worst, of those the first")
      ->option_text("ID");
  verb->add_option("--out", options->out_file, "Where to write what is left")->option_text("FILE")->required();
  verb->add_option("--budget", options->judgements_max, "How often it may judge; then what there is is written")
      ->option_text("N [10000]")
      ->check(CLI::Range(1, 100'000'000));
  verb->add_flag("--json", options->json, "Print what came of it as a JSON line");
  verb->footer(
      "Takes away links, then records, then parts of payloads, for as long as the same record breaks the same rule\n"
      "with the same verdict. The same file gives the same outcome. Ctrl-C ends it and writes what there is.\n"
      "Exit status: 0 when it was written, 3 for a file that is no recording or breaks no rule.\n\n"
      "Example\n"
      "  portcullis minimise bot.jsonl --rule heartbeat/zombie --out small.jsonl");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
