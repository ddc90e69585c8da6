#include "portcullis/oracle/probe/suite.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>

#include "portcullis/oracle/probe/grade.h"

namespace portcullis::probe {
namespace {

using report::ScenarioResult;

/// Says why a scenario is not played, or nothing when it is.
std::string reason_to_skip(const Scenario& scenario, const SuiteOptions& options, const Gate& gate) {
  if (scenario.slow && !options.slow) return "takes as long as heartbeats do: give --slow";
  if (scenario.too_often && gate.is_open()) return "the server limits no Identifies";
  return {};
}

ScenarioResult skipped(const Scenario& scenario, const std::string& why) {
  ScenarioResult result;
  result.scenario = card_of(scenario);
  result.outcome = report::Outcome::Skipped;
  result.why = why;
  return result;
}

/// The work that several threads share.
class Suite {
 public:
  Suite(const std::vector<const Scenario*>& scenarios, const SuiteOptions& options, Gate& gate,
        const std::atomic<bool>& interrupted)
      : scenarios_(scenarios), options_(options), interrupted_(interrupted), gate_(gate), results_(scenarios.size()) {}

  std::vector<ScenarioResult> run() {
    std::vector<std::thread> threads;
    const std::size_t count = std::min<std::size_t>(std::max(options_.at_a_time, 1U), scenarios_.size());
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    return std::move(results_);
  }

 private:
  void work() {
    for (std::size_t next = next_++; next < scenarios_.size(); next = next_++) play_one(next);
  }

  void play_one(std::size_t index) {
    const Scenario& scenario = *scenarios_[index];
    const std::string why = interrupted_ ? "the run was interrupted" : reason_to_skip(scenario, options_, gate_);
    if (!why.empty()) {
      results_[index] = skipped(scenario, why);
      if (!interrupted_) tell([&] { options_.on_over(results_[index]); });
      return;
    }
    tell([&] { options_.on_begun(scenario); });
    results_[index] = play(scenario, options_.target, options_.tls, gate_, interrupted_);
    if (interrupted_) return void(results_[index] = skipped(scenario, "the run was interrupted"));
    tell([&] { options_.on_over(results_[index]); });
  }

  template <typename What>
  void tell(What what) {
    const std::lock_guard lock(mutex_);
    what();
  }

  const std::vector<const Scenario*>& scenarios_;
  const SuiteOptions& options_;
  const std::atomic<bool>& interrupted_;
  Gate& gate_;
  std::vector<ScenarioResult> results_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
};

}  // namespace

std::vector<ScenarioResult> play_all(const std::vector<const Scenario*>& scenarios, const SuiteOptions& options,
                                     Gate& gate, const std::atomic<bool>& interrupted) {
  return Suite(scenarios, options, gate, interrupted).run();
}

const Scenario& first_login() {
  static const Scenario scenario = [] {
    Scenario out;
    out.rule.id = "first/login";
    out.rule.requirements = {"GW-ID-16"};
    out.rule.says = "A good Identify is answered with READY.";
    Connect connect{"v=10&encoding=json"};
    connect.identifies = true;
    out.steps = {{connect, ""}, {LogIn{}, ""}};
    return out;
  }();
  return scenario;
}

}  // namespace portcullis::probe
