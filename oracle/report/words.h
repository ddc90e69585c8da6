#pragma once

#include <string>

#include "portcullis/oracle/report/result.h"

namespace portcullis::report {

/// Says each broken rule of a result in a few lines: the rule, the frame and its time, what was seen, what is allowed,
/// the requirements. Empty where none was broken.
std::string findings_in_words(const ScenarioResult& result);

/// Gives the report as a table for a terminal: a line a scenario that did not just pass, with its first broken rule;
/// then what was found in all, and how many passed.
///
/// Shape: `colour` puts ANSI colours in.
std::string to_table(const ClientReport& report, bool colour);

}  // namespace portcullis::report
