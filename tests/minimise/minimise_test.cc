#include "portcullis/oracle/minimise/minimise.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "portcullis/tests/judge/pairs.h"
#include "portcullis/tests/judge/story.h"

namespace portcullis::tests {
namespace {

using judge::Verdict;
using minimise::Aim;
using minimise::Bounds;
using minimise::Outcome;
using timeline::Timeline;

bool shows(const Timeline& timeline, const Aim& aim) {
  const judge::RuleResult result = judge::judge(timeline, *aim.rule);
  return result.verdict == aim.verdict && std::ranges::any_of(result.findings, [&](const judge::Finding& finding) {
           return finding.verdict == aim.verdict && finding.record == aim.record;
         });
}

/// Whether any one record can go without the finding going too.
bool has_spare_record(const Outcome& outcome) {
  for (std::size_t i = 0; i < outcome.timeline.records.size(); ++i) {
    if (i == outcome.aim.record) continue;
    Timeline fewer = outcome.timeline;
    fewer.records.erase(fewer.records.begin() + static_cast<std::ptrdiff_t>(i));
    Aim aim = outcome.aim;
    aim.record -= i < aim.record;
    if (shows(fewer, aim)) return true;
  }
  return false;
}

std::string text_of(const Timeline& timeline) {
  std::string text = timeline::header_line(timeline);
  for (const timeline::Record& record : timeline.records) text += "\n" + timeline::line_of(record);
  return text;
}

/// A long session, with links and shards of other stories around, in which one Resume names a wrong sequence.
Story long_story() {
  Story story;
  story.live();
  for (int i = 0; i < 2'500; ++i) story.dispatch().wait(10);
  for (int i = 0; i < 20; ++i) {
    story.cut().wait(1'500).back();
    for (int j = 0; j < 50; ++j) story.dispatch().wait(5);
  }
  story.cut().wait(1'500).call(Story::kResume).resume({{"seq", 1}}).resumed();
  for (int i = 0; i < 500; ++i) story.dispatch().wait(10);
  return story.leave();
}

TEST_CASE("judge: of thousands of records a handful is left, which break the same rule with the same verdict") {
  const Timeline timeline = long_story().told();
  REQUIRE(timeline.records.size() > 4'000);
  const auto aim = minimise::aim_at(judge::judge(timeline));
  REQUIRE(aim);
  const Outcome outcome = minimise::minimise(timeline, *aim, {});
  INFO(aim->rule->id << " " << outcome.judgements << "\n" << text_of(outcome.timeline));
  CHECK(outcome.complete);
  CHECK(outcome.aim.rule == aim->rule);
  CHECK(shows(outcome.timeline, outcome.aim));
  CHECK(outcome.timeline.records.size() <= 10);
  CHECK(outcome.judgements < 2'000);
  CHECK_FALSE(has_spare_record(outcome));
  CHECK(text_of(minimise::minimise(timeline, *aim, {}).timeline) == text_of(outcome.timeline));
}

TEST_CASE("judge: a story that breaks a rule shrinks to one that breaks it still, whatever the rule's shape") {
  for (const Pair& pair : pairs()) {
    Story story;
    pair.breaks(story);
    const auto aim = minimise::aim_at(judge::judge(story.told()), pair.rule);
    INFO(pair.rule);
    REQUIRE(aim);
    CHECK(aim->rule->id == pair.rule);
    const bool is_long = story.told().records.size() > 100;  // a rule about a thousand of something needs them
    Bounds bounds;
    if (is_long) bounds.judgements_max = 50;
    const Outcome outcome = minimise::minimise(story.told(), *aim, bounds);
    INFO(text_of(outcome.timeline));
    CHECK(shows(outcome.timeline, outcome.aim));
    CHECK(outcome.timeline.records.size() <= story.told().records.size());
    CHECK(outcome.complete != is_long);
    if (!is_long) CHECK_FALSE(has_spare_record(outcome));
  }
}

TEST_CASE("judge: what a finding does not need of a payload goes too") {
  Story story;
  story.live().dispatch({{"content", std::string(500, 'x')}, {"list", {1, 2, 3}}}).client(99, {{"a", {{"b", "c"}}}});
  const auto aim = minimise::aim_at(judge::judge(story.told()));
  REQUIRE(aim);
  const Outcome outcome = minimise::minimise(story.told(), *aim, {});
  INFO(text_of(outcome.timeline));
  CHECK(shows(outcome.timeline, outcome.aim));
  CHECK(text_of(outcome.timeline).find("\"b\"") == std::string::npos);
}

TEST_CASE("judge: what a finding says stays, while payloads shrink") {
  Story story;
  story.live().dispatch().dispatch().cut().wait(1'500).call(Story::kResume).resume({{"seq", 1}});
  const auto aim = minimise::aim_at(judge::judge(story.told()), "resume/sequence");
  REQUIRE(aim);
  const Outcome outcome = minimise::minimise(story.told(), *aim, {});
  INFO(text_of(outcome.timeline));
  CHECK(text_of(outcome.timeline).find("\"seq\":1") != std::string::npos);
}

TEST_CASE("judge: shrinking ends with what there is when its judgements are used up") {
  const Timeline timeline = long_story().told();
  const auto aim = minimise::aim_at(judge::judge(timeline));
  REQUIRE(aim);
  Bounds bounds;
  bounds.judgements_max = 12;
  const Outcome outcome = minimise::minimise(timeline, *aim, bounds);
  CHECK_FALSE(outcome.complete);
  CHECK(outcome.judgements == 12);
  CHECK(shows(outcome.timeline, outcome.aim));
  CHECK(outcome.timeline.records.size() < timeline.records.size());
}

TEST_CASE("judge: there is nothing to shrink in what breaks no rule") {
  Story story;
  story.live().acked().leave();
  CHECK_FALSE(minimise::aim_at(judge::judge(story.told())));
  CHECK_FALSE(minimise::aim_at(judge::judge(long_story().told()), "heartbeat/zombie"));
}

}  // namespace
}  // namespace portcullis::tests
