#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/tests/simulation/faults.h"

namespace portcullis::simulation {

/// What happened in a run, or in several.
struct Tally {
  std::array<std::uint64_t, kKinds> struck{};  ///< faults that met with something to harm
  std::vector<std::uint64_t> rows;             ///< of the session table, how often each was taken
  std::uint64_t dials = 0;
  std::uint64_t sessions = 0;
  std::uint64_t sessions_lost = 0;
  std::uint64_t resumes = 0;
  std::uint64_t replays = 0;  ///< resumes with something to replay
  std::uint64_t invalid_resumable = 0, invalid = 0;
  std::uint64_t zombies = 0;
  std::uint64_t undecodable = 0;
  std::uint64_t too_large = 0;  ///< payloads that broke a limit
  std::uint64_t fatal = 0;
  std::uint64_t dispatches = 0;  ///< delivered
  std::uint64_t commands = 0;    ///< sent by the clients
  std::uint64_t tainted = 0;     ///< sessions of which corrupted bytes, unnoticed, took the order
  std::uint64_t identifies_a_day_max = 0;
  std::uint64_t client_bytes_max = 0;  ///< of one client, on average over its fleet
  Duration length{0};

  void add(const Tally& other);
  /// Names what has to happen in a run for it to mean anything, and did not.
  std::vector<std::string> missing() const;
};

/// In a few lines.
std::string describe(const Tally& tally);

}  // namespace portcullis::simulation
