#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/vectors/answer.h"
#include "portcullis/oracle/vectors/subject.h"

namespace portcullis::cli {
namespace {

using vectors::FileResult;
using vectors::Outcome;

struct Options {
  std::string folder, command;
  std::vector<std::string> layers;
  std::int64_t timeout_ms = 10'000;
  bool json = false;
};

constexpr std::size_t kFaultsShown = 20;

std::vector<vectors::File> files_of(const Options& options) {
  if (options.folder.empty()) return vectors::embedded_files();
  auto read = vectors::read_folder(options.folder);
  if (auto* files = std::get_if<0>(&read)) return std::move(*files);
  const vectors::Faults& faults = std::get<1>(read);
  for (std::size_t i = 1; i < std::min(faults.size(), kFaultsShown); ++i) print_line(stderr, faults[i]);
  throw Failure(Exit::Usage,
                faults.front() +
                    (faults.size() > 1 ? " (and " + std::to_string(faults.size() - 1) + " more faults, above)" : ""));
}

std::vector<vectors::File> chosen_of(const Options& options) {
  std::vector<vectors::File> files = files_of(options);
  if (!options.layers.empty())
    std::erase_if(files, [&](const vectors::File& file) {
      return std::ranges::find(options.layers, file.layer) == options.layers.end();
    });
  if (files.empty())
    throw Failure(Exit::Usage, "no file in " + options.folder + " is of that layer: leave out --layer");
  return files;
}

/// Says which file is at work, once that has taken a while and somebody watches.
class Watched {
 public:
  void at(const std::string& file, std::size_t number, std::size_t files) {
    const auto past = std::chrono::steady_clock::now() - began_;
    if (!terminal_ || past < std::chrono::seconds(2)) return;
    shown_ = true;
    std::fprintf(stderr, "\r\x1b[K[%zu/%zu] %s", number, files, file.c_str());
  }
  void end() const {
    if (shown_) std::fputs("\r\x1b[K", stderr);
  }

 private:
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
};

std::vector<FileResult> run_all(const std::vector<vectors::File>& files, const vectors::Ask& ask,
                                vectors::Reading reading, const std::atomic<bool>& interrupted) {
  std::vector<FileResult> results;
  Watched watched;
  for (const vectors::File& file : files) {
    if (interrupted) break;
    watched.at(file.name, results.size() + 1, files.size());
    results.push_back(vectors::run(file, ask, reading));
  }
  watched.end();
  return results;
}

std::string right(const std::string& text) {
  return std::string(9 - std::min<std::size_t>(9, text.size()), ' ') + text;
}

std::string row(const std::string& name, const std::string& passed, const std::string& failed,
                const std::string& skipped, std::size_t width) {
  return name + std::string(width - name.size(), ' ') + right(passed) + right(failed) + right(skipped);
}

std::size_t total(const std::vector<FileResult>& results, Outcome outcome) {
  std::size_t all = 0;
  for (const FileResult& result : results) all += result.count(outcome);
  return all;
}

/// The first fault of each vector that failed.
void print_faults(const std::vector<FileResult>& results) {
  std::size_t count = 0;
  for (const FileResult& file : results)
    for (const vectors::CaseResult& one : file.cases)
      if (!one.faults.empty() && ++count <= kFaultsShown)
        print_line(stdout,
                   one.id + ": " + one.faults.front() +
                       (one.faults.size() > 1 ? " (and " + std::to_string(one.faults.size() - 1) + " more)" : ""));
  if (count > kFaultsShown)
    print_line(stdout, "... and " + std::to_string(count - kFaultsShown) + " more vectors; --json has them all");
}

void print_table(const std::vector<FileResult>& results) {
  const Paint paint(stdout, true);
  std::size_t width = 0;
  for (const FileResult& result : results) width = std::max(width, result.name.size());
  print_line(stdout, paint(Paint::Colour::Bold, row("file", "passed", "failed", "skipped", width)));
  const auto line = [&](const std::string& name, auto&& count) {
    const std::string text = row(name, std::to_string(count(Outcome::Passed)), std::to_string(count(Outcome::Failed)),
                                 std::to_string(count(Outcome::Skipped)), width);
    print_line(stdout, count(Outcome::Failed) != 0 ? paint(Paint::Colour::Red, text) : text);
  };
  for (const FileResult& result : results) line(result.name, [&](Outcome outcome) { return result.count(outcome); });
  line("all", [&](Outcome outcome) { return total(results, outcome); });
}

vectors::Json json_of(const FileResult& result) {
  vectors::Json failures = vectors::Json::array();
  for (const vectors::CaseResult& one : result.cases)
    if (one.outcome == Outcome::Failed) failures.push_back({{"id", one.id}, {"faults", one.faults}});
  return {{"file", result.name},
          {"layer", result.layer},
          {"passed", result.count(Outcome::Passed)},
          {"failed", result.count(Outcome::Failed)},
          {"skipped", result.count(Outcome::Skipped)},
          {"failures", failures}};
}

Exit report(const std::vector<FileResult>& results, bool json) {
  if (json)
    for (const FileResult& result : results) print_line(stdout, one_line(json_of(result)));
  else
    print_faults(results), print_table(results);
  return total(results, Outcome::Failed) != 0 ? Exit::Failed : Exit::Well;
}

Exit run_subject(const Options& options, const std::vector<vectors::File>& files) {
  std::atomic<bool> interrupted = false;
  const Interrupt interrupt(std::nullopt, [&interrupted] { interrupted = true; });
  vectors::Subject subject(options.command, std::chrono::milliseconds(options.timeout_ms), interrupted);
  const auto ask = [&](const vectors::Json& question) {
    return interrupted ? vectors::Reply{{{"unimplemented", "interrupted"}}, {}} : subject.ask(question);
  };
  const auto results = run_all(files, ask, vectors::Reading::Fair, interrupted);
  if (interrupted) throw Failure(Exit::Failed, "interrupted: the vectors were not all asked");
  if (!subject.has_answered())
    throw Failure(Exit::NoConnection, "the program never answered: does it read a line and print one, and flush it?" +
                                          (subject.tail().empty() ? "" : " It printed: " + subject.tail()));
  const Exit exit = report(results, options.json);
  if (total(results, Outcome::Passed) + total(results, Outcome::Failed) == 0)
    throw Failure(Exit::Failed, "every question was answered `unimplemented`");
  return exit;
}

Exit run(const Options& options) {
  const std::vector<vectors::File> files = chosen_of(options);
  if (!options.command.empty()) return run_subject(options, files);
  const auto ask = [](const vectors::Json& question) { return vectors::ask_core(question); };
  return report(run_all(files, ask, vectors::Reading::Exact, false), options.json);
}

}  // namespace

void add_vectors(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("vectors", "Asks a decoder the test vectors: ours, or a program of yours");
  const auto options = std::make_shared<Options>();
  verb->add_option("DIR", options->folder, "A folder with vectors, in place of those of the program")->option_text(" ");
  verb->add_option("--exec", options->command,
                   "A program that reads one question a line and prints one answer a line, see docs/fuzzing.md")
      ->option_text("COMMAND");
  const auto known = vectors::layers();
  verb->add_option("--layer", options->layers, "Only vectors of this layer, such as etf; again")
      ->option_text("LAYER")
      ->check(CLI::IsMember(std::vector<std::string>(known.begin(), known.end())));
  verb->add_option("--timeout", options->timeout_ms, "Milliseconds for each answer")
      ->option_text("MS [10000]")
      ->check(CLI::Range(1, 3'600'000));
  verb->add_flag("--json", options->json, "Print one JSON line for each file, with all that failed")->option_text(" ");
  verb->footer(
      "A question that is answered with {\"unimplemented\": true} is skipped.\n"
      "Exit status: 0 when no vector failed, 1 when one did, 3 for a file that is not as its schema says, 5 when the\n"
      "program never answered.\n\n"
      "Example: ours through the same door\n"
      "  portcullis vectors --exec 'portcullis step'");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
