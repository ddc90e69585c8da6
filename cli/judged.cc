#include "portcullis/cli/judged.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/report/words.h"

namespace portcullis::cli {

using judge::Verdict;

timeline::Timeline read_recording(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(Exit::Usage, "cannot read " + path + ": name a recording, as --record writes them");
  auto read = timeline::read(file);
  if (const auto* const malformed = std::get_if<timeline::Malformed>(&read))
    throw Failure(Exit::Usage, path + ": " + malformed->text);
  return std::get<timeline::Timeline>(std::move(read));
}

report::ScenarioResult judged(const std::string& id, timeline::Timeline timeline) {
  report::ScenarioResult result;
  result.timeline = std::move(timeline);
  result.judgement = judge::judge(result.timeline);
  result.scenario = {id, "MUST", result.timeline.about, {}, {}, {}};
  result.took_ms = result.timeline.records.empty() ? 0 : result.timeline.records.back().at_ms;
  for (const judge::RuleResult& rule : result.judgement.rules)
    for (const judge::Finding& finding : rule.findings)
      if (report::counts(*rule.rule, finding, result.scenario)) result.outcome = report::Outcome::Failed;
  return result;
}

void print_judged(const report::ScenarioResult& result) {
  const auto with = [&](Verdict verdict) {
    return std::ranges::count(result.judgement.rules, verdict, &judge::RuleResult::verdict);
  };
  std::string words = report::findings_in_words(result);
  if (!words.empty()) words.pop_back();
  if (!words.empty()) print_line(stdout, words);
  std::string line = result.scenario.id + ": " + std::to_string(with(Verdict::Kept)) + " rules kept";
  const auto add = [&](Verdict verdict, const char* one) {
    if (const auto count = with(verdict)) line += ", " + std::to_string(count) + " " + one;
  };
  add(Verdict::Violation, "VIOLATION");
  add(Verdict::Deviation, "DEVIATION");
  add(Verdict::Unusual, "UNUSUAL");
  add(Verdict::ServerOdd, "SERVER-ODD");
  add(Verdict::Undecided, "UNDECIDED");
  print_line(stdout, line + ", " + std::to_string(with(Verdict::NotExercised)) + " not exercised; times are known to " +
                         std::to_string(result.judgement.tolerance.ms) + " ms");
}

}  // namespace portcullis::cli
