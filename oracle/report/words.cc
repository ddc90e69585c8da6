#include "portcullis/oracle/report/words.h"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

namespace portcullis::report {
namespace {

using judge::Finding;
using judge::RuleResult;
using judge::Verdict;

constexpr std::size_t kIdWidthMax = 48;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string seconds(std::int64_t ms) {
  std::ostringstream out;
  out.precision(3);
  out << std::fixed << static_cast<double>(ms) / 1'000 << " s";
  return out.str();
}

std::string in_words(const RuleResult& rule, const Finding& finding) {
  std::string text = std::string(judge::name_of(finding.verdict)) + " " + joined(rule.rule->requirements) + " (" +
                     rule.rule->id + "): " + rule.rule->says + "\n";
  text += "  at " + seconds(finding.at_ms);
  if (finding.link != 0) text += ", link " + std::to_string(finding.link);
  text += ": " + finding.seen + "\n  allowed: " + finding.allowed + "\n";
  return text;
}

std::string_view colour_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Passed: return "\x1b[32m";
    case Outcome::Failed:
    case Outcome::UnexpectedPass:
    case Outcome::NotStarted: return "\x1b[31m";
    case Outcome::Flaky: return "\x1b[33m";
    case Outcome::ExpectedFailure:
    case Outcome::Skipped: return "\x1b[2m";
  }
  return "";
}

class Table {
 public:
  Table(const ClientReport& report, bool colour) : report_(report), colour_(colour) {
    for (const ScenarioResult& result : report.results) width_ = std::max(width_, result.scenario.id.size());
    width_ = std::min(width_, kIdWidthMax);
  }

  std::string text() {
    for (const ScenarioResult& result : report_.results)
      if (result.outcome != Outcome::Passed && result.outcome != Outcome::Skipped) add(result);
    add_broken_rules();
    add_totals();
    return std::move(text_);
  }

 private:
  std::string painted(std::string_view text, Outcome outcome) const {
    return colour_ ? std::string(colour_of(outcome)) + std::string(text) + "\x1b[0m" : std::string(text);
  }

  void add(const ScenarioResult& result) {
    std::string id = result.scenario.id;
    id.resize(std::max(id.size(), width_), ' ');
    text_ += id + "  " + painted(name_of(result.outcome), result.outcome) + "  " + result.why + "\n";
  }

  /// Each broken rule once, with how many scenarios broke it: what a library's author wants to see first.
  void add_broken_rules() {
    std::map<const judge::Rule*, std::size_t> broken;
    for (const ScenarioResult& result : report_.results)
      for (const RuleResult& rule : result.judgement.rules)
        if (rule.verdict >= Verdict::Unusual) ++broken[rule.rule];
    if (broken.empty()) return;
    std::vector<std::pair<const judge::Rule*, std::size_t>> sorted(broken.begin(), broken.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) {
      return std::tuple(a.first->level, -static_cast<long>(a.second), a.first->id) <
             std::tuple(b.first->level, -static_cast<long>(b.second), b.first->id);
    });
    text_ += "\nRules that were not kept:\n";
    for (const auto& [rule, count] : sorted)
      text_ += "  " + std::string(judge::name_of(rule->level)) + " " + joined(rule->requirements) + "  " + rule->says +
               " (" + std::to_string(count) + (count == 1 ? " scenario)\n" : " scenarios)\n");
  }

  void add_totals() {
    const auto counts = tally(report_);
    text_ += "\n" + report_.name + ": ";
    bool first = true;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0 && i != 0) continue;
      const auto outcome = static_cast<Outcome>(i);
      text_ += (first ? "" : ", ") + painted(std::to_string(counts[i]) + " " + std::string(name_of(outcome)), outcome);
      first = false;
    }
    text_ += " of " + std::to_string(report_.results.size()) + " scenarios in " + seconds(report_.took_ms) + "\n";
  }

  const ClientReport& report_;
  const bool colour_;
  std::size_t width_ = 0;
  std::string text_;
};

}  // namespace

std::string findings_in_words(const ScenarioResult& result) {
  std::string text;
  for (const RuleResult& rule : result.judgement.rules)
    for (const Finding& finding : rule.findings)
      if (finding.verdict >= Verdict::Unusual) text += in_words(rule, finding);
  return text;
}

std::string to_table(const ClientReport& report, bool colour) { return Table(report, colour).text(); }

}  // namespace portcullis::report
