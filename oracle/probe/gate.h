#pragma once

#include <mutex>
#include <optional>

#include "portcullis/core/time.h"

namespace portcullis::probe {

/// Spaces the Identifies of one token out, over all scenarios that are played at a time (GW-IDL-1).
///
/// Threads: may be asked from any thread.
class Gate {
 public:
  /// A spacing of 0 is none: the server limits nothing.
  explicit Gate(Duration spacing) noexcept : spacing_(spacing) {}

  bool is_open() const noexcept { return spacing_.count() == 0; }

  /// Gives the moment from which on the caller may identify once.
  Instant reserve(Instant now) {
    const std::lock_guard lock(mutex_);
    const Instant at = next_ && *next_ > now ? *next_ : now;
    next_ = at + spacing_;
    return at;
  }

 private:
  const Duration spacing_;
  std::mutex mutex_;
  std::optional<Instant> next_;  ///< under the mutex
};

}  // namespace portcullis::probe
