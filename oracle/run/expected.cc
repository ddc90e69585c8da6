#include "portcullis/oracle/run/expected.h"

#include <algorithm>

namespace portcullis::run {
namespace {

using report::Outcome;
using report::ScenarioResult;
using timeline::Json;

/// The rules that made a scenario fail.
std::vector<std::string> broken_rules(const ScenarioResult& result) {
  std::vector<std::string> broken;
  for (const judge::RuleResult& rule : result.judgement.rules) {
    const bool fails = std::ranges::any_of(rule.findings, [&](const judge::Finding& finding) {
      return report::counts(*rule.rule, finding, result.scenario);
    });
    if (fails) broken.push_back(rule.rule->id);
  }
  return broken;
}

/// Gives the entries that account for a failure, or none when something in it is not expected.
std::vector<const Expected*> covering(const std::vector<Expected>& expected, const ScenarioResult& result) {
  std::vector<const Expected*> all, whole;
  for (const Expected& entry : expected)
    if (fits(entry.scenario, result.scenario.id)) (entry.rule.empty() ? whole : all).push_back(&entry);
  if (!whole.empty()) return whole;
  const std::vector<std::string> broken = broken_rules(result);
  std::erase_if(all, [&](const Expected* entry) {
    return std::ranges::none_of(broken, [&](const std::string& rule) { return fits(entry->rule, rule); });
  });
  const bool covered = !broken.empty() && std::ranges::all_of(broken, [&](const std::string& rule) {
    return std::ranges::any_of(all, [&](const Expected* entry) { return fits(entry->rule, rule); });
  });
  return covered ? all : std::vector<const Expected*>{};
}

Expected read_entry(const Json& json, const std::vector<std::string>& scenarios) {
  if (!json.is_object()) throw std::string("is no object");
  Expected entry;
  for (const auto& [name, value] : json.items()) {
    std::string* const member = name == "scenario" ? &entry.scenario
                                : name == "rule"   ? &entry.rule
                                : name == "reason" ? &entry.reason
                                                   : nullptr;
    if (member == nullptr) throw "has an unknown member \"" + name + "\"";
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) throw name + " is no text";
    *member = value;
  }
  if (entry.scenario.empty()) throw std::string("has no scenario");
  if (entry.reason.empty()) throw std::string("has no reason: say why the failure is expected");
  const auto known = [&](const std::string& id) { return fits(entry.scenario, id); };
  if (std::ranges::none_of(scenarios, known)) throw "names a scenario that there is none of: " + entry.scenario;
  const auto is_it = [&](const judge::Rule& rule) { return fits(entry.rule, rule.id); };
  if (!entry.rule.empty() && std::ranges::none_of(judge::rules(), is_it))
    throw "names a rule that there is none of: " + entry.rule;
  return entry;
}

}  // namespace

bool fits(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= text.size(); ++at)
    if (fits(rest, text.substr(at))) return true;
  return false;
}

std::variant<std::vector<Expected>, std::string> read_expected(std::string_view text,
                                                               const std::vector<std::string>& scenarios) {
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return std::string("is no JSON list of expected failures");
  std::vector<Expected> expected;
  for (std::size_t i = 0; i < list.size(); ++i) {
    try {
      expected.push_back(read_entry(list[i], scenarios));
    } catch (const std::string& wrong) {
      return "entry " + std::to_string(i + 1) + " " + wrong;
    }
  }
  return expected;
}

void apply(const std::vector<Expected>& expected, std::vector<ScenarioResult>& results) {
  std::vector<const Expected*> used;
  for (ScenarioResult& result : results) {
    if (result.outcome != Outcome::Failed && result.outcome != Outcome::NotStarted) continue;
    const auto entries = covering(expected, result);
    if (entries.empty()) continue;
    used.insert(used.end(), entries.begin(), entries.end());
    result.outcome = Outcome::ExpectedFailure;
    result.why = entries.front()->reason;
  }
  for (const Expected& entry : expected) {
    if (std::ranges::find(used, &entry) != used.end()) continue;
    for (ScenarioResult& result : results) {
      if (result.outcome != Outcome::Passed || !fits(entry.scenario, result.scenario.id)) continue;
      result.outcome = Outcome::UnexpectedPass;
      result.why = "was expected to fail: " + entry.reason;
    }
  }
}

}  // namespace portcullis::run
