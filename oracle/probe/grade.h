#pragma once

#include "portcullis/oracle/probe/player.h"
#include "portcullis/oracle/report/result.h"

namespace portcullis::probe {

/// Gives the rules that bind the server whatever a scenario does, read once.
const std::vector<judge::Rule>& rules();

/// Gives what a report says of a scenario.
report::Card card_of(const Scenario& scenario);

/// Grades how a scenario went: by what it asks itself, and by the rules.
///
/// Lifetime: the result borrows the scenario's rule.
report::ScenarioResult grade(const Scenario& scenario, const Ending& ending, timeline::Timeline timeline,
                             std::int64_t took_ms);

}  // namespace portcullis::probe
