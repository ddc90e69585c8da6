#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "portcullis/cli/file.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/html.h"

namespace portcullis::cli {
namespace {

using timeline::Json;

struct Options {
  std::vector<std::string> files;
  std::string html;
};

Json read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(Exit::Usage, "cannot read " + path + ": name a report, as run --json writes them");
  Json report = Json::parse(file, nullptr, false);
  const bool good = report.is_object() && report.value("report", 0) == 1 && report.contains("results");
  if (!good) throw Failure(Exit::Usage, path + " is no report of version 1: write it anew with run --json");
  return report;
}

Exit run(const Options& options) {
  std::vector<Json> reports;
  for (const std::string& file : options.files) reports.push_back(read(file));
  replace_file(options.html, report::to_html(reports), false, "--html");
  print_line(stdout, "wrote " + options.html + ": " + std::to_string(reports.size()) +
                         (reports.size() == 1 ? " client" : " clients"));
  return Exit::Well;
}

}  // namespace

void add_report(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("report", "Puts reports of several clients into one page");
  const auto options = std::make_shared<Options>();
  verb->add_option("FILE", options->files, "Reports, as run writes them with --json")->required()->option_text(" ");
  verb->add_option("--html", options->html, "The page: one file that needs no network")
      ->required()
      ->option_text("FILE");
  verb->footer(
      "Example\n"
      "  portcullis report discord_py.json discord_js.json --html matrix.html");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
