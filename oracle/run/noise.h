#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "portcullis/core/time.h"

namespace portcullis::run {

/// Measures, while it lives, how late this machine wakes a thread that sleeps: what no client can be blamed for.
class Noise {
 public:
  Noise();
  ~Noise();

  /// Gives the worst lateness since then, in milliseconds.
  std::int64_t worst_since(Instant since) const;

 private:
  void run();

  std::atomic<bool> over_ = false;
  mutable std::mutex mutex_;
  std::deque<std::pair<Instant, std::int64_t>> late_;  ///< under the mutex
  std::thread thread_;
};

}  // namespace portcullis::run
