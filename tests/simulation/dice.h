#pragma once

#include <cstdint>

#include "portcullis/core/chance.h"
#include "portcullis/core/time.h"

namespace portcullis::simulation {

/// Chance that comes out the same on every machine: what a seed draws is what its report is about.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  /// Splits off a stream of its own, so that what one part draws moves nothing in another.
  Dice split(std::uint64_t of) const { return Dice(mix(state_ ^ mix(of + 1))); }

  std::uint64_t draw() { return mix(state_ += 0x9e37'79b9'7f4a'7c15u); }
  /// Draws from [0, end); 0 when there is nothing to choose from.
  std::uint64_t below(std::uint64_t end) { return end == 0 ? 0 : draw() % end; }
  /// Draws from [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool one_in(std::uint64_t times) { return below(times) == 0; }

  Chance chance() const {
    return [dice = *this]() mutable { return static_cast<std::uint32_t>(dice.draw() >> 32); };
  }

 private:
  static std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9u;
    value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11ebu;
    return value ^ (value >> 31);
  }

  std::uint64_t state_;
};

}  // namespace portcullis::simulation
