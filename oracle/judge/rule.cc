#include "portcullis/oracle/judge/rule.h"

#include <algorithm>
#include <stdexcept>

#include "portcullis/oracle/judge/rules.h"

namespace portcullis::judge {
namespace {

bool equals(const Json& wanted, const Json& fact) {
  if (wanted.is_array()) return std::ranges::any_of(wanted, [&](const Json& one) { return equals(one, fact); });
  return wanted == fact;
}

Fit fit_time(bool good, bool nearly) { return good ? Fit::Yes : nearly ? Fit::Marginal : Fit::No; }

Fit fit_member(const Json& wanted, const Json& fact, Tolerance tolerance);

Fit fit_question(const std::string& question, const Json& value, const Json& fact, Tolerance tolerance) {
  const auto yes = [](bool good) { return good ? Fit::Yes : Fit::No; };
  if (question == "known") return yes(fact.is_null() != value.get<bool>());
  if (question == "not") return yes(fit_member(value, fact, tolerance) != Fit::Yes);
  if (question == "lacks") return yes(!fact.is_array() || std::ranges::find(fact, value) == fact.end());
  if (!fact.is_number()) return Fit::No;
  const auto number = fact.get<std::int64_t>();
  const auto bound = value.get<std::int64_t>();
  if (question == "min") return yes(number >= bound);
  if (question == "max") return yes(number <= bound);
  if (question == "at_least_ms") return fit_time(number + tolerance.ms >= bound, number + 2 * tolerance.ms >= bound);
  if (question == "at_most_ms") return fit_time(number - tolerance.ms <= bound, number - 2 * tolerance.ms <= bound);
  throw std::invalid_argument("a pattern asks for \"" + question + "\"");
}

Fit fit_member(const Json& wanted, const Json& fact, Tolerance tolerance) {
  if (!wanted.is_object()) return equals(wanted, fact) ? Fit::Yes : Fit::No;
  Fit worst = Fit::Yes;
  for (const auto& [question, value] : wanted.items())
    worst = std::min(worst, fit_question(question, value, fact, tolerance));
  return worst;
}

const Json& fact_of(const Json& facts, const std::string& name) {
  static const Json none;
  const auto at = facts.find(name);
  return at == facts.end() ? none : *at;
}

std::string value_in_words(const Json& wanted) {
  if (!wanted.is_array()) return wanted.is_string() ? wanted.get<std::string>() : wanted.dump();
  std::string text;
  for (const Json& one : wanted) text += (text.empty() ? "" : " or ") + value_in_words(one);
  return text;
}

std::string wanted_in_words(const Json& wanted) {
  if (!wanted.is_object()) return value_in_words(wanted);
  std::string text;
  const auto say = [&](const std::string& words) { text += (text.empty() ? "" : ", ") + words; };
  for (const auto& [question, value] : wanted.items()) {
    if (question == "known") say(value.get<bool>() ? "there" : "not there");
    if (question == "not") say("not " + wanted_in_words(value));
    if (question == "lacks") say("without " + value_in_words(value));
    if (question == "min") say("at least " + value.dump());
    if (question == "max") say("at most " + value.dump());
    if (question == "at_least_ms") say("at least " + value.dump() + " ms");
    if (question == "at_most_ms") say("at most " + value.dump() + " ms");
  }
  return text;
}

// ---- Reading

Pattern pattern_of(const Json& json) { return {json}; }

std::vector<Pattern> patterns_of(const Json& json) {
  std::vector<Pattern> patterns;
  if (json.is_array())
    for (const Json& one : json) patterns.push_back(pattern_of(one));
  if (json.is_object()) patterns.push_back(pattern_of(json));
  return patterns;
}

Span span_of(const Json& json) { return {json.value("ms", std::int64_t{0}), json.value("intervals", 0.0)}; }

template <typename Enum>
Enum one_of(const Json& json, const char* key, const char* otherwise, std::initializer_list<const char*> names) {
  const std::string given = json.value(key, std::string(otherwise));
  const auto at = std::ranges::find(names, given, [](const char* name) { return std::string(name); });
  if (at == names.end()) throw std::invalid_argument(std::string(key) + " is \"" + given + "\"");
  return static_cast<Enum>(at - names.begin());
}

Scope scope_of(const Json& json) { return one_of<Scope>(json, "scope", "link", {"link", "shard", "process"}); }

std::variant<Each, Follows, Never> check_of(const Json& json) {
  if (json.contains("each")) return Each{pattern_of(json["each"]), pattern_of(json.at("has"))};
  const Pattern after = pattern_of(json.at("after"));
  if (json.contains("never")) {
    Never never{after, patterns_of(json["never"]), patterns_of(json.value("until", Json())), {}, scope_of(json)};
    if (json.contains("within")) never.within = span_of(json["within"]);
    return never;
  }
  Follows follows{after,
                  patterns_of(json.at("comes")),
                  patterns_of(json.value("unless", Json())),
                  span_of(json.at("within")),
                  {},
                  scope_of(json)};
  if (json.contains("not_before")) follows.not_before = span_of(json["not_before"]);
  return follows;
}

Rule rule_of(const Json& json) {
  Rule rule;
  rule.id = json.at("id");
  rule.level = one_of<Level>(json, "level", "", {"MUST", "SHOULD", "UNUSUAL"});
  rule.requirements = json.at("requirements");
  rule.says = json.at("says");
  rule.everywhere = json.value("everywhere", false);
  rule.despite_odd = json.value("despite_odd", false);
  rule.check = check_of(json);
  return rule;
}

}  // namespace

Fit fit(const Pattern& pattern, const Json& facts, Tolerance tolerance) {
  Fit worst = Fit::Yes;
  for (const auto& [name, wanted] : pattern.members.items()) {
    worst = std::min(worst, fit_member(wanted, fact_of(facts, name), tolerance));
    if (worst == Fit::No) break;
  }
  return worst;
}

std::string misfit_in_words(const Pattern& pattern, const Json& facts, Tolerance tolerance) {
  std::string text;
  for (const auto& [name, wanted] : pattern.members.items()) {
    const Json& fact = fact_of(facts, name);
    if (fit_member(wanted, fact, tolerance) != Fit::Yes)
      text += (text.empty() ? "" : ", ") + name + " is " + value_in_words(fact);
  }
  return text;
}

std::string in_words(const Pattern& pattern) {
  std::string text;
  for (const auto& [name, wanted] : pattern.members.items())
    text += (text.empty() ? "" : ", ") + name + ": " + wanted_in_words(wanted);
  return text;
}

std::vector<Rule> read_rules(const std::string& text) {
  std::vector<Rule> read;
  const Json file = Json::parse(text);
  for (const Json& json : file["rules"]) read.push_back(rule_of(json));
  return read;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = read_rules(std::string(kRules));
  return all;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::Must: return "MUST";
    case Level::Should: return "SHOULD";
    case Level::Unusual: return "UNUSUAL";
  }
  return "";
}

}  // namespace portcullis::judge
