#include "portcullis/cli/live_judge.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "portcullis/cli/judged.h"

namespace portcullis::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRecordsMax = 50'000;
constexpr Clock::duration kPause = std::chrono::milliseconds(250);
constexpr int kShare = 9;  ///< it rests so many times as long as it has worked

}  // namespace

LiveJudge::LiveJudge(std::string about, Found found) : found_(std::move(found)) {
  timeline_.about = std::move(about);
  thread_ = std::thread([this] { run(); });
}

LiveJudge::~LiveJudge() { stop(); }

void LiveJudge::add(timeline::Record record) {
  const std::lock_guard lock(mutex_);
  if (added_++ < kRecordsMax) fresh_.push_back(std::move(record));
  woken_.notify_all();
}

bool LiveJudge::is_full() const {
  const std::lock_guard lock(mutex_);
  return added_ > kRecordsMax;
}

void LiveJudge::run() {
  for (Clock::duration pause = kPause;;) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return over_ || !fresh_.empty(); });
      woken_.wait_for(lock, pause, [this] { return over_; });
      if (over_) return;
    }
    const auto began = Clock::now();
    take();
    report::ScenarioResult result = judged({}, std::move(timeline_));
    timeline_ = std::move(result.timeline);
    tell(result);
    pause = std::max(kPause, kShare * (Clock::now() - began));
  }
}

void LiveJudge::take() {
  const std::lock_guard lock(mutex_);
  std::ranges::move(fresh_, std::back_inserter(timeline_.records));
  fresh_.clear();
}

void LiveJudge::tell(const report::ScenarioResult& result) {
  report::ScenarioResult fresh;
  for (const judge::RuleResult& rule : result.judgement.rules) {
    judge::RuleResult found{rule.rule, rule.verdict, rule.exercised, {}};
    for (const judge::Finding& finding : rule.findings)
      if (finding.verdict >= judge::Verdict::Unusual &&
          told_.emplace(rule.rule->id, finding.record, finding.verdict).second)
        found.findings.push_back(finding);
    if (!found.findings.empty()) fresh.judgement.rules.push_back(std::move(found));
  }
  if (!fresh.judgement.rules.empty()) found_(fresh);
}

void LiveJudge::stop() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

report::ScenarioResult LiveJudge::finish(const std::string& id) {
  stop();
  take();
  return judged(id, std::move(timeline_));
}

}  // namespace portcullis::cli
