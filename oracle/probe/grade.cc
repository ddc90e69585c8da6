#include "portcullis/oracle/probe/grade.h"

#include <algorithm>

#include "portcullis/oracle/probe/facts.h"
#include "portcullis/oracle/probe/rules.h"

namespace portcullis::probe {
namespace {

using judge::Verdict;
using report::Outcome;
using report::ScenarioResult;

Verdict verdict_of(Level level) {
  switch (level) {
    case Level::Must: return Verdict::Violation;
    case Level::Should: return Verdict::Deviation;
    case Level::Observed: return Verdict::Unusual;
  }
  return Verdict::Violation;
}

/// What the scenario itself asked, as a rule that was kept or not.
judge::RuleResult own_result(const Scenario& scenario, const Ending& ending, const timeline::Timeline& timeline) {
  judge::RuleResult own{&scenario.rule, Verdict::Kept, 1, {}};
  if (ending.what != Ending::What::Failed) return own;
  own.verdict = verdict_of(scenario.level);
  judge::Finding finding{own.verdict, 0, 0, 0, ending.seen, ending.allowed, false};
  if (!timeline.records.empty()) {
    finding.record = std::min(ending.record, timeline.records.size() - 1);
    finding.at_ms = timeline.records[finding.record].at_ms;
    finding.link = timeline.records[finding.record].link;
  }
  own.findings.push_back(std::move(finding));
  return own;
}

/// The first of the rules that were broken the worst.
std::string first_failure(const ScenarioResult& result) {
  const judge::RuleResult* worst = nullptr;
  for (const judge::RuleResult& rule : result.judgement.rules) {
    const auto fails = [&](const judge::Finding& one) { return report::counts(*rule.rule, one, result.scenario); };
    if (std::ranges::none_of(rule.findings, fails)) continue;
    if (worst == nullptr || rule.verdict > worst->verdict) worst = &rule;
  }
  if (worst == nullptr) return "";
  const judge::Finding& finding = worst->findings.front();
  return worst->rule->requirements.front() + ": " + finding.seen + "; allowed: " + finding.allowed;
}

}  // namespace

const std::vector<judge::Rule>& rules() {
  static const std::vector<judge::Rule> all = judge::read_rules(std::string(kRules));
  return all;
}

report::Card card_of(const Scenario& scenario) {
  return {scenario.id(),    std::string(name_of(scenario.level)),
          scenario.about(), scenario.rule.requirements,
          scenario.sources, {}};
}

ScenarioResult grade(const Scenario& scenario, const Ending& ending, timeline::Timeline timeline,
                     std::int64_t took_ms) {
  ScenarioResult result;
  result.scenario = card_of(scenario);
  result.took_ms = took_ms;
  const auto moments = moments_of(timeline);
  result.judgement = judge::judge(timeline, moments, rules(), judge::tolerance_of(timeline));
  result.judgement.rules.insert(result.judgement.rules.begin(), own_result(scenario, ending, timeline));
  result.timeline = std::move(timeline);
  if (ending.what == Ending::What::NotConnected) {
    result.outcome = Outcome::NotStarted;
    result.why = ending.seen;
    return result;
  }
  const std::string broken = first_failure(result);
  if (!broken.empty()) {
    result.outcome = Outcome::Failed;
    result.why = broken;
  } else if (ending.what == Ending::What::Skipped) {
    result.outcome = Outcome::Skipped;
    result.why = ending.seen;
  } else if (scenario.level == Level::Observed) {
    result.why = "seen: " + ending.seen;
  }
  return result;
}

}  // namespace portcullis::probe
