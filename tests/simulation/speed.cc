#include "portcullis/tests/simulation/speed.h"

#include <time.h>

#include "portcullis/tests/simulation/fleet.h"

namespace portcullis::simulation {
namespace {

constexpr std::uint32_t kShards = 16;
constexpr Duration kHour{3'600'000};

/// What this thread has had of a core: the machine may have others to serve.
double core_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double ratio(const Setup& setup, const std::atomic<bool>& interrupted, bool& good) {
  const auto faults = draw_faults(setup);
  const double begun = core_seconds();
  const Outcome outcome = Fleet(setup, faults).run(interrupted);
  const double took = core_seconds() - begun;
  good = good && !outcome.broken && !outcome.interrupted;
  return static_cast<double>(outcome.tally.length.count()) / 1'000.0 / took;
}

}  // namespace

Speed measure_speed(std::uint64_t seed, const std::atomic<bool>& interrupted) {
  Setup setup;
  setup.seed = seed;
  setup.shards = kShards;
  setup.max_concurrency = kShards;
  Speed speed;
  speed.good = true;
  setup.length = 50 * kHour;
  speed.idle = ratio(setup, interrupted, speed.good);
  setup.length = 3 * kHour;
  setup.dispatch_interval = Duration{1'000};
  setup.fault_interval = Duration{600'000};
  speed.busy = ratio(setup, interrupted, speed.good);
  return speed;
}

}  // namespace portcullis::simulation
