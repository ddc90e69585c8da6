#pragma once

#include <atomic>
#include <optional>

#include "portcullis/net/tls.h"
#include "portcullis/oracle/probe/gate.h"
#include "portcullis/oracle/probe/player.h"
#include "portcullis/oracle/probe/scenario.h"
#include "portcullis/oracle/report/result.h"

namespace portcullis::probe {

/// Plays a scenario to a server over sockets, and grades it.
///
/// Shape:    `tls` is null for a server without. When `interrupted` is set it ends at once.
/// Lifetime: everything is borrowed; the result borrows the scenario's rule.
/// After:    no connection of it is left.
report::ScenarioResult play(const Scenario& scenario, const Target& target, const net::Tls* tls, Gate& gate,
                            const std::atomic<bool>& interrupted);

}  // namespace portcullis::probe
