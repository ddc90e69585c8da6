#include "portcullis/cli/report_files.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "portcullis/cli/file.h"
#include "portcullis/oracle/report/html.h"
#include "portcullis/oracle/report/json.h"
#include "portcullis/oracle/report/junit.h"

namespace portcullis::cli {
namespace {

using report::Outcome;

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

}  // namespace

void add_report_files(CLI::App& verb, ReportFiles& files) {
  verb.add_option("--expected", files.expected, "Failures that are known, as JSON, each with its reason")
      ->option_text("FILE");
  verb.add_option("--json", files.json, "Write everything as JSON, wire logs included")->option_text("FILE");
  verb.add_option("--junit", files.junit, "Write JUnit XML")->option_text("FILE");
  verb.add_option("--html", files.html, "Write one page that needs no network")->option_text("FILE");
  verb.add_option("--record", files.record_folder, "Write each scenario's timeline into this folder")
      ->option_text("FOLDER");
}

void check_report_files(const ReportFiles& files) {
  check_place(files.json, "--json");
  check_place(files.html, "--html");
  check_place(files.junit, "--junit");
  if (!files.record_folder.empty()) make_folder(files.record_folder);
}

std::vector<run::Expected> read_expected_of(const ReportFiles& files, const std::vector<std::string>& ids) {
  if (files.expected.empty()) return {};
  auto read = run::read_expected(read_file(files.expected, "--expected"), ids);
  if (const auto* const wrong = std::get_if<std::string>(&read))
    throw Failure(Exit::Usage, files.expected + ": " + *wrong);
  return std::get<0>(std::move(read));
}

void write_reports(const report::ClientReport& report, const ReportFiles& files) {
  const bool as_json = !files.json.empty() || !files.html.empty();
  const timeline::Json json = as_json ? report::to_json(report) : timeline::Json();
  if (!files.json.empty()) replace_file(files.json, json.dump() + "\n", false, "--json");
  if (!files.html.empty()) replace_file(files.html, report::to_html({json}), false, "--html");
  if (!files.junit.empty()) replace_file(files.junit, report::to_junit(report), false, "--junit");
  if (!files.record_folder.empty()) write_timelines(report, files.record_folder);
}

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

}  // namespace portcullis::cli
