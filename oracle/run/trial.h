#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "portcullis/oracle/play/scenario.h"
#include "portcullis/oracle/report/result.h"
#include "portcullis/oracle/run/noise.h"

namespace portcullis::run {

/// The client under test, as its author names it.
struct Subject {
  std::string command;  ///< may hold {url}, {api}, {token} and {ca}
  bool shim = false;    ///< the command takes orders, see oracle/shim.md
  bool tls = false;
  std::optional<Duration> budget;  ///< in place of the scenarios' own
};

/// Why a trial could not be made: a fault of ours or of the machine, as a line for a person.
struct Unfit {
  std::string text;
};

/// Plays one scenario to a client started for it, and judges what was seen.
///
///   Shape:  the outcome is Passed, Failed, NotStarted, or Skipped where a shim says that it cannot do
///           what is ordered. Once `interrupted` is set it ends at once.
///   Errors: throws Unfit when no port can be listened on or no process started.
///   After:  no process, port or file of it is left.
report::ScenarioResult play_once(const play::Scenario& scenario, const Subject& subject, const Noise& noise,
                                 const std::atomic<bool>& interrupted);

/// The same, but what fails by less than the tolerance is played again, twice at most; passed then, it is Flaky.
report::ScenarioResult play(const play::Scenario& scenario, const Subject& subject, const Noise& noise,
                            const std::atomic<bool>& interrupted);

}  // namespace portcullis::run
