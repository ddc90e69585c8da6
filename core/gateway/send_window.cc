#include "portcullis/core/gateway/send_window.h"

#include <algorithm>

namespace portcullis::gateway {
namespace {

constexpr Duration kWindow{60'000};
constexpr std::size_t kSendsMax = 120;
constexpr std::size_t kAskedReserve = 5;

std::uint32_t low_half(Instant at) noexcept { return static_cast<std::uint32_t>(at.time_since_epoch().count()); }

}  // namespace

void SendWindow::set_interval(Duration heartbeat_interval) noexcept {
  const auto interval = std::max<std::int64_t>(heartbeat_interval.count(), 1);
  const auto rounded_up = (kWindow.count() - 1) / interval + 1;
  reserve_ = static_cast<std::uint8_t>(std::min<std::int64_t>(rounded_up + 1, 60));
}

Instant SendWindow::next_room(SendClass what, Instant now) noexcept {
  forget_until(now);
  if (what == SendClass::PeriodicBeat || what == SendClass::Handshake) return now;
  const std::size_t most = kSendsMax - reserve_ - (what == SendClass::UserCommand ? kAskedReserve : 0);
  return count_ < most ? now : now + kWindow - age(count_ - most, now);
}

void SendWindow::note(Instant now) noexcept {
  forget_until(now);
  const std::size_t next = (first_ + count_) % kSendsMax;
  sent_ms_[next] = low_half(now);
  if (count_ < kSendsMax)
    ++count_;
  else
    first_ = static_cast<std::uint8_t>((next + 1) % kSendsMax);  // beats due at an interval below half a second
}

// Of the send with this place among those remembered, the oldest first.
Duration SendWindow::age(std::size_t place, Instant now) const noexcept {
  return Duration{low_half(now) - sent_ms_[(first_ + place) % kSendsMax]};
}

void SendWindow::forget_until(Instant now) noexcept {
  for (; count_ > 0 && age(0, now) >= kWindow; --count_) first_ = static_cast<std::uint8_t>((first_ + 1) % kSendsMax);
}

}  // namespace portcullis::gateway
