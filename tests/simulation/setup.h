#pragma once

#include <cstdint>
#include <string>

#include "portcullis/core/compression/compression.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/core/time.h"

namespace portcullis::simulation {

/// What a seed stands for, but for the faults.
struct Setup {
  /// What the faults are like.
  enum class Mood : std::uint8_t {
    Mixed,    ///< of every kind
    Hostile,  ///< sessions are ended all day long, so that the day's identifies are used up
  };

  std::uint64_t seed = 1;
  encoding::Encoding encoding = encoding::Encoding::Json;
  compression::Compression compression = compression::Compression::None;
  std::uint32_t shards = 4;
  std::uint32_t max_concurrency = 1;
  Duration length{0};             ///< for which faults come
  Duration dispatch_interval{0};  ///< of each session; 0: none come
  Duration fault_interval{0};     ///< of each shard, on average; 0: none come
  Duration heartbeat_interval{41'250};
  Mood mood = Mood::Mixed;
};

/// What a seed stands for: one after another they take every encoding with every compression.
Setup setup_of(std::uint64_t seed);

std::string describe(const Setup& setup);

}  // namespace portcullis::simulation
