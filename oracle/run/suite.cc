#include "portcullis/oracle/run/suite.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

namespace portcullis::run {
namespace {

using report::Outcome;
using report::ScenarioResult;

/// Says why a scenario is not played, or nothing when it is.
std::string reason_to_skip(const play::Scenario& scenario, const SuiteOptions& options) {
  if (scenario.pace == play::Pace::Virtual) return "takes hours: it is played in virtual time only";
  if (scenario.slow && !options.slow) return "takes long: give --slow";
  if (!scenario.needs.empty() && !options.subject.shim)
    return "needs a client that can be told to " + scenario.needs.front() + ": give --shim";
  return {};
}

ScenarioResult skipped(const play::Scenario& scenario, const std::string& why) {
  ScenarioResult result;
  result.scenario = {scenario.id,      std::string(play::name_of(scenario.level)),
                     scenario.about,   scenario.requirements,
                     scenario.sources, scenario.seen_in};
  result.outcome = Outcome::Skipped;
  result.why = why;
  return result;
}

/// The work that several threads share.
class Suite {
 public:
  Suite(const std::vector<const play::Scenario*>& scenarios, const SuiteOptions& options,
        const std::atomic<bool>& interrupted)
      : scenarios_(scenarios), options_(options), interrupted_(interrupted), results_(scenarios.size()) {
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      const std::string why = reason_to_skip(*scenarios[i], options);
      why.empty() ? order_.push_back(i) : void(results_[i] = skipped(*scenarios[i], why));
    }
    std::ranges::stable_sort(order_,
                             [&](std::size_t a, std::size_t b) { return scenarios[a]->budget > scenarios[b]->budget; });
  }

  std::vector<ScenarioResult> run() {
    std::vector<std::thread> threads;
    const std::size_t count = std::min<std::size_t>(std::max(options_.at_a_time, 1u), order_.size());
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (unfit_) throw *unfit_;
    return std::move(results_);
  }

 private:
  void work() {
    for (std::size_t next = next_++; next < order_.size(); next = next_++) play_one(order_[next]);
  }

  void play_one(std::size_t index) {
    const play::Scenario& scenario = *scenarios_[index];
    if (interrupted_ || failed_) return void(results_[index] = skipped(scenario, "the run was interrupted"));
    tell([&] { options_.on_begun(scenario); });
    try {
      results_[index] = play(scenario, options_.subject, noise_, interrupted_);
      if (interrupted_) return void(results_[index] = skipped(scenario, "the run was interrupted"));
    } catch (const Unfit& unfit) {
      const std::lock_guard lock(mutex_);
      unfit_ = unfit;
      failed_ = true;
      return;
    }
    tell([&] { options_.on_over(results_[index]); });
  }

  template <typename What>
  void tell(What what) {
    const std::lock_guard lock(mutex_);
    what();
  }

  const std::vector<const play::Scenario*>& scenarios_;
  const SuiteOptions& options_;
  const std::atomic<bool>& interrupted_;
  const Noise noise_;
  std::vector<ScenarioResult> results_;
  std::vector<std::size_t> order_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::optional<Unfit> unfit_;  ///< under the mutex
};

}  // namespace

std::vector<ScenarioResult> play_all(const std::vector<const play::Scenario*>& scenarios, const SuiteOptions& options,
                                     const std::atomic<bool>& interrupted) {
  return Suite(scenarios, options, interrupted).run();
}

}  // namespace portcullis::run
