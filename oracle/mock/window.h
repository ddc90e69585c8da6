#pragma once

#include <cstddef>
#include <deque>

#include "portcullis/core/time.h"

namespace portcullis::mock {

/// So many in any stretch of this length; it remembers no more than that.
class Window {
 public:
  Window(std::size_t times_max, Duration length) : times_max_(times_max), length_(length) {}

  /// Takes one more, or says that it is one too many, which does not count.
  bool take(Instant now) {
    while (!times_.empty() && now - times_.front() >= length_) times_.pop_front();
    if (times_.size() >= times_max_) return false;
    times_.push_back(now);
    return true;
  }

 private:
  std::deque<Instant> times_;
  std::size_t times_max_;
  Duration length_;
};

}  // namespace portcullis::mock
