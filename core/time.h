#pragma once

#include <chrono>
#include <cstdint>

#if __cplusplus < 202002L
#error "Portcullis needs C++20: compile with -std=c++20 (Bazel: build --cxxopt=-std=c++20)"
#endif

namespace portcullis {

/// The caller's clock: monotonic milliseconds. It has no `now()`: the core is told the time.
struct CallerClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<CallerClock>;
  static constexpr bool is_steady = true;
};

using Instant = CallerClock::time_point;
using Duration = CallerClock::duration;

}  // namespace portcullis
