#pragma once

#include <string>
#include <vector>

#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/result.h"
#include "portcullis/oracle/run/expected.h"

namespace CLI {
class App;
}

namespace portcullis::cli {

/// Where a run's reports go, and which failures are known; empty is nowhere, and none.
struct ReportFiles {
  std::string expected, json, junit, html, record_folder;
};

void add_report_files(CLI::App& verb, ReportFiles& files);

/// Sees to it before long work that all of them can be written. Throws Failure.
void check_report_files(const ReportFiles& files);

/// Reads the file of expected failures, which may name these scenarios. Throws Failure.
std::vector<run::Expected> read_expected_of(const ReportFiles& files, const std::vector<std::string>& ids);

void write_reports(const report::ClientReport& report, const ReportFiles& files);

/// Says whether nothing was played in all but what never connected.
bool never_started(const report::ClientReport& report);

Exit exit_of(const report::ClientReport& report);

}  // namespace portcullis::cli
