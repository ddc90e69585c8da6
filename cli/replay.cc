#include "portcullis/oracle/replay/replay.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "portcullis/cli/judged.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownBytesMax = 400;

struct Options {
  std::string file;
  bool json = false;
};

/// In the file; the header is the first line.
std::size_t line_number(std::size_t record) { return record + 2; }

/// Puts a line onto a terminal: no longer than it is useful.
std::string shown(std::string line) {
  if (line.empty()) return "nothing";
  if (line.size() <= kShownBytesMax) return line;
  return line.substr(0, kShownBytesMax) + " ... (" + std::to_string(line.size()) + " bytes)";
}

Json json_of(const replay::Outcome& outcome, const Options& options) {
  Json line{{"file", options.file},
            {"shards", outcome.shards},
            {"inputs", outcome.inputs},
            {"outputs", outcome.outputs},
            {"same", !outcome.difference}};
  if (const auto& difference = outcome.difference)
    line["difference"] = {{"line", line_number(difference->record)},
                          {"recorded", difference->recorded},
                          {"replayed", difference->replayed}};
  for (const replay::Stop& stop : outcome.stops)
    line["stops"].push_back({{"line", line_number(stop.record)}, {"why", stop.why}});
  return line;
}

void print(const replay::Outcome& outcome, const timeline::Timeline& timeline, const Options& options) {
  const std::string so_far = std::to_string(outcome.outputs) + " outputs of " + std::to_string(outcome.inputs) +
                             " inputs, " + std::to_string(outcome.shards) +
                             (outcome.shards == 1 ? " shard" : " shards");
  for (const replay::Stop& stop : outcome.stops)
    print_line(stdout, options.file + ": line " + std::to_string(line_number(stop.record)) +
                           ": a shard ends here: " + stop.why);
  if (!outcome.difference) return void(print_line(stdout, options.file + ": the same: " + so_far));
  const replay::Difference& difference = *outcome.difference;
  print_line(stdout, options.file + ": line " + std::to_string(line_number(difference.record)) +
                         ": the first difference, after " + so_far);
  for (const std::size_t record : difference.context)
    print_line(stdout, "           " + shown(timeline::line_of(timeline.records[record])));
  print_line(stdout, "recorded   " + shown(difference.recorded));
  print_line(stdout, "replayed   " + shown(difference.replayed));
}

Exit run(const Options& options) {
  const timeline::Timeline timeline = read_recording(options.file);
  const auto result = replay::replay(timeline);
  if (const auto* const unfit = std::get_if<replay::Unfit>(&result)) {
    const std::string where = unfit->record ? ": line " + std::to_string(line_number(*unfit->record)) : "";
    throw Failure(Exit::Usage, options.file + where + ": " + unfit->text);
  }
  const auto& outcome = std::get<replay::Outcome>(result);
  options.json ? void(print_line(stdout, one_line(json_of(outcome, options)))) : print(outcome, timeline, options);
  return outcome.difference ? Exit::Failed : Exit::Well;
}

}  // namespace

void add_replay(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("replay", "Runs a recording of connect through our client again");
  const auto options = std::make_shared<Options>();
  verb->add_option("FILE", options->file, "A recording, as connect writes it with --record")
      ->required()
      ->option_text(" ");
  verb->add_flag("--json", options->json, "Print what came of it as a JSON line");
  verb->footer(
      "The recording holds all that the client was told, and when: its inputs, the payloads of the gateway, the seed "
      "of\n"
      "its draws. So it says the same again, or something has changed since: then the first difference is shown.\n"
      "Exit status: 0 the same, 1 a difference, 3 for a file that is no recording or has no inputs.\n\n"
      "Example\n"
      "  portcullis connect --url ws://127.0.0.1:4000 --events 10 --record bot.jsonl\n"
      "  portcullis replay bot.jsonl");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
