#include "portcullis/core/gateway/send_window.h"

#include <algorithm>

namespace portcullis::gateway {

void SendWindow::set_interval(Duration heartbeat_interval) noexcept {
  const auto interval = std::max<std::int64_t>(heartbeat_interval.count(), 1);
  const auto beats = (kLength.count() - 1) / interval + 2;  // rounded up, and one more
  reserve_ = static_cast<std::uint8_t>(std::min<std::int64_t>(beats, kReserveMax));
}

bool SendWindow::room(SendClass what, Instant now) noexcept { return next_room(what, now) <= now; }

void SendWindow::note(Instant now) noexcept {
  forget_until(now);
  if (count_ == kSendsMax) drop_oldest();  // beats that are due under an interval below half a second
  if (count_ == 0) oldest_ = newest_ = now;
  gaps_ms_[(first_ + count_) % kSendsMax] = static_cast<std::uint16_t>((now - newest_).count());
  newest_ = now;
  ++count_;
}

Instant SendWindow::next_room(SendClass what, Instant now) noexcept {
  forget_until(now);
  const std::size_t most = sends_max(what);
  if (count_ < most) return now;
  Instant leaves = oldest_ + kLength;
  for (std::size_t place = 1; place <= count_ - most; ++place) leaves += Duration{gaps_ms_[(first_ + place) % kSendsMax]};
  return leaves;
}

std::size_t SendWindow::sends_max(SendClass what) const noexcept {
  switch (what) {
    case SendClass::PeriodicBeat:
    case SendClass::Handshake: return kSendsMax + 1;
    case SendClass::AskedBeat: return kSendsMax - reserve_;
    case SendClass::Command: return kSendsMax - reserve_ - kAskedReserve;
  }
  return 0;
}

void SendWindow::forget_until(Instant now) noexcept {
  while (count_ > 0 && now - oldest_ >= kLength) drop_oldest();
}

void SendWindow::drop_oldest() noexcept {
  first_ = static_cast<std::uint8_t>((first_ + 1) % kSendsMax);
  oldest_ += Duration{gaps_ms_[first_]};
  --count_;
}

}  // namespace portcullis::gateway
