#pragma once

#include <csignal>

#include "portcullis/core/time.h"

namespace portcullis::driver {

/// Takes SIGINT, SIGTERM and SIGHUP away from the program's threads, so that one can wait for them and end cleanly.
/// Make it before any thread is started. A SIGHUP that is ignored, as nohup has it, stays ignored.
class StopSignals {
 public:
  StopSignals() noexcept {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    struct sigaction hangup {};
    if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Waits for one of them, so long at most; says whether one came.
  bool wait_for(Duration longest) const noexcept {
    const timespec time{longest.count() / 1'000, longest.count() % 1'000 * 1'000'000};
    return sigtimedwait(&set_, nullptr, &time) > 0;
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

}  // namespace portcullis::driver
