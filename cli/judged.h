#pragma once

#include <string>

#include "portcullis/oracle/report/result.h"

namespace portcullis::cli {

/// Reads a recording.
///
/// Errors: Failure that names the file, and the line and member that are wrong.
timeline::Timeline read_recording(const std::string& path);

/// Judges a recording as a scenario that nobody played: it asks for what the requirements ask for.
report::ScenarioResult judged(const std::string& id, timeline::Timeline timeline);

/// Prints the findings, then in one line how many rules have which verdict.
void print_judged(const report::ScenarioResult& result);

}  // namespace portcullis::cli
