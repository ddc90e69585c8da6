#include <catch2/catch.hpp>
#include <vector>

#include "portcullis/tests/judge/pairs.h"

namespace portcullis::tests {
namespace {

using judge::Verdict;

Story story_of(const Tell& tell) {
  Story story;
  tell(story);
  return story;
}

Verdict verdict_of(judge::Level level) {
  if (level == judge::Level::Must) return Verdict::Violation;
  return level == judge::Level::Should ? Verdict::Deviation : Verdict::Unusual;
}

TEST_CASE("judge: each rule is kept by a story that breaks no other") {
  for (const Pair& pair : pairs()) {
    const Story story = story_of(pair.keeps);
    INFO(pair.rule);
    CHECK(name_of(result_of(pair.rule, story).verdict) == name_of(Verdict::Kept));
    CHECK(broken_by(story) == Names{});
  }
}

TEST_CASE("judge: each rule is broken by a story, with the verdict of its level, and nothing else by accident") {
  for (const Pair& pair : pairs()) {
    const Story story = story_of(pair.breaks);
    const judge::RuleResult result = result_of(pair.rule, story);
    Names expected = pair.also;
    expected.insert(pair.rule);
    INFO(pair.rule);
    CHECK(name_of(result.verdict) == name_of(verdict_of(result.rule->level)));
    CHECK(broken_by(story) == expected);
  }
}

TEST_CASE("judge: there is a pair of stories for every rule, and one only") {
  std::multiset<std::string> told, wanted;
  for (const Pair& pair : pairs()) told.insert(pair.rule);
  for (const judge::Rule& rule : judge::rules()) wanted.insert(rule.id);
  CHECK(told == wanted);
}

}  // namespace
}  // namespace portcullis::tests
