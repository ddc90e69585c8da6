#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "portcullis/core/chance.h"
#include "portcullis/core/time.h"

namespace portcullis::gateway {

/// Says how long to wait before the next attempt to connect.
///
/// Shape:  exactly one of `lost` and `failed` for each attempt that has ended, `live` in between where it came that far.
/// Source: requirements LOCAL-1, LOCAL-2, GW-RES-19, GW-DISC-8.
class Backoff {
 public:
  /// Says that the link has become live: READY or RESUMED came.
  void live(Instant now) noexcept { live_at_ = now; }

  /// The link has ended, or was never opened: at once for the first loss of a live link, else as `failed`.
  Duration lost(Instant now, const Chance& chance) noexcept {
    const bool was_live = live_at_.has_value();
    settle(now);
    if (was_live && failures_ == 0 && !spared_) {
      spared_ = true;
      return Duration{0};
    }
    return grow(chance);
  }

  /// The attempt has failed in a way that asks for patience, live or not (LOCAL-10).
  Duration failed(Instant now, const Chance& chance) noexcept {
    settle(now);
    return grow(chance);
  }

  /// Counts the failures since the last stable minute; a loss that was spared the wait is none.
  std::uint32_t failures() const noexcept { return failures_; }

 private:
  static constexpr Duration kStable{60'000};
  static constexpr Duration kFirst{1'000};
  static constexpr Duration kLongest{60'000};

  void settle(Instant now) noexcept {
    if (live_at_ && now - *live_at_ >= kStable) {
      failures_ = 0;
      spared_ = false;
    }
    live_at_.reset();
  }

  Duration grow(const Chance& chance) noexcept {
    const Duration base = std::min(kFirst * (std::int64_t{1} << std::min(failures_, 6u)), kLongest);
    ++failures_;
    return base + draw_between(chance, Duration{0}, base / 2);
  }

  std::optional<Instant> live_at_;
  std::uint32_t failures_ = 0;
  bool spared_ = false;
};

}  // namespace portcullis::gateway
