#pragma once

#include "portcullis/oracle/mock/peer.h"
#include "portcullis/oracle/probe/scenario.h"
#include "portcullis/oracle/report/result.h"

namespace portcullis::probe {

/// The token that is good at the mock of a duel.
inline constexpr std::string_view kToken = "a.token.of.the.duel";

/// A world in which nothing is missed: two guilds, and an interval that is short enough to be waited for.
mock::World duel_world();

/// Plays a scenario to a mock in a time of their own.
///
/// Shape: `spacing` is that of the Identifies. The same arguments give the same result.
report::ScenarioResult duel(const Scenario& scenario, const mock::World& world = duel_world(),
                            const spec::gateway_peer::Rows& rows = spec::gateway_peer::kRows,
                            Duration spacing = Duration{5'100});

}  // namespace portcullis::probe
