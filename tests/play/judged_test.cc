#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <string_view>
#include <utility>

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

/// Rules that no scenario exercises here, and why. Most are exercised where programs are played over sockets.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kIdle{{
    {"connection/main-after-dead-resume-url", "nobody sees who dials a dead port"},
    {"disconnect/leave", "a client leaves for a while by an order, over sockets"},
    {"disconnect/lives-on", "there is no process"},
    {"heartbeat/jitter", "no scenario waits for the first beats of three links"},
    {"identify/remaining", "a client that may not identify plays no scenario to its end"},
    {"rate/whole-list", "our client does not send what it may not"},
    {"rest/unauthorized", "the API is asked over sockets"},
    {"secrets/token", "there is no process"},
    {"undecodable/leave", "of compressed streams only"},
    {"url/compress", "of compressed streams only"},
}};

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
  std::set<std::string> idle;
  for (const judge::Rule& rule : judge::rules())
    if (!exercised.contains(rule.id)) idle.insert(rule.id);
  std::set<std::string> known;
  for (const auto& [rule, reason] : kIdle) known.insert(std::string(rule));
  CHECK(idle == known);
}

}  // namespace portcullis::tests
