#include "portcullis/oracle/run/expected.h"

#include <catch2/catch.hpp>

namespace portcullis::tests {
namespace {

using report::Outcome;
using report::ScenarioResult;

const std::vector<std::string> kScenarios{"resume/after-drop", "resume/replay", "close/4000/after-ready"};

std::string fault_of(std::string_view text) {
  const auto read = run::read_expected(text, kScenarios);
  const auto* const fault = std::get_if<std::string>(&read);
  return fault == nullptr ? "" : *fault;
}

/// A result that one broken rule made fail, or none.
ScenarioResult result_of(const std::string& id, const std::string& broken) {
  ScenarioResult result;
  result.scenario = {id, "MUST", "", {"GW-RES-1"}, {}, {}};
  for (const judge::Rule& rule : judge::rules()) {
    if (rule.id != broken) continue;
    result.outcome = Outcome::Failed;
    judge::Finding finding;
    finding.verdict = judge::Verdict::Violation;
    result.judgement.rules.push_back({&rule, judge::Verdict::Violation, 1, {finding}});
  }
  return result;
}

Outcome outcome_of(const std::vector<run::Expected>& expected, const std::string& id, const std::string& broken) {
  std::vector<ScenarioResult> results{result_of(id, broken)};
  run::apply(expected, results);
  return results.front().outcome;
}

}  // namespace

TEST_CASE("run: a pattern fits any text where it has a star") {
  CHECK(run::fits("*", ""));
  CHECK(run::fits("resume/*", "resume/after-drop"));
  CHECK(run::fits("*/after-*", "close/4000/after-ready"));
  CHECK_FALSE(run::fits("resume", "resume/after-drop"));
  CHECK_FALSE(run::fits("*/after", "resume/after-drop"));
}

TEST_CASE("run: a list of expected failures that is wrong is refused with the entry and the member") {
  CHECK(fault_of(R"([{"scenario": "resume/*", "reason": "issue 17"}])") == "");
  CHECK(fault_of("{") == "is no JSON list of expected failures");
  CHECK(fault_of("[1]") == "entry 1 is no object");
  CHECK(fault_of(R"([{"scenario": "resume/*"}])") == "entry 1 has no reason: say why the failure is expected");
  CHECK(fault_of(R"([{"scenario": "resume/*", "reason": ""}])") == "entry 1 reason is no text");
  CHECK(fault_of(R"([{"scenario": "resume/*", "reason": "x"}, {"scenario": "none", "reason": "x"}])") ==
        "entry 2 names a scenario that there is none of: none");
  CHECK(fault_of(R"([{"scenario": "resume/*", "reason": "x", "rule": "none"}])") ==
        "entry 1 names a rule that there is none of: none");
  CHECK(fault_of(R"([{"scenario": "resume/*", "reason": "x", "why": "y"}])") ==
        "entry 1 has an unknown member \"why\"");
}

TEST_CASE("run: what fails as the list says is expected, and anything else still fails") {
  const run::Expected any{"resume/*", "", "issue 17"}, one{"resume/*", "resume/sequence", "issue 18"};
  CHECK(outcome_of({any}, "resume/after-drop", "resume/url") == Outcome::ExpectedFailure);
  CHECK(outcome_of({one}, "resume/after-drop", "resume/sequence") == Outcome::ExpectedFailure);
  CHECK(outcome_of({one}, "resume/after-drop", "resume/url") == Outcome::Failed);
  CHECK(outcome_of({any}, "close/4000/after-ready", "resume/url") == Outcome::Failed);
}

TEST_CASE("run: an entry that covers no failure is stale, one that covers any is not") {
  const run::Expected entry{"resume/*", "", "issue 17"};
  CHECK(outcome_of({entry}, "resume/after-drop", "") == Outcome::UnexpectedPass);
  CHECK(outcome_of({entry}, "close/4000/after-ready", "") == Outcome::Passed);
  std::vector<ScenarioResult> results{result_of("resume/after-drop", ""), result_of("resume/replay", "resume/url")};
  run::apply({entry}, results);
  CHECK(results[0].outcome == Outcome::Passed);
  CHECK(results[1].outcome == Outcome::ExpectedFailure);
}

}  // namespace portcullis::tests
