#pragma once

#include <vector>

#include "portcullis/cli/scenarios.h"
#include "portcullis/oracle/probe/scenario.h"

namespace portcullis::cli {

/// Reads all scenarios for servers. Throws Failure for a folder that holds none, or something else.
std::vector<probe::Scenario> server_scenarios_of(const Selection& selection);

/// Gives those that were asked for. Throws Failure where a pattern fits none.
std::vector<const probe::Scenario*> chosen_of(const std::vector<probe::Scenario>& all, const Selection& selection);

}  // namespace portcullis::cli
