#include "portcullis/oracle/report/json.h"

namespace portcullis::report {
namespace {

using judge::Finding;
using judge::RuleResult;
using judge::Verdict;
using timeline::Json;

Json json_of(const Finding& finding) {
  Json json{{"verdict", judge::name_of(finding.verdict)},
            {"record", finding.record},
            {"at", finding.at_ms},
            {"seen", finding.seen},
            {"allowed", finding.allowed}};
  if (finding.link != 0) json["link"] = finding.link;
  if (finding.marginal) json["marginal"] = true;
  return json;
}

Json json_of(const RuleResult& result) {
  Json json{{"id", result.rule->id},
            {"level", judge::name_of(result.rule->level)},
            {"requirements", result.rule->requirements},
            {"says", result.rule->says},
            {"verdict", judge::name_of(result.verdict)},
            {"exercised", result.exercised},
            {"findings", Json::array()}};
  for (const Finding& finding : result.findings) json["findings"].push_back(json_of(finding));
  return json;
}

Json records_of(const timeline::Timeline& timeline) {
  Json records = Json::array();
  for (const timeline::Record& record : timeline.records) records.push_back(Json::parse(timeline::line_of(record)));
  return records;
}

Json tally_of(const ClientReport& report) {
  Json json;
  const auto counts = tally(report);
  for (std::size_t i = 0; i < counts.size(); ++i) json[std::string(name_of(static_cast<Outcome>(i)))] = counts[i];
  return json;
}

}  // namespace

Json to_json(const ScenarioResult& result) {
  const Card& card = result.scenario;
  Json json{{"scenario", card.id},
            {"level", card.level},
            {"about", card.about},
            {"requirements", card.requirements},
            {"sources", card.sources},
            {"seen_in", card.seen_in},
            {"outcome", name_of(result.outcome)},
            {"why", result.why},
            {"took_ms", result.took_ms},
            {"tolerance_ms", result.judgement.tolerance.ms},
            {"rules", Json::array()}};
  for (const RuleResult& rule : result.judgement.rules)
    if (rule.verdict != Verdict::NotExercised) json["rules"].push_back(json_of(rule));
  json["timeline"] = records_of(result.timeline);
  json["log"] = result.log_tail;
  return json;
}

Json to_json(const ClientReport& report) {
  Json json{{"report", 1},
            {"client", report.name},
            {"command", report.command},
            {"date", report.date},
            {"clock", report.clock == timeline::Clock::Virtual ? "virtual" : "wall"},
            {"took_ms", report.took_ms},
            {"outcomes", tally_of(report)},
            {"results", Json::array()}};
  for (const ScenarioResult& result : report.results) json["results"].push_back(to_json(result));
  return json;
}

}  // namespace portcullis::report
