#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "portcullis/core/time.h"

namespace portcullis::net {

/// Reads the machine's monotonic clock.
inline Instant now() noexcept {
  return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

/// Gives the milliseconds until then as `poll` wants them: 0 when it is past, -1 for never.
///
/// Units: never too few, for `now` is rounded down; a wait longer than an int holds ends early, which a loop repeats.
inline int poll_timeout(std::optional<Instant> deadline, Instant now) noexcept {
  if (!deadline) return -1;
  if (*deadline <= now) return 0;
  constexpr Duration kLongest{std::numeric_limits<int>::max()};
  return static_cast<int>(std::min(*deadline, now + kLongest).time_since_epoch().count() -
                          now.time_since_epoch().count());
}

}  // namespace portcullis::net
