#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include "portcullis/core/time.h"
#include "portcullis/driver/signals.h"

namespace portcullis::cli {

/// SIGINT, SIGTERM, SIGHUP or the end of the time allotted, whichever comes first. A second signal ends the program at once,
/// for a person who does not want to wait. To be made before any other thread is started.
class Interrupt {
 public:
  enum class Cause : std::uint8_t { None, Signal, Time };

  /// Begins to listen and to count. `wake` is called once, on a thread of its own, after `cause` was set.
  Interrupt(std::optional<Duration> limit, std::function<void()> wake);
  ~Interrupt();

  Cause cause() const noexcept { return cause_; }

 private:
  void listen(std::optional<Duration> limit);
  void ring(Cause cause);

  const driver::StopSignals signals_;
  const std::function<void()> wake_;
  std::atomic<Cause> cause_ = Cause::None;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace portcullis::cli
