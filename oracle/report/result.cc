#include "portcullis/oracle/report/result.h"

#include <array>

namespace portcullis::report {
namespace {

constexpr std::array<std::string_view, 7> kOutcomes{"passed",          "failed",  "flaky",      "expected failure",
                                                    "unexpected pass", "skipped", "not started"};

}  // namespace

std::string_view name_of(Outcome outcome) { return kOutcomes.at(static_cast<std::size_t>(outcome)); }

bool counts(const judge::Finding& finding, std::string_view scenario_level) {
  if (finding.verdict == judge::Verdict::Violation) return true;
  const bool strict = scenario_level == "MUST" || scenario_level == "SHOULD";
  return strict && finding.verdict == judge::Verdict::Deviation;
}

std::vector<std::size_t> tally(const ClientReport& report) {
  std::vector<std::size_t> counts(kOutcomes.size());
  for (const ScenarioResult& result : report.results) ++counts[static_cast<std::size_t>(result.outcome)];
  return counts;
}

}  // namespace portcullis::report
