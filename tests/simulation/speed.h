#pragma once

#include <atomic>
#include <cstdint>

namespace portcullis::simulation {

/// How many times faster than real time a fleet of 16 shards is simulated, over JSON without compression.
struct Speed {
  double busy = 0;    ///< a dispatch a second for each, a fault for each every ten minutes
  double idle = 0;    ///< beats alone
  bool good = false;  ///< no law was broken, and nobody interrupted
};
inline constexpr double kBusyMin = 5'000;
inline constexpr double kIdleMin = 100'000;

Speed measure_speed(std::uint64_t seed, const std::atomic<bool>& interrupted);

}  // namespace portcullis::simulation
