#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "portcullis/core/compression/compression.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/core/gateway/command.h"
#include "portcullis/oracle/play/scenario.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::tests {

struct DuelOptions {
  compression::Compression compression = compression::Compression::None;
  encoding::Encoding encoding = encoding::Encoding::Json;
  std::uint32_t seed = 1;
  /// How bytes are cut on their way: gets those left, gives how many come at once.
  std::function<std::size_t(std::size_t)> cut{};
  /// Reads the payload that an order has; without it, orders are not followed.
  std::function<std::optional<gateway::Command>(const timeline::Json&)> command_of{};
};

/// What came of a scenario.
struct Duelled {
  timeline::Timeline timeline;
  bool complete = false;
  std::string stopped_at;  ///< where the script stands; empty when complete
  bool finished = false;   ///< each client has come to its end, told to or not
  Duration took{0};
};

/// Plays a scenario to our own clients, one a shard, in a time of their own without any delay on the way.
///
/// Shape: of the orders that a script gives, sending is followed. It ends with the scenario's `then`, when its watch or
/// its budget is over; a client that was told to stop has
///        half a minute for it.
Duelled duel(const play::Scenario& scenario, const DuelOptions& options = {});

}  // namespace portcullis::tests
