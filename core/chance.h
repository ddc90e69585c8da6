#pragma once

#include <cstdint>
#include <functional>

#include "portcullis/core/time.h"

namespace portcullis {

/// Gives 32 fresh random bits a call. Mask keys and handshake nonces are taken from it, so in production it must be
/// unpredictable (RFC 6455 section 10.3); in tests it is a recorded or seeded sequence. Must not throw.
using Chance = std::function<std::uint32_t()>;

/// Draws a length of time uniformly from [low, high), or gives `low` when the range is empty.
inline Duration draw_between(const Chance& chance, Duration low, Duration high) {
  const auto span = high.count() - low.count();
  if (span <= 0) return low;
  return low + Duration{static_cast<std::int64_t>(
                   (static_cast<std::uint64_t>(chance()) * static_cast<std::uint64_t>(span)) >> 32)};
}

}  // namespace portcullis
