#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portcullis/oracle/report/result.h"

namespace portcullis::run {

/// A failure that is known.
struct Expected {
  std::string scenario;  ///< an id, or a pattern with `*` for any text
  std::string rule;      ///< empty: whatever is broken there
  std::string reason;
};

/// Says whether a text fits a pattern, in which `*` stands for any text.
bool fits(std::string_view pattern, std::string_view text);

/// Reads a file of expected failures: a JSON list of objects with `scenario`, `reason`, and `rule` where only that is
/// expected.
///
/// Errors: one line with the entry's number and the member: an unknown member, a reason that is missing or empty, a
///         scenario or rule that there is none of.
std::variant<std::vector<Expected>, std::string> read_expected(std::string_view text,
                                                               const std::vector<std::string>& scenarios);

/// Turns failures that the list covers into expected ones, and marks what passes although the list has it: an entry
/// that covers no failure of those scenarios that were played is stale.
void apply(const std::vector<Expected>& expected, std::vector<report::ScenarioResult>& results);

}  // namespace portcullis::run
