#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "portcullis/oracle/probe/trial.h"

namespace portcullis::probe {

struct SuiteOptions {
  Target target;
  const net::Tls* tls = nullptr;
  unsigned at_a_time = 8;
  bool slow = false;  ///< also what takes as long as heartbeats do
  // Called while nobody else is.
  std::function<void(const Scenario&)> on_begun = [](const Scenario&) {};
  std::function<void(const report::ScenarioResult&)> on_over = [](const report::ScenarioResult&) {};
};

/// Plays scenarios to a server, several at a time.
///
/// Shape: gives a result for each, in their order; those that had not begun when `interrupted` was set are skipped.
std::vector<report::ScenarioResult> play_all(const std::vector<const Scenario*>& scenarios, const SuiteOptions& options,
                                             Gate& gate, const std::atomic<bool>& interrupted);

/// A scenario that only logs in, to see whether there is a server at all.
const Scenario& first_login();

}  // namespace portcullis::probe
