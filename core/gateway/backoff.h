#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "portcullis/core/chance.h"
#include "portcullis/core/time.h"

namespace portcullis::gateway {

/// Says how long to wait before the next attempt to connect. Each attempt ends with one `ended`.
///
/// Source: requirements LOCAL-1, LOCAL-2, LOCAL-10, LOCAL-29, GW-RES-19, GW-RECON-1, GW-DISC-8.
class Backoff {
 public:
  /// What a link ended by, which decides how soon the next attempt may come.
  enum class Pace : std::uint8_t {
    Loss,     ///< the first one of a live link costs no time
    Patient,  ///< a failure even if the link was live
    Asked,    ///< op 7: the first since the last stable minute costs no time, whatever was lost before it
    Wished,   ///< our user's wish costs no time ever
  };

  /// Says that the link is live: READY or RESUMED came.
  void live(Instant now) noexcept { live_at_ = now; }

  /// Takes the end of a link, opened or not.
  Duration ended(Pace pace, Instant now, const Chance& chance) noexcept {
    const bool was_live = live_at_.has_value();
    if (was_live && now - *live_at_ >= kStable) *this = Backoff();
    live_at_.reset();
    if (pace == Pace::Asked && !std::exchange(asked_, true)) return Duration{0};
    const bool spare = pace != Pace::Patient && was_live && failures_ == 0;
    if (spare && !std::exchange(spared_, true)) return Duration{0};
    const Duration wait = grow(chance);
    return pace == Pace::Wished ? Duration{0} : wait;
  }

  /// Counts the failures since the last stable minute; what was spared is none.
  std::uint32_t failures() const noexcept { return failures_; }

 private:
  static constexpr Duration kStable{60'000};

  Duration grow(const Chance& chance) noexcept {
    const Duration base{std::min(1'000 << std::min(failures_, 6u), 60'000)};
    ++failures_;
    return base + draw_between(chance, Duration{0}, base / 2);
  }

  std::optional<Instant> live_at_;
  std::uint32_t failures_ = 0;
  bool spared_ = false;  // the loss before the first failure
  bool asked_ = false;   // an op 7 was followed at once
};

}  // namespace portcullis::gateway
