#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/core/tables.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::replay {

/// The first place where the client did another thing than the recording says.
struct Difference {
  std::size_t record = 0;            ///< what was recorded, or the input after which nothing more was
  std::vector<std::size_t> context;  ///< the records of that shard before it, the oldest first
  std::string recorded, replayed;    ///< each a record's line, without times; empty: nothing
};

/// Where a shard's replay had to end before its recording does, and why.
struct Stop {
  std::size_t record = 0;
  std::string why;
};

struct Outcome {
  std::size_t shards = 0, inputs = 0, outputs = 0;  ///< replayed
  std::optional<Difference> difference;
  std::vector<Stop> stops;
};

/// Why a recording cannot be replayed at all: one line, with the record where there is one.
struct Unfit {
  std::optional<std::size_t> record;
  std::string text;
};

/// Runs the inputs of a recording of our own client through the client again, and compares what it says: each message,
/// control frame, connection and hang-up. Masks, the key of the handshake and how bytes are cut are not compared.
///
/// Shape:  a recording as `connect --record` writes it, of any number of shards. Other tables may be handed in, to see
///         what they change.
std::variant<Outcome, Unfit> replay(const timeline::Timeline& timeline, const Tables& tables = kTables);

}  // namespace portcullis::replay
