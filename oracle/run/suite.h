#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "portcullis/oracle/run/trial.h"

namespace portcullis::run {

struct SuiteOptions {
  Subject subject;
  unsigned at_a_time = 8;
  bool slow = false;  ///< also scenarios that take longer than half a minute
  /// Called for each scenario when it begins and when it is over, on any thread, one call at a time.
  std::function<void(const play::Scenario&)> on_begun;
  std::function<void(const report::ScenarioResult&)> on_over;
};

/// Plays scenarios to a client, several at a time, the long ones first.
///
///   Shape:  the results stand in the order of the scenarios; what cannot be played here is Skipped, with the reason.
///           Once `interrupted` is set, what is not over is Skipped.
///   Errors: throws Unfit, after all that had begun is over.
std::vector<report::ScenarioResult> play_all(const std::vector<const play::Scenario*>& scenarios,
                                             const SuiteOptions& options, const std::atomic<bool>& interrupted);

}  // namespace portcullis::run
