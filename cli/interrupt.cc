#include "portcullis/cli/interrupt.h"

#include <unistd.h>

#include <utility>

#include "portcullis/net/clock.h"

namespace portcullis::cli {
namespace {

constexpr Duration kLook{50};         // how often it is seen whether this is over
constexpr int kStatusOfSignal = 130;  // as a shell tells it of SIGINT

}  // namespace

Interrupt::Interrupt(std::optional<Duration> limit, std::function<void()> wake) : wake_(std::move(wake)) {
  thread_ = std::thread([this, limit] { listen(limit); });
}

Interrupt::~Interrupt() {
  over_ = true;
  thread_.join();
}

void Interrupt::listen(std::optional<Duration> limit) {
  const Instant began = net::now();
  while (!over_) {
    if (signals_.wait_for(kLook)) {
      if (cause_ == Cause::Signal) ::_exit(kStatusOfSignal);
      ring(Cause::Signal);
    }
    if (limit && cause_ == Cause::None && net::now() - began >= *limit) ring(Cause::Time);
  }
}

void Interrupt::ring(Cause cause) {
  if (cause_.exchange(cause) == Cause::None) wake_();
}

}  // namespace portcullis::cli
