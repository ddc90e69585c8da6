#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "portcullis/core/chance.h"
#include "portcullis/core/time.h"

namespace portcullis::gateway {

/// Says how long to wait before the next attempt to connect. Each attempt ends with one `lost` or `failed`.
///
/// Source: requirements LOCAL-1, LOCAL-2, LOCAL-10, GW-RES-19, GW-DISC-8.
class Backoff {
 public:
  /// Says that the link is live: READY or RESUMED came.
  void live(Instant now) noexcept { live_at_ = now; }

  /// Takes the end of a link, opened or not. The first loss of a live one is followed by an attempt at once.
  Duration lost(Instant now, const Chance& chance) noexcept {
    const bool spare = live_at_.has_value();
    settle(now);
    if (!spare || spared_ || failures_ > 0) return grow(chance);
    spared_ = true;
    return Duration{0};
  }

  /// Takes a failure that asks for patience even on a live link.
  Duration failed(Instant now, const Chance& chance) noexcept {
    settle(now);
    return grow(chance);
  }

  /// Counts the failures since the last stable minute; the loss that was spared is none.
  std::uint32_t failures() const noexcept { return failures_; }

 private:
  void settle(Instant now) noexcept {
    if (live_at_ && now - *live_at_ >= Duration{60'000}) *this = Backoff();
    live_at_.reset();
  }

  Duration grow(const Chance& chance) noexcept {
    const Duration base{std::min(1'000 << std::min(failures_, 6u), 60'000)};
    ++failures_;
    return base + draw_between(chance, Duration{0}, base / 2);
  }

  std::optional<Instant> live_at_;
  std::uint32_t failures_ = 0;
  bool spared_ = false;  // the loss before the first failure
};

}  // namespace portcullis::gateway
