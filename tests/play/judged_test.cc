#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "portcullis/oracle/clients/portcullis/command.h"
#include "portcullis/oracle/report/result.h"
#include "portcullis/oracle/report/words.h"
#include "portcullis/tests/play/duel.h"

namespace portcullis::tests {
namespace {

/// What the judge says of a scenario that our client has played: each finding that counts.
std::string failures_of(const play::Scenario& scenario, const judge::Judgement& judgement) {
  report::ScenarioResult result;
  result.scenario.level = play::name_of(scenario.level);  // no requirements: every rule counts
  result.judgement = judgement;
  for (judge::RuleResult& rule : result.judgement.rules)
    std::erase_if(rule.findings,
                  [&](const judge::Finding& finding) { return !report::counts(*rule.rule, finding, result.scenario); });
  return report::findings_in_words(result);
}

}  // namespace

TEST_CASE("GW-DISC-5: our client breaks no MUST and no SHOULD in any scenario that can be played in virtual time") {
  std::set<std::string> exercised;
  for (const play::Scenario& scenario : play::embedded_scenarios()) {
    const auto is_followed = [](const std::string& order) { return order == "send"; };
    if (scenario.pace == play::Pace::Wall || !std::ranges::all_of(scenario.needs, is_followed)) continue;
    const Duelled duelled = duel(scenario, {.command_of = clients::command_of});
    const judge::Judgement judgement = judge::judge(duelled.timeline);
    INFO(scenario.id);
    CHECK(duelled.stopped_at == "");
    CHECK(failures_of(scenario, judgement) == "");
    for (const judge::RuleResult& rule : judgement.rules)
      if (rule.exercised != 0) exercised.insert(rule.rule->id);
  }
  std::string idle;
  for (const judge::Rule& rule : judge::rules())
    if (!exercised.contains(rule.id)) idle += rule.id + " ";
  WARN("rules that no scenario exercises: " << idle);
}

}  // namespace portcullis::tests
