#include "portcullis/oracle/report/result.h"

#include <algorithm>
#include <array>

namespace portcullis::report {
namespace {

constexpr std::array<std::string_view, 7> kOutcomes{"passed",          "failed",  "flaky",      "expected failure",
                                                    "unexpected pass", "skipped", "not started"};

}  // namespace

std::string_view name_of(Outcome outcome) { return kOutcomes.at(static_cast<std::size_t>(outcome)); }

bool counts(const judge::Rule& rule, const judge::Finding& finding, const Card& scenario) {
  const auto is_cited = [&](const std::string& requirement) {
    return std::ranges::find(scenario.requirements, requirement) != scenario.requirements.end();
  };
  const bool its_place =
      !rule.everywhere || scenario.requirements.empty() || std::ranges::any_of(rule.requirements, is_cited);
  if (!its_place) return false;
  if (finding.verdict == judge::Verdict::Violation) return true;
  const bool strict = scenario.level == "MUST" || scenario.level == "SHOULD";
  return strict && finding.verdict == judge::Verdict::Deviation;
}

std::vector<std::size_t> tally(const ClientReport& report) {
  std::vector<std::size_t> counts(kOutcomes.size());
  for (const ScenarioResult& result : report.results) ++counts[static_cast<std::size_t>(result.outcome)];
  return counts;
}

}  // namespace portcullis::report
