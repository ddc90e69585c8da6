#pragma once

#include <algorithm>
#include <optional>

#include "portcullis/core/time.h"

namespace portcullis::simulation {

/// The clock of the process that the clients live in. It never goes back, but it may jump, or stand still.
class LocalClock {
 public:
  Instant at(Instant now) const { return frozen_at_ ? *frozen_at_ : now + ahead_; }
  /// Says when it will show a time if nothing happens to it; none while it stands.
  std::optional<Instant> when(Instant local, Instant now) const {
    if (frozen_at_) return std::nullopt;
    return std::max(now, local - ahead_);
  }

  void jump(Duration by) {
    ahead_ += by;
    if (frozen_at_) *frozen_at_ += by;
  }
  void freeze(Instant now) { frozen_at_ = at(now); }
  void thaw(Instant now) {
    if (!frozen_at_) return;
    ahead_ = *frozen_at_ - now;
    frozen_at_.reset();
  }
  bool is_frozen() const { return frozen_at_.has_value(); }

 private:
  Duration ahead_{0};
  std::optional<Instant> frozen_at_;
};

}  // namespace portcullis::simulation
